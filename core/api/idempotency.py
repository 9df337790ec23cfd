"""``Idempotency-Key``: a request that was answered once is not done twice, whatever the network does.

The answer is stored in the same transaction as what the request did, so there is never one without the
other. Only what succeeded is kept: a request that was refused did nothing, and may be mended and sent again.
"""

import hashlib
import re
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpResponse

from core.api.callers import ApiRequest
from core.api.endpoints import Parameter
from core.api.models import KeptAnswer
from core.api.problems import ApiProblem

IDEMPOTENCY = Parameter(
    "Idempotency-Key",
    "The same key and body get the same answer again, and nothing is done twice.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    place="header",
)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_of(request: ApiRequest) -> str:
    """The key, without the quotes that it may stand in; empty where there is none. Raises ApiProblem."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return ""
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise ApiProblem(
            400, "bad-request", "An Idempotency-Key has 1 to 255 visible ASCII characters, and no spaces."
        )
    return key


def once(request: ApiRequest, raw: bytes, work: Callable[[], HttpResponse]) -> HttpResponse:
    """What ``work`` answers; the stored answer where the same request succeeded before.

    Raises :class:`ApiProblem`: 422 for another request with the same key, 409 while the first one runs.
    """
    key = key_of(request)
    if not key:
        return work()
    fingerprint = _fingerprint(request, raw)
    try:
        with transaction.atomic():
            _hold(request.caller.pk, key)
            kept = KeptAnswer.objects.filter(api_key=request.caller, key=key).first()
            if kept is not None:
                return _again(kept, fingerprint)
            response = work()
            if response.status_code >= 400:
                raise _NotKept(response)
            KeptAnswer.objects.create(
                api_key=request.caller,
                key=key,
                fingerprint=fingerprint,
                status=response.status_code,
                body=response.content.decode(),
            )
            return response
    except _NotKept as refused:
        return refused.response


class _NotKept(Exception):
    """Takes the transaction back under an answer that is not kept."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("not kept")
        self.response = response


def _hold(caller: int, key: str) -> None:
    """Only one request at a time; held to the end of the transaction."""
    name = hashlib.blake2b(f"{caller} {key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name, byteorder="big", signed=True)]
        )
        row = cursor.fetchone()
    if row != (True,):
        raise ApiProblem(
            409,
            "in-progress",
            "A request with this Idempotency-Key is still being answered. Try again in a second.",
            headers={"Retry-After": "1"},
        )


def _again(kept: KeptAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise ApiProblem(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key came with another request before. Use a new one for each request.",
        )
    return HttpResponse(
        kept.body,
        status=kept.status,
        content_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )


def _fingerprint(request: ApiRequest, raw: bytes) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(raw)
    return digest.hexdigest()
