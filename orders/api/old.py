"""Programs written for the second version of the API keep working: its addresses, bodies and envelope.

The key stands in the address, or in the header with the word ``token`` in its place. What they say is
translated into what ``order/record`` reads; nothing is decided here.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse

from core.api import callers, limits
from core.api.endpoints import not_allowed
from core.api.front import failed, problem_of
from core.api.idempotency import key_of, once
from core.api.problems import ApiProblem, Fault, pointer, respond
from core.api.reading import SINGLE, needs_type, read_body, read_json
from orders.api.recording import put, stored
from orders.api.translating import read_order

PERMISSION = "orders:write"
_FORM = "application/x-www-form-urlencoded"
_TYPES = frozenset({"application/json", _FORM})
_MOST_FIELDS = 200
_EVENT = {
    "email": "customer_email",
    "uid": "customer_uid",
    "first_name": "customer_first_name",
    "last_name": "customer_last_name",
    "revenue": "revenue_amount",
    "transaction_uid": "order_id",
}
# What the campaign settles now, and an event can no longer.
_SETTLED_ELSEWHERE = frozenset({"is_approved"})
_REFUSED = {
    "commission_amount": "Commissions follow from the campaign's reward rules; no amount can be given here."
}
_MESSAGES = {
    200: "OK: The request was processed.",
    400: "BAD REQUEST: The request could not be processed.",
    401: "UNAUTHORIZED: The key is not valid.",
    403: "FORBIDDEN: The key may not do this.",
    404: "NOT FOUND: There is no such method.",
    405: "METHOD NOT ALLOWED: Use POST.",
    409: "CONFLICT: This disagrees with what is stored.",
    413: "BAD REQUEST: The body is too large.",
    415: "BAD REQUEST: Send a form or JSON.",
    429: "TOO MANY REQUESTS: Try again later.",
    500: "INTERNAL SERVER ERROR: Something went wrong on our side.",
}


class OldAddress:
    """Every method of the second version: looked up by its name, which is the rest of the address."""

    is_api = True
    csrf_exempt = True
    permission = PERMISSION
    methods = ("OPTIONS", "POST")
    permissions: Mapping[str, str] = {"POST": PERMISSION}

    def __init__(self) -> None:
        # In a class body the name would be the class's own, and addresses are found by their view's.
        self.__name__ = self.__qualname__ = "old_clients"

    def __call__(self, request: Any, username: str, token: str, method: str) -> HttpResponse:
        try:
            return self._answer(request, method.strip("/"))
        except Exception as error:
            failed(request, error)
            return _refusal(problem_of(error))

    def _answer(self, request: Any, method: str) -> HttpResponse:
        if request.method != "POST":
            raise not_allowed(request, self.methods)
        in_path = request.token_in_path
        request.caller = callers.identify_token(in_path) if in_path else callers.identify(request)
        callers.allow(request.caller, PERMISSION)
        allowance = limits.take(f"key:{request.caller.pk}")
        work = METHODS.get(method)
        if work is None:
            raise ApiProblem(404, "not-found", f"There is no method “{method[:60]}”.")
        response = work(request)
        for name, value in allowance.headers().items():
            response.headers[name] = value
        return response


def record_order(request: callers.ApiRequest) -> HttpResponse:
    data, raw = _read(request)
    return once(request, raw, lambda: _record(request, data))


def record_event(request: callers.ApiRequest) -> HttpResponse:
    """An event of the second version is an order of today."""
    data, raw = _read(request)
    faults = [Fault(pointer(name), words, "refused") for name, words in _REFUSED.items() if data.get(name)]
    if faults:
        raise ApiProblem(422, "invalid", "Nothing was stored.", faults)
    named = {_EVENT.get(name, name): value for name, value in data.items() if name not in _SETTLED_ELSEWHERE}
    back = {new: old for old, new in _EVENT.items()}
    return once(request, raw, lambda: _record(request, named, back))


METHODS: dict[str, Callable[[callers.ApiRequest], HttpResponse]] = {
    "order/record": record_order,
    "event/record": record_event,
}


def _read(request: callers.ApiRequest) -> tuple[dict[str, Any], bytes]:
    """A form or a JSON object. An empty field of a form says nothing."""
    kind = needs_type(request, _TYPES) if request.content_type else _FORM
    raw = read_body(request, SINGLE)
    if kind == _FORM:
        try:
            pairs = parse_qsl(
                raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except ValueError:
            raise ApiProblem(400, "bad-request", "The form cannot be read.") from None
        return {name: value for name, value in pairs if value}, raw
    data = read_json(raw)
    if not isinstance(data, dict):
        raise ApiProblem(422, "invalid", "The body must be a JSON object.")
    return data, raw


def _record(
    request: callers.ApiRequest, data: Mapping[str, Any], back: Mapping[str, str] | None = None
) -> HttpResponse:
    """``back`` gives what the caller calls a field, so that errors speak of it by that name."""
    reading = read_order(data)
    reading.pointers.update(back or {})
    draft = reading.draft
    if not draft.order_id.strip() and not any(one.field == "order_id" for one in draft.problems):
        key = key_of(request)
        made = uuid.uuid5(uuid.NAMESPACE_OID, f"{request.caller.pk} {key}") if key else uuid.uuid4()
        draft.order_id = f"v2-{made}"
    (planned,) = put([reading], request)
    told = stored(planned, reading)
    told["referring_ambassador"] = told["attribution"]["advocate"]
    return respond({"response": {"code": "200", "message": _MESSAGES[200], "data": told}})


def _refusal(problem: ApiProblem) -> HttpResponse:
    """The problem in the envelope: 400 for whatever is wrong with the request itself."""
    status = 400 if problem.status == 422 else problem.status
    said = [f"{_name(fault)}{fault.detail}" for fault in problem.faults] or [problem.detail]
    body = {
        "response": {
            "code": str(status),
            "message": _MESSAGES.get(status, _MESSAGES[400]),
            "errors": {"error": said},
        }
    }
    return respond(body, status, headers=problem.headers)


def _name(fault: Fault) -> str:
    place = fault.pointer.removeprefix("#/")
    return f"{place}: " if place and place != "#" else ""


answer = OldAddress()
