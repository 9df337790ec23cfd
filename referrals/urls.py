"""Addresses of contacts, advocates, codes, attributions, share links and clicks, and of the site script."""

from django.urls import include, path

from core.listing.views import listing_urls
from referrals.views import (
    advocates,
    attributions,
    clicks,
    contacts,
    coupons,
    links,
    searching,
    site,
    site_keys,
)
from referrals.views.clicks import CLICKS
from referrals.views.listing import ADVOCATES, ATTRIBUTIONS, CONTACTS, COUPONS

_contacts = [
    *listing_urls(CONTACTS),
    path("search/", searching.contacts, name="search"),
    path("new/", contacts.add, name="new"),
    path("<int:pk>/", contacts.show, name="show"),
    path("<int:pk>/edit/", contacts.edit, name="edit"),
    path("<int:pk>/unsubscribe/", contacts.unsubscribe, name="unsubscribe"),
    path("<int:pk>/ban/", contacts.ban, name="ban"),
    path("<int:pk>/readmit/", contacts.readmit, name="readmit"),
    path("<int:pk>/erase/", contacts.erase, name="erase"),
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
_attributions = [
    *listing_urls(ATTRIBUTIONS),
    path("new/", attributions.add, name="new"),
    path("new/preview/", attributions.preview, name="preview"),
    path("<int:pk>/", attributions.show, name="show"),
    path("<int:pk>/deactivate/", attributions.deactivate, name="deactivate"),
    path("<int:pk>/activate/", attributions.activate, name="activate"),
    path("<int:pk>/flag/", attributions.flag, name="flag"),
]
_clicks = [
    *listing_urls(CLICKS),
    path("<int:pk>/", clicks.show, name="show"),
]
_links = [
    path("<str:code>/qr.svg", links.qr, name="qr"),
    path("<path:code>", links.follow, name="follow"),
]
_site = [
    path("ambassador.js", site.script, name="script"),
    path("<str:key>/visits/", site.visits, name="visits"),
    path("<str:key>/identify/", site.identify, name="identify"),
]
_site_script = [
    path("", site_keys.overview, name="overview"),
    path("new/", site_keys.add, name="add"),
    path("<int:pk>/", site_keys.show, name="key"),
    path("<int:pk>/edit/", site_keys.edit, name="edit"),
    path("<int:pk>/revoke/", site_keys.revoke, name="revoke"),
]

urlpatterns = [
    path("contacts/", include((_contacts, "contacts"))),
    path("advocates/", include((_advocates, "advocates"))),
    path("coupons/", include((_coupons, "coupons"))),
    path("attributions/", include((_attributions, "attributions"))),
    path("clicks/", include((_clicks, "clicks"))),
    path("r/", include((_links, "links"))),
    path("site/", include((_site, "site"))),
    path("settings/site-script/", include((_site_script, "site_script"))),
]
