"""The list of clicks: what it shows of them, to whom, and what one of them came to."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.events.log import SYSTEM
from referrals.clicks.tables import browser_of
from referrals.models import Click, SiteVisit, VisitorIdentity
from referrals.site import keys
from tests import factories, people

pytestmark = pytest.mark.django_db

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"
NORA, OTTO = uuid.UUID(int=1), uuid.UUID(int=2)

Listed = Callable[[str], str]


@pytest.fixture
def clicks() -> list[Click]:
    """Nora followed Mia's link twice and Leo's once; Otto Leo's; and a bot came to Mia's."""
    spring, autumn = factories.campaign("Spring"), factories.campaign("Autumn", window_days=30)
    mia = factories.enrollment(factories.contact("Mia Keller"), spring)
    leo = factories.enrollment(factories.contact("Leo Brandt"), autumn)
    for text, enrollment in (("MIA24", mia), ("LEO24", leo)):
        factories.code(text, enrollment)
    rows = [
        Click(
            enrollment=mia,
            code="MIA24",
            visitor=NORA,
            user_agent=IPHONE,
            referrer="https://www.blog.example/p",
        ),
        Click(enrollment=mia, code="MIA24", visitor=NORA),
        Click(enrollment=leo, code="LEO24", visitor=NORA),
        Click(enrollment=leo, code="LEO24", visitor=OTTO),
        Click(enrollment=mia, code="MIA24", visitor=uuid.uuid4(), is_bot=True, user_agent="Slackbot 1.0"),
    ]
    for hours, row in enumerate(rows):
        row.clicked_at = factories.NOON + dt.timedelta(hours=hours)
    return Click.objects.bulk_create(rows)


@pytest.fixture
def listed(client: Client) -> Listed:
    client.force_login(people.olga())

    def get(query: str) -> str:
        answer = client.get(f"/clicks/?{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    return get


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("bot=no", [0, 1, 2, 3]),
        ("bot=yes", [4]),
        ("campaign=autumn", [2, 3]),
        ("campaign__not=autumn", [0, 1, 4]),
        ("advocate=mia.keller@example.com", [0, 1, 4]),
        ("code=leo24", [2, 3]),
        (f"visitor={NORA}", [0, 1, 2]),
        ("clicked__gte=2026-11-21", []),
        ("q=brandt", [2, 3]),
        ("q=ia2", [0, 1, 4]),
        ("sort=code", [2, 3, 0, 1, 4]),
    ],
)
def test_clicks_are_filtered_and_sorted(
    listed: Listed, clicks: list[Click], query: str, rows: list[int]
) -> None:
    page = listed(query)
    shown = [index for index, click in enumerate(clicks) if f'"/clicks/{click.pk}/"' in page]
    assert shown == sorted(rows)
    places = [page.index(f'"/clicks/{clicks[index].pk}/"') for index in rows]
    assert places == sorted(places, reverse=not query.startswith("sort"))


@pytest.mark.parametrize(
    "query", ["visitor=x", "code=nobody", "advocate=nobody", "code=%00", "q=%00", "bot=perhaps"]
)
def test_a_filter_that_says_nothing_breaks_nothing(listed: Listed, clicks: list[Click], query: str) -> None:
    listed(query)


def test_a_row_says_who_came_from_where(listed: Listed, clicks: list[Click]) -> None:
    page = listed("code=MIA24&sort=clicked")
    for words in ("Mia Keller", "Spring", "MIA24", "blog.example", "Safari on iPhone", "Bot", str(NORA)[:8]):
        assert words in page


def test_people_and_bots_are_counted_apart(client: Client, clicks: list[Click]) -> None:
    client.force_login(people.anna())
    page = " ".join(client.get("/clicks/totals/").content.decode().split())
    assert "<dt>Clicks by people</dt><dd>4</dd>" in page
    assert "<dt>Visitors</dt><dd>2</dd>" in page
    assert "<dt>Links followed</dt><dd>2</dd>" in page
    assert "<dt>By bots</dt><dd>1</dd>" in page


def test_the_file_has_what_the_list_has(client: Client, clicks: list[Click]) -> None:
    client.force_login(people.anna())
    answer = client.get("/clicks/export/?code=LEO24")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    lines = content.decode().splitlines()
    assert lines[0].startswith("clicked_at,advocate_name,advocate_email,campaign,campaign_uid,code,visitor")
    assert len(lines) == 3


def test_somebody_limited_sees_the_clicks_of_their_campaigns(client: Client, clicks: list[Click]) -> None:
    anna = factories.limit_to(people.anna(), clicks[2].enrollment.campaign)
    client.force_login(anna)
    page = client.get("/clicks/").content.decode()
    assert f'"/clicks/{clicks[2].pk}/"' in page
    assert f'"/clicks/{clicks[0].pk}/"' not in page
    assert client.get(f"/clicks/{clicks[0].pk}/").status_code == 404
    one = client.get(f"/clicks/{clicks[2].pk}/").content.decode()
    assert f'"/clicks/{clicks[3].pk}/"' not in one
    assert "Mia" not in one
    assert "There is no referral code “MIA24”" in client.get("/clicks/?code=MIA24").content.decode()


def test_one_click_with_all_that_is_known(client: Client, clicks: list[Click]) -> None:
    key = keys.make("Shop", ["https://shop.example"], by=SYSTEM)
    SiteVisit.objects.create(click=clicks[2], site_key=key, page="https://shop.example/cart")
    VisitorIdentity.objects.create(visitor=NORA, click=clicks[2], site_key=key, email="nora@example.com")
    client.force_login(people.anna())
    page = client.get(f"/clicks/{clicks[2].pk}/").content.decode()
    for words in ("/r/LEO24", "20 Dec 2026", "(30 days)", "https://shop.example/cart", "nora@example.com"):
        assert words in page
    assert f'"/clicks/{clicks[0].pk}/"' in page
    assert f'"/clicks/{clicks[3].pk}/"' not in page


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (demo)", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, name: str) -> None:
    assert browser_of(agent) == name


def test_nobody_clicked_yet(listed: Listed) -> None:
    assert "No clicks yet" in listed("")


def test_a_page_of_clicks_asks_little(
    client: Client, clicks: list[Click], django_assert_max_num_queries: Any
) -> None:
    client.force_login(people.anna())
    client.get("/clicks/")
    with django_assert_max_num_queries(6):
        client.get("/clicks/?campaign=spring&bot=no")
