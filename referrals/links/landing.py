"""Where a share link leads. The target is the campaign's alone; nothing in the request can change it."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote_plus, urlencode, urlsplit, urlunsplit

from django.conf import settings

from referrals.links.visiting import readable

CODE, CLICK, DAYS = "mbsy", "click_id", "mbsy_days"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
# For how many days the site script keeps a click when the address does not say.
USUAL_WINDOW = 90
_LONGEST_VALUE = 100
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,32}")
# What chat programs and letters leave at the end of a link.
_AFTER_A_LINK = " \t/.,;:!?)]}>'\"»”’…"


def read_code(text: str) -> str:
    """The code in the last part of a share link, in capitals; empty for what cannot be one."""
    code = text[:80].strip(_AFTER_A_LINK)
    return code.upper() if _SHAPE.fullmatch(code) else ""


def share_address(code: str) -> str:
    """The share link of ``code``."""
    return f"{settings.SITE_URL}/r/{code}"


def split(landing_page: str) -> SplitResult | None:
    """The landing page's parts, None for what a browser should not be sent to."""
    try:
        parts = urlsplit(landing_page)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.netloc else None


def landing_address(
    page: SplitResult, code: str, click_id: str, window_days: int, asked: Mapping[str, str]
) -> str:
    """``page`` with the code, the click and the UTM parameters that were ``asked`` for.

    A parameter that the campaign's own address has already stays as it is there. ``click_id`` is empty for a
    click that was not kept.
    """
    own = [pair for pair in page.query.split("&") if pair and _name(pair) not in {CODE, CLICK, DAYS}]
    taken = {_name(pair) for pair in own}
    added = {name: _short(asked[name]) for name in UTM if name in asked and name not in taken}
    added[CODE] = code
    if click_id:
        added[CLICK] = click_id
    if window_days != USUAL_WINDOW:
        added[DAYS] = str(window_days)
    return urlunsplit(page._replace(query="&".join([*own, urlencode(added)])))


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])


def _short(text: str) -> str:
    return readable(text[:_LONGEST_VALUE])
