"""People, codes and attributions as JSON, each from a row of the columns named beside it."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q

from core.api.answers import moment
from referrals.models import ReferralCode
from referrals.queries import ACTIVE

Row = tuple[Any, ...]
_PARTY = ("id", "email", "uid", "first_name", "last_name")


def _party(path: str) -> tuple[str, ...]:
    return tuple(f"{path}__{name}" for name in _PARTY)


CONTACT = (*_PARTY, "status", "status_since", "flagged", "properties", "created_at")
ENROLLMENT = (*("id", "campaign__uid", "is_active_now", "codes_in_use", "enrolled_at"), *_party("contact"))
CODE = (
    *("code", "enrollment_id", "enrollment__campaign__uid", "disabled_at", "created_at"),
    *_party("enrollment__contact"),
)
COUPON = (*("code", "campaign__uid", "disabled_at", "created_at"), *_party("advocate"))
ATTRIBUTION = (
    *("id", "campaign__uid", "is_active", "flagged", "referred_at", "deactivated_at", "source", "created_at"),
    *_party("advocate"),
    *_party("contact"),
)
COMPUTED: dict[str, Any] = {
    "is_active_now": ExpressionWrapper(Q(ACTIVE), output_field=BooleanField()),
    "codes_in_use": ArraySubquery(
        ReferralCode.objects.filter(enrollment=OuterRef("pk"), disabled_at=None).order_by("id").values("code")
    ),
}


def party_json(values: Row) -> dict[str, Any]:
    return dict(zip(_PARTY, values, strict=True))


def contact_json(row: Row) -> dict[str, Any]:
    status, since, flagged, properties, created_at = row[5:10]
    return {
        **party_json(row[:5]),
        "status": status,
        "status_since": moment(since),
        "flagged": flagged,
        "properties": properties,
        "created_at": moment(created_at),
    }


def enrollment_json(row: Row) -> dict[str, Any]:
    pk, campaign, is_active, codes, enrolled_at = row[:5]
    return {
        "id": pk,
        "contact": party_json(row[5:10]),
        "campaign_uid": campaign,
        "is_active": is_active,
        "codes": codes,
        "enrolled_at": moment(enrolled_at),
    }


def code_json(row: Row) -> dict[str, Any]:
    code, enrollment, campaign, disabled_at, created_at = row[:5]
    return {
        "code": code,
        "enrollment": enrollment,
        "contact": party_json(row[5:10]),
        "campaign_uid": campaign,
        "is_active": disabled_at is None,
        "created_at": moment(created_at),
    }


def coupon_json(row: Row) -> dict[str, Any]:
    code, campaign, disabled_at, created_at = row[:4]
    return {
        "code": code,
        "advocate": party_json(row[4:9]),
        "campaign_uid": campaign,
        "is_active": disabled_at is None,
        "created_at": moment(created_at),
    }


def attribution_json(row: Row) -> dict[str, Any]:
    pk, campaign, is_active, flagged, referred_at, deactivated_at, source, created_at = row[:8]
    return {
        "id": pk,
        "advocate": party_json(row[8:13]),
        "contact": party_json(row[13:18]),
        "campaign_uid": campaign,
        "is_active": is_active,
        "flagged": flagged,
        "referred_at": moment(referred_at),
        "deactivated_at": moment(deactivated_at),
        "source": source,
        "created_at": moment(created_at),
    }
