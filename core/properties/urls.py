"""Settings › Order custom properties."""

from django.urls import path

from core.properties import views

app_name = "properties"
urlpatterns = [
    path("settings/order-properties/", views.order_properties, name="list"),
    path("settings/order-properties/new/", views.add, name="add"),
    path("settings/order-properties/<int:pk>/", views.edit, name="edit"),
    path("settings/order-properties/<int:pk>/archive/", views.archive, name="archive"),
    path("settings/order-properties/<int:pk>/restore/", views.restore, name="restore"),
]
