"""Addresses of contacts, advocates and codes."""

from django.urls import include, path

from referrals.views import searching

_contacts = [
    path("search/", searching.contacts, name="search"),
]
_advocates = [
    path("search/", searching.advocates, name="search"),
]

urlpatterns = [
    path("contacts/", include((_contacts, "contacts"))),
    path("advocates/", include((_advocates, "advocates"))),
]
