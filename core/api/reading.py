"""Reads the body of a request: as JSON, strictly, or not at all.

What two parsers could understand in two ways is refused: a key that stands twice, NaN, half a character.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from core.api.problems import ApiProblem, Fault, pointer

SINGLE = 2_000_000  # bytes
DEEPEST = 20
JSON_TYPES = frozenset({"application/json"})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotStrict(ValueError):
    """Text that is no JSON of the kind that is read here; the message says why."""


def read_object(request: HttpRequest, limit: int = SINGLE) -> tuple[dict[str, Any], bytes]:
    """The JSON object in the body, and the body's bytes. Raises :class:`ApiProblem`."""
    needs_type(request, JSON_TYPES)
    raw = read_body(request, limit)
    data = read_json(raw)
    if not isinstance(data, dict):
        fault = Fault("#", "The body must be a JSON object.", "type")
        raise ApiProblem(422, "invalid", fault.detail, [fault])
    return data, raw


def needs_type(request: HttpRequest, allowed: frozenset[str]) -> str:
    """The body's media type, if it is one of ``allowed``. Raises :class:`ApiProblem`."""
    given = (request.content_type or "").lower()
    kind = "application/json" if given == "application/merge-patch+json" else given
    if kind not in allowed:
        wanted = " or ".join(sorted(allowed))
        said = f"not “{given[:80]}”" if given else "and say so in Content-Type"
        raise ApiProblem(
            415, "unsupported-media-type", f"Send {wanted}, {said}.", headers={"Accept-Post": wanted}
        )
    return kind


def read_body(request: HttpRequest, limit: int) -> bytes:
    """The body's bytes, never more than ``limit`` of them. Raises :class:`ApiProblem`."""
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() not in {"", "identity"}:
        raise ApiProblem(
            415,
            "unsupported-media-type",
            "Send the body as it is, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "HTTP_TRANSFER_ENCODING" in request.META:
        raw: bytes = request.META["wsgi.input"].read(limit + 1)
    elif length and (not length.isdigit() or int(length) > limit):
        raise _too_large(limit)
    else:
        raw = request.read(limit + 1)
    if len(raw) > limit:
        raise _too_large(limit)
    return raw


def read_json(raw: bytes) -> Any:
    """The value in ``raw``. Raises :class:`ApiProblem` (400, or 422 with a pointer to each bad text)."""
    try:
        data, halves = parse(raw)
    except NotStrict as error:
        raise ApiProblem(400, "bad-request", str(error)) from None
    if halves:
        words = "This contains half of a character, which cannot be stored."
        raise ApiProblem(422, "invalid", words, [Fault(place, words, "surrogate") for place in halves])
    return data


def parse(raw: bytes) -> tuple[Any, list[str]]:
    """The value, and pointers to texts with half a character in them. Raises :class:`NotStrict`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotStrict(f"The body is not UTF-8: see byte {error.start}.") from None
    if not text.strip():
        raise NotStrict("The body is empty.")
    try:
        data = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except NotStrict:
        raise
    except RecursionError:
        raise NotStrict(f"The JSON is nested deeper than {DEEPEST} levels.") from None
    except json.JSONDecodeError as error:
        raise NotStrict(
            f"This is not JSON: {error.msg}, line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise NotStrict("A number has too many digits.") from None
    _check_depth(data)
    halves = list(_halves(data, ())) if _SURROGATE.search(text) else []
    return data, halves


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise NotStrict(f"The key “{twice[:60]}” stands twice in one object.")
    return found


def _no_constant(text: str) -> Any:
    raise NotStrict(f"{text} is not JSON.")


def _check_depth(data: Any) -> None:
    level, depth = [data], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > DEEPEST:
            raise NotStrict(f"The JSON is nested deeper than {DEEPEST} levels.")
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]


def _halves(data: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(data, str):
        if _is_half(data):
            yield pointer(*path)
    elif isinstance(data, dict):
        for name, value in data.items():
            if _is_half(name):
                yield pointer(*path, name)
            yield from _halves(value, (*path, name))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _halves(value, (*path, at))


def _is_half(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _too_large(limit: int) -> ApiProblem:
    return ApiProblem(413, "too-large", f"At most {limit:,} bytes are read here.")
