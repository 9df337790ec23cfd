"""The OpenAPI document as a page that a person can read, out of our own files alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from core.accounts.permissions import public

Document = Callable[[], Mapping[str, Any]]
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body or answer, or one parameter."""

    name: str
    kind: str
    is_needed: bool
    description: SafeString
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    address: str
    summary: str
    paragraphs: list[SafeString]
    scope: str
    parameters: list[Member]
    body: list[Member]
    answers: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    anchor: str
    operations: list[Operation]


def views(document: Document) -> tuple[View, View]:
    """The document as JSON, and as a page. Both are for everybody: nothing in them is of this program."""
    whole = cache(document)
    chapters = cache(lambda: list(_chapters(whole())))
    shapes = cache(lambda: sorted(_shapes(whole())))

    @public
    @require_safe
    def as_json(request: HttpRequest) -> HttpResponse:
        return JsonResponse(whole(), headers={"Cache-Control": "public, max-age=300"})

    @public
    @require_safe
    def as_page(request: HttpRequest) -> HttpResponse:
        context = {"info": whole()["info"], "chapters": chapters(), "shapes": shapes()}
        return render(request, "api/docs.html", context)

    return as_json, as_page


def _coded(text: str) -> SafeString:
    """``text`` with what stands between backticks as code."""
    parts = escape(text).split("`")
    return mark_safe("".join(f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(parts)))  # noqa: S308


def _chapters(document: Mapping[str, Any]) -> Iterator[Chapter]:
    found: dict[str, list[Operation]] = {}
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            made = _operation(address, method, operation, document)
            found.setdefault(operation["tags"][0], []).append(made)
    for title, operations in found.items():
        yield Chapter(title, title.lower(), operations)


def _operation(address: str, method: str, operation: Mapping[str, Any], document: Any) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        address=address,
        summary=operation["summary"],
        paragraphs=[_coded(part) for part in operation.get("description", "").split("\n\n") if part],
        scope=operation["x-scope"],
        parameters=[
            Member(
                one["name"],
                _kind(one["schema"]),
                one["required"],
                _coded(one.get("description", "")),
                one["in"],
            )
            for one in operation["parameters"]
        ],
        body=list(_members(_followed(body.get("items", body), document))),
        answers=[
            (str(status), answer["description"], _shape_of(answer))
            for status, answer in operation["responses"].items()
        ],
    )


def _shapes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Member]]]:
    for name, schema in document["components"]["schemas"].items():
        yield name, " ".join(schema.get("description", "").split()), list(_members(schema))


def _members(schema: Mapping[str, Any]) -> Iterator[Member]:
    needed = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield Member(name, _kind(one), name in needed, _coded(one.get("description", "")))


def _followed(schema: Mapping[str, Any], document: Any) -> Mapping[str, Any]:
    name = _named(schema)
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _shape_of(answer: Mapping[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        return _named(content["schema"])
    return ""


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in a few words: ``text or null``, ``list of OrderOut``."""
    if name := _named(schema):
        return name
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"][:12])) + (" · …" if len(schema["enum"]) > 12 else "")
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    words = {"string": "text", "object": "object", "boolean": "true or false", "integer": "whole number"}
    if schema.get("format") == "date-time":
        return "time"
    kind = schema.get("type", "anything")
    return words.get(kind, kind)
