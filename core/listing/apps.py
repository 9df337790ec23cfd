from django.apps import AppConfig
from django.core import checks


class ListingConfig(AppConfig):
    name = "core.listing"
    label = "listing"

    def ready(self) -> None:
        from core.listing.checks import check_listings

        checks.register(check_listings)
