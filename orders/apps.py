from importlib import import_module

from django.apps import AppConfig

from core.navigation import NavItem
from core.properties import nouns

# What every order has, or is told by, under a name of its own; the vendor's list first.
_WORDS = """
    line_items commissions rewards created_at updated_at company_metadata uid company_user_uid campaign_uid
    affiliate_uid advocate order_id revenue_amount currency source external_status ip_address mbsy_source
    inactive_referral_attribution referral_attribution flow_execution_uid hubspot_dealstage history
    id customer customer_id customer_email customer_uid customer_first_name customer_last_name campaign
    campaign_id advocate_id advocate_email short_code coupon_code click_id ordered_at status reason attention
    refunded_amount net_amount source_details properties imported_in voided_at void_reason attributed_at
    refunds claims decision events actions select test is_test
"""
RESERVED = frozenset(_WORDS.split())


class OrdersConfig(AppConfig):
    name = "orders"
    navigation = (
        NavItem("Audience Activity", "Orders", "orders:list", "receipt", "orders:read", order=10, key="o"),
        NavItem(
            "Audience Activity",
            "Needs attention",
            "orders:attention",
            "alert-triangle",
            "orders:read",
            order=15,
            key="n",
        ),
        NavItem("Settings", "Proof", "orders:proof", "shield", "settings:read", order=60),
    )
    api_scopes = ("orders:read", "orders:write", "orders:export")

    def ready(self) -> None:
        import_module("orders.signals")
        import_module("orders.resources")
        nouns.register("order", table="orders_order", reserved=RESERVED)
