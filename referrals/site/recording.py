"""What the site script tells of a referred visitor, who is known by the id of a click of ours."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from referrals.evidence import click_key
from referrals.links.visiting import readable, without_query
from referrals.models import Click, SiteKey, SiteVisit, VisitorIdentity

_LONGEST_EMAIL = 254


class Refusal(Exception):
    """What was told makes no sense. ``field`` says where, ``code`` is for programs, ``detail`` for people."""

    def __init__(self, field: str, code: str, detail: str, status: int = 422) -> None:
        super().__init__(detail)
        self.field, self.code, self.detail, self.status = field, code, detail, status


def visit(key: SiteKey, told: Mapping[str, Any]) -> str:
    """Note the page that the visitor opened; what became of it. Raises :class:`Refusal`."""
    page = without_query(_text(told, "page"))
    if not page:
        raise Refusal("page", "invalid", "Name the page by an address that begins with https://.")
    click = _click(told)
    referrer = without_query(_text(told, "referrer"))
    SiteVisit.objects.create(click=click, site_key=key, page=page, referrer=referrer)
    return "created"


def identify(key: SiteKey, told: Mapping[str, Any]) -> str:
    """Note the e-mail address that the visitor gave; what became of it. Raises :class:`Refusal`."""
    email = _text(told, "email").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal("email", "invalid", "This is not an e-mail address.") from None
    if len(email) > _LONGEST_EMAIL or email != readable(email):
        raise Refusal("email", "invalid", "This is not an e-mail address.")
    click = _click(told)
    _, is_new = VisitorIdentity.objects.get_or_create(
        visitor=click.visitor, email=email, defaults={"click": click, "site_key": key}
    )
    return "created" if is_new else "unchanged"


def _click(told: Mapping[str, Any]) -> Click:
    key = click_key(_text(told, "click_id")[:64])
    click = Click.objects.filter(click_id=key).first() if key else None
    if click is None:
        raise Refusal("click_id", "unknown_click", "There is no click with this id.", 404)
    return click


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    return value if isinstance(value, str) else ""
