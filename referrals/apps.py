from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    api_scopes = ("contacts:read", "contacts:write", "attributions:read", "attributions:write")
