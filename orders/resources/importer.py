"""Orders, as the import machine knows them."""

from django.urls import reverse

from campaigns.program import program, zone
from core.imports.importers import Flag, Importer
from orders.intake import Carry
from orders.resources.drafting import maker
from orders.resources.landing import ENROL_MISSING, planned, recorded
from orders.resources.targets import advice, lacking, targets

_SAMPLE = """
order_id,ordered_at,revenue_amount,currency,customer_email,customer_first_name,customer_last_name,short_code
SH-1001,2026-11-02 14:30,129.90,USD,mia.keller@example.com,Mia,Keller,
SH-1002,2026-11-03,49.00,USD,jonas.haas@example.com,Jonas,Haas,
"""

ORDERS_IMPORT = Importer(
    noun="order",
    scope="orders",
    singular="order",
    plural="orders",
    key="order_id",
    targets=targets,
    lacks=lacking,
    advice=advice,
    zone=lambda: zone(program()),
    maker=maker,
    carry=Carry,
    plan=planned,
    record=recorded,
    opens=lambda pk: f"/orders/{pk}/",
    listed=lambda pk: f"{reverse('orders:list')}?import={pk}",
    marks={
        "new_contact": "New contacts",
        "new_attribution": "New attributions",
        "attributed": "Attributed",
        "rounded": "Rounded to the currency",
    },
    flags=(
        Flag(
            ENROL_MISSING,
            "Enrol advocates who are missing",
            "Somebody named by e-mail who is no advocate of the order's campaign becomes one.",
        ),
    ),
    sample=_SAMPLE.lstrip(),
)
