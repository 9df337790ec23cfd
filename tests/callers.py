"""Programs that call the API in tests: each with a key of its own."""

import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

from campaigns.models import Campaign, CampaignAccess
from core.accounts import keys
from core.accounts.models import User

V1 = "/api/v1/"
ALL_SCOPES = (
    *("orders:read", "orders:write", "contacts:read", "contacts:write", "attributions:read"),
    *("attributions:write", "campaigns:read", "campaigns:write", "events:read", "imports:read"),
    "rewards:read",
)


class Caller:
    """A program with an API key. Bodies go as JSON, unless they are bytes."""

    def __init__(
        self, *scopes: str, maker: User | None = None, campaigns: Sequence[Campaign] | None = None
    ) -> None:
        self.key, self.token = keys.create(
            "Shop", scopes or ALL_SCOPES, maker=maker, all_campaigns=campaigns is None
        )
        CampaignAccess.objects.bulk_create(
            CampaignAccess(campaign=one, api_key=self.key) for one in campaigns or ()
        )
        self.client = Client(raise_request_exception=False)

    def get(self, address: str, **headers: str) -> Any:
        return self._call("get", address, headers=headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self._call("post", address, body, headers)

    def patch(self, address: str, body: Any = None, **headers: str) -> Any:
        return self._call("patch", address, body, headers)

    def record(self, body: Any = None, /, *, headers: dict[str, str] | None = None, **facts: Any) -> Any:
        """``order/record`` with ``body``, or with the usual order and these ``facts``."""
        usual = {"order_id": "A-1", "customer_email": "mia@example.com", "revenue_amount": "49.90"}
        return self._call("post", "order/record", {**usual, **facts} if body is None else body, headers)

    def _call(
        self, method: str, address: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"authorization": f"Token {self.token}", **(headers or {})}
        given = {name.replace("_", "-"): value for name, value in given.items()}
        kind = given.pop("content-type", "application/json")
        send = getattr(self.client, method)
        path = address if address.startswith("/") else V1 + address
        if method == "get":
            return send(path, headers=given)
        return send(path, raw, content_type=kind, headers=given)


def codes(answer: Any) -> dict[str, str]:
    """Pointer → code of each error of a problem."""
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}
