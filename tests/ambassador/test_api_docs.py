"""The examples of the documentation are run as they stand there."""

import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from orders.models import Order
from tests import factories
from tests.callers import Caller

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
HOST = "https://ambassador.example.com"


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def shop() -> Caller:
    spring = factories.campaign("Spring")
    ada = factories.contact("Ada Adler", email="ada@example.com")
    factories.code("ADA", factories.enrollment(ada, spring))
    return Caller("orders:read", "orders:write")


def curl(line: str, shop: Caller) -> Any:
    """What a curl command line would send, sent to the program."""
    words = iter(shlex.split(line.replace("\\\n", " ").replace("$AMBASSADOR_KEY", shop.token)))
    assert next(words) == "curl"
    method, url, headers, data = "", "", {}, []
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-G":
            method = "GET"
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            data.append(next(words))
        else:
            url = word
    path, kind = url.removeprefix(HOST), headers.pop("Content-Type", "")
    client = Client(raise_request_exception=False)
    if method == "GET":
        return client.get(f"{path}?{'&'.join(data)}", headers=headers)
    return client.post(path, "&".join(data), content_type=kind, headers=headers)


def test_every_line_of_curl_works(shop: Caller) -> None:
    answers = [curl(line, shop) for line in examples("sh")]
    assert [one.status_code for one in answers] == [201, 200, 200]
    assert answers[0].json()["attribution"]["reason"] == "code"
    assert answers[1].json()["counts"]["created"] == 2
    assert [one["order_id"] for one in answers[2].json()["data"]] == ["1001"]


def test_the_python_works(shop: Caller, monkeypatch: Any, capsys: Any) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        headers = {
            name: value for name, value in request.headers.items() if name not in {"host", "accept-encoding"}
        }
        kind = headers.pop("content-type")
        answer = Client().post(request.url.path, request.read(), content_type=kind, headers=headers)
        return httpx.Response(answer.status_code, content=answer.content)

    plain = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **kw: plain(transport=httpx.MockTransport(send), **kw))
    (code,) = examples("python")
    exec(code, {"key": shop.token})
    assert capsys.readouterr().out.strip() == "created advocate_email"
    assert Order.objects.get().order_id == "1002"


def test_every_call_that_is_named_exists() -> None:
    from ambassador.api import PREFIX, v1
    from core.api.document import document

    named = re.findall(r"`(GET|POST|PATCH) ([a-z_/{}]+)`", TEXT)
    assert len(named) > 10
    paths = {
        re.sub(r"\{\w+\}", "{}", path): methods for path, methods in document(v1, PREFIX)["paths"].items()
    }
    for method, address in named:
        path = f"/{PREFIX}" + re.sub(r"\{\w+\}", "{}", address)
        assert method.lower() in paths[path], address
