"""``manage.py explain ORDER_ID``: why this advocate, or why nobody, at the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.program import program, zone
from core.templatetags.ui import exact
from orders.explaining import explain
from orders.models import Order


class Command(BaseCommand):
    help = "Says why an order is credited to its advocate, or to nobody, with the evidence looked at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order_id", help="the merchant's own id of the order")

    def handle(self, *args: Any, order_id: str, **options: Any) -> None:
        found = Order.objects.filter(order_id=order_id.strip().replace("\0", ""))
        orders = found.select_related("customer", "referral_attribution").order_by("-id")
        # An id may have been used before by orders that were voided since.
        order = next((one for one in orders if one.voided_at is None), None) or orders.first()
        if order is None:
            raise CommandError(f"There is no order “{order_id[:80]}”.")
        with timezone.override(zone(program())):
            self._say(order)

    def _say(self, order: Order) -> None:
        why = explain(order)
        self.stdout.write(why.headline)
        for sentence in why.sentences:
            self.stdout.write(sentence)
        for line in why.lines:
            self.stdout.write(f"  {line.result}: {line}")
            self.stdout.write(f"    {line.why}")
        if order.attributed_at is not None:
            self.stdout.write(f"Permanent since {exact(order.attributed_at)}.")
        if order.voided_at is not None:
            self.stdout.write(f"Voided on {exact(order.voided_at)}.")
