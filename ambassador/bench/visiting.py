"""Visits the program as a web server does, without the network: whole requests, and what they asked."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory

from core.accounts.models import User


@dataclass
class Asked:
    """The statements of some work, and the seconds that each took."""

    statements: list[str] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)

    def milliseconds(self, about: tuple[str, ...]) -> float:
        """What statements took that read one of these tables."""
        pairs = zip(self.statements, self.taken, strict=True)
        return 1000 * sum(taken for sql, taken in pairs if any(table in sql for table in about))


@contextmanager
def listening() -> Iterator[Asked]:
    asked = Asked()

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.taken.append(time.perf_counter() - start)
            asked.statements.append(sql)

    with connection.execute_wrapper(hear):
        yield asked


class Visitor:
    """A signed-in person with a browser."""

    def __init__(self, user: User) -> None:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self._handler = WSGIHandler()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        self._factory = RequestFactory(HTTP_HOST=settings.ALLOWED_HOSTS[0], HTTP_COOKIE=cookie)

    def get(self, path: str) -> str:
        """The page at ``path``, read to its end. Raises RuntimeError when it is anything but a page."""
        request = self._factory.get(path, secure=settings.SECURE)
        statuses: list[str] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
            statuses.append(status)
            return io.BytesIO().write

        response = self._handler(request.environ, start_response)
        body = b"".join(response)
        response.close()
        if statuses != ["200 OK"]:
            raise RuntimeError(f"{path} answered {statuses}")
        return body.decode()
