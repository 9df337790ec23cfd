"""What orders keep of a person who is erased: blanked, while the orders stay what they are."""

from collections.abc import Collection

from django.db import connection

from core.imports.models import ImportRow
from orders.models import Order

# Addresses of advocates as claims named them, on whosever orders. In one statement, for there may be many.
_EVENTS = """
    UPDATE events_event SET personal = NULL
    WHERE noun = 'order' AND personal IS NOT NULL
        AND (noun_id = ANY(%s) OR lower(personal->>'advocate_email') = ANY(%s))
"""
_DECISIONS = """
    UPDATE orders_decision SET personal = NULL
    WHERE personal IS NOT NULL AND (order_id = ANY(%s) OR lower(personal->>'advocate_email') = ANY(%s))
"""


def forget(contact_ids: Collection[int], emails: Collection[str]) -> None:
    """Blank addresses, raw payloads and names wherever orders of this person, or claims, have them."""
    orders = list(Order.objects.filter(customer__in=contact_ids).values_list("pk", flat=True))
    Order.writes.filter(pk__in=orders).update(ip_address=None, source_details={})
    ImportRow.objects.filter(of__noun="order", row_pk__in=orders).update(
        values={}, differences={}, problems=[], warnings=[]
    )
    named = [email.lower() for email in emails]
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [orders, named])
        cursor.execute(_DECISIONS, [orders, named])
