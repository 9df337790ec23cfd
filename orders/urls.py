"""Addresses of the Orders screens."""

from django.urls import include, path

from core.listing.views import listing_urls
from orders.views import attention, changes, new, page, proof
from orders.views.listing import ORDERS

app_name = "orders"
urlpatterns = [
    path("orders/", include(listing_urls(ORDERS))),
    path("orders/new/", new.new, name="new"),
    path("orders/new/preview/", new.preview, name="preview"),
    path("orders/attention/", attention.overview, name="attention"),
    path("orders/attention/share/", attention.share, name="attention_share"),
    path("orders/attention/credit/", attention.credit, name="attention_credit"),
    path("orders/attention/dismiss/", attention.dismiss, name="attention_dismiss"),
    path("orders/<int:pk>/", page.order, name="order"),
    path("orders/<int:pk>/edit/", changes.edit, name="edit"),
    path("orders/<int:pk>/refund/", changes.refund, name="refund"),
    path("orders/<int:pk>/void/", changes.void, name="void"),
    path("orders/<int:pk>/attribute/", changes.attribute, name="attribute"),
    path("settings/proof/", proof.overview, name="proof"),
    path("settings/proof/check/", proof.check, name="proof_check"),
]
