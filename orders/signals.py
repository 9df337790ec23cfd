"""What orders tell the floors above them."""

from django.dispatch import Signal

# Sent with ``rows``, a queryset of orders whose numbers are shown above the table. A receiver may answer with
# a list of (label, currency, amount).
orders_totals = Signal()
