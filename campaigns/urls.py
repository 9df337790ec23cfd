"""Addresses of campaigns and of the program's settings."""

from django.urls import include, path

from campaigns.views import access, campaigns, program, searching
from campaigns.views.listing import CAMPAIGNS
from core.listing.views import listing_urls

app_name = "campaigns"
urlpatterns = [
    path("campaigns/", include(listing_urls(CAMPAIGNS))),
    path("campaigns/search/", searching.search, name="search"),
    path("campaigns/new/", campaigns.add, name="new"),
    path("campaigns/<int:pk>/", campaigns.show, name="show"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="edit"),
    path("campaigns/<int:pk>/launch/", campaigns.launch, name="launch"),
    path("campaigns/<int:pk>/pause/", campaigns.pause, name="pause"),
    path("campaigns/<int:pk>/resume/", campaigns.resume, name="resume"),
    path("campaigns/<int:pk>/end/", campaigns.end, name="end"),
    path("settings/access/<str:kind>/<int:pk>/", access.choose, name="access"),
    path("settings/program/", program.settings, name="program"),
]
