"""Addresses of campaigns and of the program's settings."""

from django.urls import path

from campaigns.views import access, program

app_name = "campaigns"
urlpatterns = [
    path("settings/access/<str:kind>/<int:pk>/", access.choose, name="access"),
    path("settings/program/", program.settings, name="program"),
]
