"""An endpoint is a function that says what it needs, what it reads and what it answers.

django-ninja routes to it and writes it into the OpenAPI document. Bodies are read and answers made by the
endpoint itself: so every error of a body comes at once, and nothing is checked twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI, Router, Schema
from ninja.errors import ValidationError
from ninja.utils import normalize_path, replace_path_param_notation

from core.api import callers, limits
from core.api.front import failed
from core.api.problems import ApiProblem, Fault

F = TypeVar("F", bound=Callable[..., HttpResponse])


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the address or a header, for the document."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    place: str = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What an endpoint declares about itself. ``problems`` are its statuses beyond those that all have."""

    permission: str
    body: type[Schema] | None = None
    body_types: Sequence[str] = ("application/json",)
    body_is_list: bool = False
    problems: Sequence[int] = ()
    parameters: Sequence[Parameter] = ()
    example: Mapping[str, Any] | None = None


def endpoint(
    router: Router,
    method: str,
    address: str,
    *,
    answers: Mapping[int, type[Schema] | None],
    summary: str,
    declared: Declared,
) -> Callable[[F], F]:
    """Put a function at an address of ``router``."""

    def decorate(view: F) -> F:
        view.declared = declared  # type: ignore[attr-defined]
        # One function may stand at several addresses.
        operation = f"{view.__module__.split('.')[0]}_{view.__name__}"
        router.api_operation(
            [method], address, response=dict(answers), summary=summary, operation_id=operation
        )(view)
        return view

    return decorate


class Address:
    """One address with an operation for each of its methods: who calls, may they, how often; then what.

    A view for Django, marked with the permission that each method needs.
    """

    is_api = True
    csrf_exempt = True

    def __init__(self, operations: Mapping[str, Any]) -> None:
        self.operations = dict(operations)
        if "GET" in self.operations:
            self.operations["HEAD"] = self.operations["GET"]
        self.permissions = {
            method: operation.view_func.declared.permission for method, operation in self.operations.items()
        }
        self.permission = next(iter(self.permissions.values()))
        self.methods = sorted({*self.operations, "OPTIONS"})
        self.__name__ = self.__qualname__ = next(iter(self.operations.values())).view_func.__name__

    def __call__(self, request: Any, **kwargs: Any) -> HttpResponse:
        operation = self.operations.get(request.method)
        if operation is None:
            raise not_allowed(request, self.methods)
        request.caller = callers.identify(request)
        callers.allow(request.caller, self.permissions[request.method])
        allowance = limits.take(f"key:{request.caller.pk}")
        try:
            response: HttpResponse = operation.run(request, **kwargs)
        except Exception as error:
            response = failed(request, error)
        for name, value in allowance.headers().items():
            response.headers[name] = value
        return response


def not_allowed(request: HttpRequest, methods: Sequence[str]) -> ApiProblem:
    allowed = ", ".join(methods)
    words = f"Use {allowed} here, not {(request.method or '')[:20]}."
    return ApiProblem(405, "method-not-allowed", words, headers={"Allow": allowed})


def build(api: NinjaAPI) -> list[URLPattern]:
    """The addresses of ``api``. What its operations raise is answered as a problem."""
    api.add_exception_handler(Exception, _raise)
    api.add_exception_handler(ValidationError, _bad_parameters)
    by_route: dict[str, dict[str, Any]] = {}
    for route, operation in _operations(api):
        by_route.setdefault(route, {}).update(dict.fromkeys(operation.methods, operation))
    # An id may hold slashes, so what ends in one comes after what goes on behind it.
    return [
        path(route, Address(by_route[route]), name=next(iter(by_route[route].values())).operation_id)
        for route in sorted(by_route, key=lambda route: "<path:" in route.rpartition("/")[2])
    ]


def _operations(api: NinjaAPI) -> Iterator[tuple[str, Any]]:
    for bound in api._get_bound_routers():
        for address, view in bound.path_operations.items():
            route = "/".join(part for part in (bound.prefix, address) if part)
            route = normalize_path(replace_path_param_notation(route)).lstrip("/")
            for operation in view.operations:
                yield route, operation


def _raise(request: HttpRequest, error: Any) -> HttpResponse:
    raise error


def _bad_parameters(request: HttpRequest, error: Any) -> HttpResponse:
    faults = [
        Fault("", str(one.get("msg", "")), "invalid", parameter=str(one["loc"][-1])) for one in error.errors
    ]
    raise ApiProblem(422, "invalid", "A parameter cannot be read.", faults)
