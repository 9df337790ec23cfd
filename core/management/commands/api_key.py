"""``manage.py api_key NAME --scopes a,b``: a new API key, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.accounts.keys import ScopeRefused
from core.accounts.scopes import available
from core.team.api_keys import make


class Command(BaseCommand):
    help = "Make an API key and print it as the last line. It cannot be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what uses the key")
        parser.add_argument("--scopes", required=True, help="separated by commas: orders:read,orders:write")

    def handle(self, *args: Any, name: str, scopes: str, **options: Any) -> None:
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        if not name.strip() or len(name) > 80:
            raise CommandError("The name of a key has 1 to 80 characters.")
        try:
            key, token = make(name.strip(), wanted, by=None)
        except ScopeRefused as refusal:
            known = ", ".join(scope.name for scope in available())
            raise CommandError(f"{refusal} There are: {known}.") from None
        self.stdout.write(f"API key “{key.name}” with {', '.join(key.scopes)}:")
        self.stdout.write(token)
