from importlib import import_module

from django.apps import AppConfig

from core.navigation import NavItem


class ReferralsConfig(AppConfig):
    name = "referrals"
    navigation = (
        NavItem("Audience", "Contacts", "contacts:list", "users", "contacts:read", order=10, key="c"),
        NavItem(
            "Audience", "Advocates", "advocates:list", "speakerphone", "contacts:read", order=20, key="a"
        ),
        NavItem("Audience", "Coupon codes", "coupons:list", "ticket", "contacts:read", order=30),
        NavItem(
            "Audience Activity",
            "Referral attributions",
            "attributions:list",
            "route",
            "attributions:read",
            order=20,
            key="r",
        ),
        NavItem("Audience Activity", "Clicks", "clicks:list", "click", "clicks:read", order=30),
        NavItem("Settings", "Site script", "site_script:overview", "code", "settings:read", order=50),
    )
    api_scopes = ("contacts:read", "contacts:write", "attributions:read", "attributions:write")

    def ready(self) -> None:
        import_module("referrals.resources")
