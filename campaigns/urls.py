"""Addresses of campaigns and of the program's settings."""

from django.urls import path

from campaigns.views import access, program, searching

app_name = "campaigns"
urlpatterns = [
    path("campaigns/search/", searching.search, name="search"),
    path("settings/access/<str:kind>/<int:pk>/", access.choose, name="access"),
    path("settings/program/", program.settings, name="program"),
]
