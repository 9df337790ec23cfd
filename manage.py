#!/usr/bin/env python
"""Every command of the project. One that needs the database finds or starts the embedded server."""

import os
import signal
import sys
from contextlib import ExitStack

# These read no row, or look after the server themselves.
_NEED_NO_DATABASE = {
    "",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "startapp",
    "up",
    "version",
}
_MIGRATE_THEMSELVES = {
    "migrate",
    "sqlmigrate",
    "showmigrations",
    "optimizemigration",
    "squashmigrations",
    "test",
}


def main(argv: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassador.settings")
    from django.core.management import execute_from_command_line

    from ambassador.embedded import EmbeddedError

    with ExitStack() as stack:
        if _needs_database(argv):
            try:
                _attach(argv[1], stack)
            except (EmbeddedError, PermissionError) as error:
                sys.exit(str(error))
        execute_from_command_line(argv)


def _needs_database(argv: list[str]) -> bool:
    command = argv[1] if len(argv) > 1 else ""
    asks_for_help = command.startswith("-") or {"-h", "--help"} & set(argv)
    if os.environ.get("DATABASE_URL") or "DJANGO_AUTO_COMPLETE" in os.environ or asks_for_help:
        return False
    return command not in _NEED_NO_DATABASE or any(part.startswith("--database") for part in argv)


def _attach(command: str, stack: ExitStack) -> None:
    from django.conf import settings

    from ambassador import embedded

    # Ending politely lets the last user stop the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    running = stack.enter_context(embedded.server(settings.VAR_DIR))
    name = settings.DATABASES["default"]["NAME"]
    migrate = None if command in _MIGRATE_THEMSELVES else _migrate
    embedded.prepare(settings.VAR_DIR, running.sockets, name, migrate)


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


if __name__ == "__main__":
    main(sys.argv)
