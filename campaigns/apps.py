from importlib import import_module

from django.apps import AppConfig

from core.navigation import NavItem


class CampaignsConfig(AppConfig):
    name = "campaigns"
    navigation = [
        NavItem("Campaigns", "Campaigns", "campaigns:list", "target", "campaigns:read", order=10, key="m"),
        NavItem("Settings", "Program", "campaigns:program", "settings", "settings:manage", order=90),
    ]
    api_scopes = ("campaigns:read", "campaigns:write")

    def ready(self) -> None:
        import_module("campaigns.signals")
