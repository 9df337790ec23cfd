from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ambassador.embedded import EmbeddedError
from ambassador.up import supervisor


class Command(BaseCommand):
    help = "Run everything: database, web and background worker, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            supervisor.run()
        except (supervisor.CannotStart, EmbeddedError, PermissionError) as error:
            raise CommandError(str(error)) from error
