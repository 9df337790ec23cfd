"""Who follows a link: which browser, from where, and whether a person is behind it at all."""

import ipaddress
import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "ambassador_visitor"
# Sent with share links and with nothing else.
COOKIE_PATH = "/r/"
# As long as the longest tracking window.
COOKIE_AGE = 365 * 24 * 3600
_LONGEST_AGENT, _LONGEST_REFERRER = 400, 500
_LOOKS_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_MACHINE = re.compile(
    r"(?<!cu)bot(\b|[_-])|crawl|spider|slurp|preview|scan|monitor|uptime|pingdom|lighthouse|headless|embed|validator"
    r"|facebookexternalhit|facebot|whatsapp/|telegram|skypeuri|slack-img|discord|pinterest/|vkshare|fetcher"
    r"|curl/|wget/|python|java/|okhttp|go-http|libwww|httpclient|axios|node-fetch|ruby|perl|php/|postman|insomnia",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser at the moment of a click. ``id`` is the same for as long as it keeps our cookie."""

    id: uuid.UUID
    is_bot: bool
    ip_address: str | None
    user_agent: str
    referrer: str


def visitor(request: HttpRequest) -> Visitor:
    """Who asks, by our cookie where there is one, else somebody new."""
    agent = readable(request.headers.get("User-Agent", ""))[:_LONGEST_AGENT]
    return Visitor(
        id=known_id(request.COOKIES.get(COOKIE, "")) or uuid.uuid4(),
        is_bot=is_machine(agent),
        ip_address=address_of(request),
        user_agent=agent,
        referrer=without_query(request.headers.get("Referer", "")),
    )


def remember(response: HttpResponseBase, who: Visitor) -> None:
    """Let the browser be recognised when it follows a share link again."""
    response.set_cookie(
        COOKIE,
        str(who.id),
        max_age=COOKIE_AGE,
        path=COOKIE_PATH,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def looks_ahead(request: HttpRequest) -> bool:
    """Whether a browser loads the link before anybody has decided to follow it."""
    said = " ".join(request.headers.get(name, "") for name in _LOOKS_AHEAD).lower()
    return "prefetch" in said or "prerender" in said or "preview" in said


def is_machine(agent: str) -> bool:
    """Whether a program gives itself away: link previews, crawlers, scanners. Silence does so, too."""
    return not agent or _MACHINE.search(agent) is not None


def known_id(text: str) -> uuid.UUID | None:
    """The id in a cookie of ours. One that was tampered with is nobody's."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if found.version == 4 and str(found) == text else None


def address_of(request: HttpRequest) -> str | None:
    """Where the request comes from: the other end, or what our own proxy says of it."""
    text = request.META.get("REMOTE_ADDR") or ""
    if settings.BEHIND_PROXY:
        # Each proxy adds what it saw at the end; what stands before that anybody may have written.
        text = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or text
    try:
        found = ipaddress.ip_address(text.partition("%")[0].strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def without_query(address: str) -> str:
    """A page's address as far as it says nothing about the person: scheme, host and path. Else empty."""
    try:
        parts = urlsplit(readable(address)[: 2 * _LONGEST_REFERRER])
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:_LONGEST_REFERRER]


def readable(text: str) -> str:
    """``text`` without what no column takes and nobody can read: NUL, controls, halves of characters."""
    return "".join(character for character in text if character.isprintable())
