from importlib import import_module

from django.apps import AppConfig

from core.navigation import NavItem, Panel


class RewardsConfig(AppConfig):
    name = "rewards"
    navigation = (
        NavItem("Rewards & Payments", "Rewards", "rewards:list", "gift", "rewards:read", order=10, key="w"),
        NavItem("Rewards & Payments", "Payouts", "payouts:list", "coins", "rewards:read", order=20, key="y"),
        NavItem("Settings", "Reward policy", "rewards:policy", "gift", "rewards:manage", order=80),
    )
    panels = (
        Panel("order", "rewards:of_order", "rewards:read", "Rewards"),
        Panel("campaign", "rewards:of_campaign", "rewards:read", "Rewards"),
    )
    api_scopes = ("rewards:read", "rewards:write", "rewards:export")

    def ready(self) -> None:
        import_module("rewards.signals")
