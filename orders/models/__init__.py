"""Orders, their refunds, and the decisions about who referred them."""

from orders.models.decisions import Decision, ProofCheck, Seal
from orders.models.orders import Order, Source, Status
from orders.models.refunds import Refund

__all__ = ["Decision", "Order", "ProofCheck", "Refund", "Seal", "Source", "Status"]
