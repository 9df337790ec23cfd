"""The OpenAPI document: what django-ninja knows, and what each endpoint declares about itself."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI, Schema

from core.api.endpoints import Declared, Parameter
from core.api.idempotency import IDEMPOTENCY
from core.api.problems import TITLES, TYPE

_REF = "#/components/schemas/{model}"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
# What may come back from everywhere.
_ALWAYS = (400, 401, 403, 405, 429, 500)
_METHODS = frozenset({"get", "post", "patch", "put", "delete"})
_HEADERS: dict[str, Any] = {
    "X-Request-Id": {"description": "Tell it to us when something is wrong.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of the limit.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The limit.", "schema": {"type": "string"}},
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 has it. Further members depend on the problem.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [TYPE + code for code in TITLES]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "A parameter of the address."},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}


def document(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    """The whole document; its addresses begin with ``prefix``."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=prefix))
    schemas: dict[str, Any] = found["components"]["schemas"]
    schemas["Problem"] = PROBLEM_SCHEMA
    declared = {
        operation.operation_id: getattr(operation.view_func, "declared")  # noqa: B009  (set by endpoint())
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }
    for operation in operations(found):
        _complete(operation, declared[operation["operationId"]], schemas)
    return found


def operations(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in found["paths"].values():
        for method, operation in methods.items():
            if method in _METHODS:
                yield operation


def _complete(operation: dict[str, Any], declared: Declared, schemas: dict[str, Any]) -> None:
    operation["description"] = _unwrapped(operation.get("description", ""))
    operation["x-scope"] = declared.permission
    operation["parameters"] += [_parameter(one) for one in declared.parameters]
    for answer in operation["responses"].values():
        answer["headers"] = dict(_HEADERS)
    retried = (409, 422) if IDEMPOTENCY in declared.parameters else ()
    for status in sorted({*_ALWAYS, *declared.problems, *retried}):
        operation["responses"][status] = {
            "description": HTTPStatus(status).phrase,
            "headers": {"X-Request-Id": _HEADERS["X-Request-Id"]},
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        }
    if declared.body is not None:
        schema = _reference(declared.body, schemas)
        content: dict[str, Any] = {}
        for kind in declared.body_types:
            is_list = declared.body_is_list and kind == "application/json"
            content[kind] = {"schema": {"type": "array", "items": schema} if is_list else schema}
            if declared.example is not None:
                content[kind]["example"] = [declared.example] if is_list else declared.example
        operation["requestBody"] = {"required": True, "content": content}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "in": one.place,
        "name": one.name,
        "description": one.description,
        "schema": dict(one.schema),
        "required": False,
    }


def _reference(model: type[Schema], schemas: dict[str, Any]) -> dict[str, str]:
    """A reference to ``model``, which is put among ``schemas`` with all that it is made of."""
    schema = model.model_json_schema(ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": _REF.format(model=model.__name__)}


def _unwrapped(text: str) -> str:
    """Paragraphs on one line each."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
