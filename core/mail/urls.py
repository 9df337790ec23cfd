"""Settings › Mail."""

from django.urls import path

from core.mail import views

app_name = "mail"
urlpatterns = [path("settings/mail/", views.mail, name="mail")]
