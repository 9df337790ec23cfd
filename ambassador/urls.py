"""The root of all addresses: each package brings its own."""

from django.urls import include, path

from core.imports.urls import import_urls
from orders.resources import ORDERS_IMPORT
from orders.views.home import home
from referrals.resources import ADVOCATES_IMPORT, ATTRIBUTIONS_IMPORT, COUPONS_IMPORT

urlpatterns = [
    path("", home, name="home"),
    path("api/", include("ambassador.api")),
    path("", include("core.urls")),
    path("account/", include("core.team.sign_in")),
    path("", include("core.team.urls")),
    path("", include("core.mail.urls")),
    path("", include("core.properties.urls")),
    path("", include("campaigns.urls")),
    path("", include("referrals.urls")),
    path("", include("orders.urls")),
    path("", include("rewards.urls")),
    path("orders/imports/", include((import_urls(ORDERS_IMPORT), "imports"))),
    path("attributions/imports/", include((import_urls(ATTRIBUTIONS_IMPORT), "attribution_imports"))),
    path("advocates/imports/", include((import_urls(ADVOCATES_IMPORT), "advocate_imports"))),
    path("coupons/imports/", include((import_urls(COUPONS_IMPORT), "coupon_imports"))),
]
