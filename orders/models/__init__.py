"""Orders, their refunds, and the decisions about who referred them."""

from orders.models.decisions import Decision
from orders.models.orders import Order, Source, Status
from orders.models.refunds import Refund

__all__ = ["Decision", "Order", "Refund", "Source", "Status"]
