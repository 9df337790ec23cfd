"""Orders in files: which columns there are, and the way of a row to the door and back."""

from orders.resources.importer import ORDERS_IMPORT

__all__ = ["ORDERS_IMPORT"]
