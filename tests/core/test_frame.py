"""The frame around every screen: who sees which entries, and what a browser remembers."""

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from core.accounts.models import Role, User
from core.frame import Frame
from core.navigation import GROUPS, NavItem, items_in_order

MIA = User(pk=1, email="mia@example.com", name="Mia Clarke", role=Role.OWNER)
NOOR = User(pk=2, email="noor@example.com", name="Noor Haddad", role=Role.ANALYST)


def request_of(user: User, path: str = "/", **cookies: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    request.COOKIES.update(cookies)
    return request


def labels(frame: Frame) -> list[str]:
    return [link.label for group in frame.navigation for link in group.links]


@pytest.fixture
def two_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    items = (
        NavItem("Settings", "Team", "team:members", "users-group", "team:manage", key="t"),
        NavItem("Settings", "Your account", "team:profile", "user", "account:read"),
    )
    monkeypatch.setattr("core.frame.items_in_order", lambda: items)


@pytest.mark.usefixtures("two_entries")
def test_an_entry_shows_only_to_those_who_may_open_it() -> None:
    assert labels(Frame(request_of(MIA))) == ["Team", "Your account"]
    assert labels(Frame(request_of(NOOR))) == ["Your account"]


@pytest.mark.usefixtures("two_entries")
def test_a_page_below_an_entry_marks_it_as_current() -> None:
    frame = Frame(request_of(MIA, reverse("team:invite")))
    assert frame.place is not None
    assert (frame.place[0].label, frame.place[1].label) == ("Settings", "Team")
    assert Frame(request_of(MIA, "/elsewhere/")).place is None


def test_every_entry_leads_to_a_screen_that_asks_for_the_same_permission() -> None:
    for item in items_in_order():
        view = resolve(reverse(item.url_name)).func
        assert (item.label, getattr(view, "permission", None)) == (item.label, item.permission)


def test_entries_stand_in_known_groups_and_no_key_is_taken_twice() -> None:
    items = items_in_order()
    assert [GROUPS.index(item.group) for item in items] == sorted(GROUPS.index(item.group) for item in items)
    keys = [item.key for item in items if item.key]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("", "system"), ('"><script>', "system")])
def test_only_known_themes_are_taken_from_the_cookie(cookie: str, theme: str) -> None:
    assert Frame(request_of(MIA, ambassador_theme=cookie)).theme == theme


def test_choosing_a_theme_remembers_it_and_goes_back(client: Client) -> None:
    answer = client.post(reverse("theme"), {"theme": "dark", "next": "/orders/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/orders/?page=2")
    assert answer.cookies["ambassador_theme"].value == "dark"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_choosing_a_theme_never_leads_elsewhere(client: Client, back: str) -> None:
    answer = client.post(reverse("theme"), {"theme": "light", "next": back})
    assert answer["Location"] == "/"


def test_an_unknown_theme_changes_nothing(client: Client) -> None:
    answer = client.post(reverse("theme"), {"theme": "pink\r\nSet-Cookie: a=b"})
    assert answer.status_code == 302
    assert "ambassador_theme" not in answer.cookies
    assert client.get(reverse("theme")).status_code == 405


def test_without_a_search_there_is_no_search_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.frame.search_url_name", lambda: "")
    assert Frame(request_of(MIA)).search_url == ""


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_stand_without_a_request(template: str) -> None:
    page = render_to_string(template)
    assert page.count("<h1>") == 1
    assert "<title>" in page
    assert "style=" not in page
    assert "<script>" not in page
