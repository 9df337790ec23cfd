from django.apps import AppConfig

from core.navigation import NavItem


class PropertiesConfig(AppConfig):
    name = "core.properties"
    label = "properties"
    navigation = [
        NavItem("Settings", "Order custom properties", "properties:list", "forms", "settings:read", order=40)
    ]
