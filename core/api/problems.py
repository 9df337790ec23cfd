"""What goes wrong, as RFC 9457 says it: ``application/problem+json`` with every error at its pointer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# Code → what it is called. The code is the end of the problem's ``type`` and never changes.
TITLES = {
    "bad-request": "The request cannot be read",
    "unauthorized": "A valid API key is needed",
    "forbidden": "The key may not do this",
    "not-found": "There is nothing here",
    "method-not-allowed": "This address does not take this method",
    "not-acceptable": "No such answer can be given",
    "conflict": "This disagrees with what is stored",
    "in-progress": "The same request is still being answered",
    "precondition-failed": "It has changed in the meantime",
    "length-required": "Say how long the body is",
    "too-large": "The body is too large",
    "unsupported-media-type": "The body is in no format that is read here",
    "invalid": "Something in the request is wrong",
    "idempotency-key-reused": "The Idempotency-Key was used for another request",
    "rate-limited": "Too many requests",
    "internal-error": "Something went wrong on our side",
    "unavailable": "Not now",
}
TYPE = "urn:ambassador:problem:"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``pointer`` is a JSON pointer into the body (``#/revenue_amount``).

    What is wrong with a parameter of the address says so with ``parameter`` instead.
    """

    pointer: str
    detail: str
    code: str = "invalid"
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        place = {"parameter": self.parameter} if self.parameter else {"pointer": self.pointer}
        return {**place, "detail": self.detail, "code": self.code}


class ApiProblem(Exception):
    """Ends a request. ``code`` is one of TITLES, ``more`` are further members of the problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        faults: Iterable[Fault] = (),
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.faults: Sequence[Fault] = list(faults)
        self.headers = headers or {}
        self.more = more

    def as_json(self) -> dict[str, Any]:
        problem = {
            "type": TYPE + self.code,
            "title": TITLES[self.code],
            "status": int(self.status),
            "detail": self.detail,
            **self.more,
        }
        if self.faults:
            problem["errors"] = [fault.as_json() for fault in self.faults]
        return problem

    def response(self) -> HttpResponse:
        return respond(
            self.as_json(), self.status, headers=self.headers, content_type="application/problem+json"
        )


def pointer(*steps: str | int) -> str:
    """A JSON pointer as a URI fragment: ``#/properties/channel``; for the whole body just ``#``."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def respond(
    data: Any,
    status: int = HTTPStatus.OK,
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> HttpResponse:
    return HttpResponse(encode(data), status=status, content_type=content_type, headers=headers)


def encode(data: Any) -> bytes:
    """JSON in UTF-8. Half a character, which UTF-8 has no bytes for, goes as its JSON escape."""
    return _encode(data).encode("utf-8", "backslashreplace")
