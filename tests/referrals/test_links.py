"""Share links: what they count, where they lead, and that nothing in a request can lead them elsewhere."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from referrals.links import visiting
from referrals.models import Click, Contact, Enrollment
from tests import factories

pytestmark = pytest.mark.django_db

LANDING = "https://shop.example/spring?colour=green&size=#offer"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DAY = dt.timedelta(days=1)


@pytest.fixture
def spring() -> Campaign:
    return factories.campaign("Spring", landing_page=LANDING)


@pytest.fixture
def mias(spring: Campaign) -> Enrollment:
    """Mia refers in Spring by the code MIA24."""
    enrollment = factories.enrollment(factories.contact("Mia Keller"), spring)
    factories.code("MIA24", enrollment)
    return enrollment


def follow(client: Client, path: str, agent: str = FIREFOX, **more: Any) -> Any:
    return client.get(path, headers={"User-Agent": agent, **more.pop("headers", {})}, **more)


def landed(answer: Any) -> dict[str, list[str]]:
    """The parameters that the visitor arrives with."""
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://shop.example/spring?colour=green&size=&")
    return parse_qs(urlsplit(answer["Location"]).query)


def test_a_click_is_kept_and_the_visitor_sent_on(client: Client, mias: Enrollment) -> None:
    answer = follow(client, "/r/mia24", headers={"Referer": "https://blog.example/post?me=secret#x"})
    click = Click.objects.get()
    assert answer["Location"] == (
        f"https://shop.example/spring?colour=green&size=&mbsy=MIA24&click_id={click.click_id}#offer"
    )
    assert answer["Cache-Control"] == "no-store"
    assert (click.enrollment_id, click.code, click.is_bot) == (mias.pk, "MIA24", False)
    assert (click.ip_address, click.user_agent) == ("127.0.0.1", FIREFOX)
    assert click.referrer == "https://blog.example/post"
    assert abs(click.clicked_at - timezone.now()) < dt.timedelta(seconds=30)


def test_a_click_asks_the_database_once(
    client: Client, mias: Enrollment, django_assert_num_queries: Any
) -> None:
    follow(client, "/r/MIA24")
    with django_assert_num_queries(1):
        follow(client, "/r/MIA24")
    assert Click.objects.count() == 2


def test_what_changes_is_in_force_at_once(client: Client, mias: Enrollment) -> None:
    assert follow(client, "/r/MIA24").status_code == 302
    Campaign.objects.update(paused_from=timezone.now() - DAY)
    assert follow(client, "/r/MIA24").status_code == 404
    Campaign.objects.update(paused_from=None, landing_page="https://shop.example/new")
    assert follow(client, "/r/MIA24")["Location"].startswith("https://shop.example/new?mbsy=MIA24&click_id=")
    Campaign.objects.update(ends_at=timezone.now() - DAY)
    assert follow(client, "/r/MIA24").status_code == 410
    assert Click.objects.count() == 2


def test_the_window_goes_along_where_it_is_not_the_usual(client: Client, mias: Enrollment) -> None:
    assert "mbsy_days" not in landed(follow(client, "/r/MIA24"))
    Campaign.objects.update(window_days=14)
    assert landed(follow(client, "/r/MIA24"))["mbsy_days"] == ["14"]


def test_utm_parameters_are_kept_and_nothing_else(client: Client, mias: Enrollment) -> None:
    Campaign.objects.update(landing_page=f"{LANDING.partition('#')[0]}&utm_campaign=spring")
    path = (
        "/r/MIA24?utm_source=post&utm_medium=a%26b&utm_campaign=mine&mbsy=EVE&click_id=1&colour=red&gclid=7"
    )
    params = landed(follow(client, path))
    del params["click_id"]
    assert params == {
        "colour": ["green"],
        "utm_campaign": ["spring"],
        "utm_source": ["post"],
        "utm_medium": ["a&b"],
        "mbsy": ["MIA24"],
    }


def test_a_claim_in_the_campaigns_own_address_does_not_stand(client: Client, mias: Enrollment) -> None:
    Campaign.objects.update(landing_page="https://shop.example/?mbsy=EVE&click%5Fid=9&mbsy_days=1&ok")
    query = urlsplit(follow(client, "/r/MIA24")["Location"]).query
    assert query == f"ok&mbsy=MIA24&click_id={Click.objects.get().click_id}"


def test_a_returning_visitor_is_the_same_visitor(client: Client, mias: Enrollment) -> None:
    first = follow(client, "/r/MIA24")
    cookie = first.cookies[visiting.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/r/", True, "Lax")
    follow(client, "/r/MIA24")
    follow(Client(), "/r/MIA24")
    visitors = list(Click.objects.order_by("pk").values_list("visitor", flat=True))
    assert visitors[0] == visitors[1] == uuid.UUID(cookie.value)
    assert visitors[2] != visitors[0]


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_secure_where_the_program_is(
    client: Client, mias: Enrollment, settings: Any, secure: bool
) -> None:
    settings.SECURE = secure
    assert bool(follow(client, "/r/MIA24").cookies[visiting.COOKIE]["secure"]) is secure


@pytest.mark.parametrize(
    "forged", ["", "mia", "{00000000-0000-4000-8000-000000000000}", "0" * 32, "A" * 5_000, "\x00"]
)
def test_a_forged_visitor_is_somebody_new(client: Client, mias: Enrollment, forged: str) -> None:
    client.cookies[visiting.COOKIE] = forged
    answer = follow(client, "/r/MIA24")
    assert answer.cookies[visiting.COOKIE].value == str(Click.objects.get().visitor)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
def test_looking_ahead_counts_nothing_and_is_asked_again(
    client: Client, mias: Enrollment, headers: dict[str, str]
) -> None:
    answer = follow(client, "/r/MIA24", headers=headers)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert "Location" not in answer
    assert not answer.cookies
    assert not Click.objects.exists()


def test_a_head_request_leads_on_and_counts_nothing(client: Client, mias: Enrollment) -> None:
    answer = client.head("/r/MIA24", headers={"User-Agent": FIREFOX})
    assert answer.status_code == 302
    assert answer["Location"].endswith("&mbsy=MIA24#offer")
    assert not answer.cookies
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    ("agent", "is_bot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", True),
        ("WhatsApp/2.23.20.0", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("TelegramBot (like TwitterBot)", True),
        ("curl/8.5.0", True),
        ("python-requests/2.32", True),
        ("", True),
        (FIREFOX, False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 15; CUBOT NOTE) AppleWebKit/537.36 Chrome/140.0 Mobile", False),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605 [FBAN/FBIOS;FBAV/500.0]", False),
    ],
)
def test_machines_are_kept_apart_from_people(
    client: Client, mias: Enrollment, agent: str, is_bot: bool
) -> None:
    answer = follow(client, "/r/MIA24", agent)
    assert Click.objects.get().is_bot is is_bot
    # Whoever was taken for a machine and buys is believed: the click counts as evidence all the same.
    assert landed(answer)["click_id"] == [str(Click.objects.get().click_id)]
    assert bool(answer.cookies) is not is_bot


def test_what_a_browser_says_of_itself_is_trimmed(client: Client, mias: Enrollment) -> None:
    headers = {"Referer": f"https://user:pw@blog.example/{'x' * 5_000}"}
    follow(client, "/r/MIA24", f"Mozilla/5.0 Firefox/1\x00\x1b[31m{'y' * 5_000}", headers=headers)
    click = Click.objects.get()
    assert click.user_agent.startswith("Mozilla/5.0 Firefox/1[31myyy")
    assert len(click.user_agent) == 400
    assert click.referrer.startswith("https://blog.example/xxx")
    assert len(click.referrer) == 500


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "remote", "kept"),
    [
        (False, "9.9.9.9", "203.0.113.7", "203.0.113.7"),
        (True, "6.6.6.6, 203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (True, "", "10.0.0.1", "10.0.0.1"),
        (True, "nonsense", "10.0.0.1", None),
        (False, "", "::ffff:203.0.113.7", "203.0.113.7"),
        (False, "", "fe80::1%eth0", "fe80::1"),
        (False, "", "unix:", None),
    ],
)
def test_the_address_is_the_visitors_and_nobody_can_write_it(
    client: Client,
    mias: Enrollment,
    settings: Any,
    behind_proxy: bool,
    forwarded: str,
    remote: str,
    kept: str | None,
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    follow(client, "/r/MIA24", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=remote)
    assert Click.objects.get().ip_address == kept


NOW_OVER = {"ends_at": timezone.now() - DAY}


@pytest.mark.parametrize(
    ("model", "fields", "status", "title", "offers_page"),
    [
        (Campaign, NOW_OVER, 410, "This offer has ended", True),
        (Campaign, {"launched_at": None}, 404, "This link does not work yet", False),
        (Campaign, {"starts_at": timezone.now() + DAY}, 404, "This link does not work yet", False),
        (Campaign, {"paused_from": timezone.now() - DAY}, 404, "This link rests for now", True),
        (Campaign, {"landing_page": ""}, 404, "This link does not work yet", False),
        (Campaign, {"landing_page": "javascript:alert(1)"}, 404, "This link does not work yet", False),
        (Campaign, {"landing_page": "https://[::1"}, 404, "This link does not work yet", False),
        (Contact, {"status": "banned"}, 410, "This link is no longer in use", True),
        (Contact, {"status": "unsubscribed"}, 410, "This link is no longer in use", True),
        (Enrollment, {"inactive_from": timezone.now() - DAY}, 410, "This link is no longer in use", True),
    ],
)
def test_a_link_that_leads_nowhere_says_so_kindly(
    client: Client,
    mias: Enrollment,
    model: Any,
    fields: dict[str, Any],
    status: int,
    title: str,
    offers_page: bool,
) -> None:
    model.objects.update(**fields)
    answer = follow(client, "/r/MIA24")
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert ('href="https://shop.example/spring?colour=green&amp;size=#offer"' in page) is offers_page
    assert "Mia" not in page
    assert not Click.objects.exists()
    assert visiting.COOKIE not in answer.cookies


def test_a_disabled_code_is_gone(client: Client, mias: Enrollment) -> None:
    mias.codes.update(disabled_at=timezone.now())
    assert follow(client, "/r/MIA24").status_code == 410
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    "code",
    [
        *(
            "NOBODY",
            "a b",
            "MIA 24",
            "🎉",
            "é",
            "MIA24\x00",
            "%00",
            "%2500",
            "\x00",
            "\r\nX: y",
            "<b>",
            "'--",
        ),
        *("../../etc/passwd", "..", "MIA24/../../x", "//evil.example", "https://evil.example", "x" * 10_000),
        *("\ud7ff", "ＭＩＡ２４", "MIA24#x", "MIA24%"),
    ],
)
def test_what_is_no_code_gets_the_friendly_page(client: Client, mias: Enrollment, code: str) -> None:
    client.raise_request_exception = False
    for path in (f"/r/{quote(code, safe='')}", f"/r/{quote(code, safe='/')}"):
        for answer in (follow(client, path), client.head(path), client.get(f"{path}/qr.svg")):
            assert answer.status_code == 404
    assert not Click.objects.exists()


@pytest.mark.parametrize("end", ["/", ".", ")", "%22", "%20", "!", "…", "%E2%80%9D"])
def test_what_a_letter_leaves_at_the_end_of_a_link_is_forgiven(
    client: Client, mias: Enrollment, end: str
) -> None:
    assert landed(follow(client, f"/r/MIA24{end}"))["mbsy"] == ["MIA24"]


NAMES = [
    *("next", "url", "redirect", "redirect_to", "return", "goto", "to", "target", "landing_page", "dest"),
    *("mbsy", "click_id", "mbsy_days", "campaign", "utm_source", "utm_medium", "utm_id", "//", "code", "u"),
]
TARGETS = [
    *("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil.example"),
    *("https://shop.example@evil.example/", "%0d%0aLocation:%20https://evil.example", "\x00", "🎉" * 500),
]


@pytest.mark.parametrize("target", TARGETS)
def test_no_parameter_leads_elsewhere(client: Client, mias: Enrollment, target: str) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Original-URL": target.encode("ascii", "ignore").decode(),
    }
    query = "&".join(f"{quote(name)}={quote(target)}" for name in NAMES)
    for path in (f"/r/MIA24?{query}", *(f"/r/MIA24?{quote(name)}={quote(target)}" for name in NAMES)):
        answer = follow(client, path, headers=headers)
        parts = urlsplit(answer["Location"])
        assert (answer.status_code, parts.scheme, parts.netloc, parts.path, parts.fragment) == (
            *(302, "https", "shop.example", "/spring"),
            "offer",
        )
        assert len(answer["Location"]) < 8_000


def test_a_share_link_can_be_printed(client: Client, mias: Enrollment, settings: Any) -> None:
    settings.SITE_URL = "https://ambassador.example"
    answer = client.get("/r/mia24/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<?xml")
    assert b"<svg" in answer.content
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert client.get("/r/NOBODY/qr.svg").status_code == 404
    assert not Click.objects.exists()


def test_only_looking_is_allowed(client: Client, mias: Enrollment) -> None:
    strict = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/r/MIA24").status_code == 405
        assert getattr(strict, method)("/r/MIA24").status_code in {403, 405}
    assert not Click.objects.exists()
