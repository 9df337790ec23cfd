"""The peer: the same page as django-tables2 makes it out of the box."""

import django_tables2 as tables
from django.http import HttpRequest
from django.template import engines

from orders.models import Order


class StockTable(tables.Table):
    """The columns of our own table that are shown at first, drawn by the library."""

    order_id = tables.Column(linkify=True)
    ordered_at = tables.DateTimeColumn()
    customer = tables.Column()
    revenue_amount = tables.Column()
    campaign = tables.Column()
    advocate = tables.Column()
    source = tables.Column()
    status = tables.Column()

    class Meta:
        model = Order
        fields = ()
        template_name = "django_tables2/bootstrap5.html"


def stock_page(request: HttpRequest) -> str:
    rows = Order.objects.select_related("customer", "campaign", "advocate")
    table = StockTable(rows.filter(voided_at__isnull=True).order_by("-ordered_at", "-id"))
    tables.RequestConfig(request, paginate={"per_page": 50}).configure(table)
    template = engines["django"].from_string("{% load django_tables2 %}{% render_table table %}")
    return template.render({"table": table}, request)
