"""Addresses of contacts, advocates and codes."""

from django.urls import include, path

from core.listing.views import listing_urls
from referrals.views import advocates, contacts, coupons, searching
from referrals.views.listing import ADVOCATES, CONTACTS, COUPONS

_contacts = [
    *listing_urls(CONTACTS),
    path("search/", searching.contacts, name="search"),
    path("new/", contacts.add, name="new"),
    path("<int:pk>/", contacts.show, name="show"),
    path("<int:pk>/edit/", contacts.edit, name="edit"),
    path("<int:pk>/unsubscribe/", contacts.unsubscribe, name="unsubscribe"),
    path("<int:pk>/ban/", contacts.ban, name="ban"),
    path("<int:pk>/readmit/", contacts.readmit, name="readmit"),
]
_advocates = [
    *listing_urls(ADVOCATES),
    path("search/", searching.advocates, name="search"),
    path("new/", advocates.enroll, name="new"),
    path("<int:pk>/", advocates.show, name="show"),
    path("<int:pk>/deactivate/", advocates.deactivate, name="deactivate"),
    path("<int:pk>/activate/", advocates.activate, name="activate"),
    path("<int:pk>/codes/", advocates.add_code, name="add_code"),
    path("codes/<int:pk>/disable/", advocates.disable_code, name="disable_code"),
    path("codes/<int:pk>/enable/", advocates.enable_code, name="enable_code"),
]
_coupons = [
    *listing_urls(COUPONS),
    path("new/", coupons.add, name="new"),
    path("<int:pk>/", coupons.show, name="show"),
    path("<int:pk>/disable/", coupons.disable, name="disable"),
    path("<int:pk>/enable/", coupons.enable, name="enable"),
]

urlpatterns = [
    path("contacts/", include((_contacts, "contacts"))),
    path("advocates/", include((_advocates, "advocates"))),
    path("coupons/", include((_coupons, "coupons"))),
]
