from importlib import import_module

from django.apps import AppConfig

from core.navigation import NavItem


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"
    navigation = [
        NavItem(
            "Settings",
            "Team",
            "team:members",
            "users-group",
            "team:manage",
            order=10,
            under="/settings/access/",
        ),
        NavItem("Settings", "API keys", "team:keys", "key", "keys:manage", order=20),
        NavItem("Settings", "Mail", "mail:mail", "mail", "mail:manage", order=80),
    ]

    def ready(self) -> None:
        import_module("core.arrays")
