"""Addresses of the Orders screens."""

from django.urls import include, path

from core.listing.views import listing_urls
from orders.views.listing import ORDERS

app_name = "orders"
urlpatterns = [
    path("orders/", include(listing_urls(ORDERS))),
]
