"""Codes that somebody may have meant: those one letter away from what was written.

Every text one edit away is spelled out and looked up at once, so the index that keeps codes unique answers,
however many codes there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Upper

from campaigns.access import limit
from referrals.evidence import OUT, capitals
from referrals.models import CouponCode, ReferralCode

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
LONGEST = 33
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Near:
    """A code that exists, one edit away. A coupon without a campaign is of all the advocate's."""

    code: str
    advocate_id: int
    campaign_id: int | None


def one_edit_away(text: str) -> set[str]:
    """Every code that becomes ``text`` by one letter more, less, other, or two changed places.

    Empty for what no code can look like. What was typed with spaces inside is looked at without them.
    """
    word = "".join(capitals(text).split())
    if not 2 <= len(word) <= LONGEST or not word.isascii():
        return set()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    found |= {left + letter + right for left, right in cuts for letter in LETTERS}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    return (found | {word}) - {capitals(text)}


def near_codes(texts: Iterable[str], who: Any = None) -> dict[str, list[Near]]:
    """By text: referral codes one letter off that count, and that ``who`` may see. One query."""
    rows = ReferralCode.objects.exclude(enrollment__contact__status__in=OUT).annotate(key=Upper("code"))
    return _near(
        texts,
        _shown(rows, who, "enrollment__campaign"),
        ("enrollment__contact_id", "enrollment__campaign_id"),
    )


def near_coupons(texts: Iterable[str], who: Any = None) -> dict[str, list[Near]]:
    """By text: coupon codes one letter off that count, and that ``who`` may see. One query."""
    rows = CouponCode.objects.exclude(advocate__status__in=OUT).annotate(key=Upper("code"))
    return _near(texts, _shown(rows, who, "campaign"), ("advocate_id", "campaign_id"))


def _shown(rows: QuerySet[Any], who: Any, campaign: str) -> QuerySet[Any]:
    in_use = rows.filter(disabled_at=None)
    return in_use if who is None else limit(in_use, who, campaign)


def _near(texts: Iterable[str], rows: QuerySet[Any], names: tuple[str, str]) -> dict[str, list[Near]]:
    edits = {text: one_edit_away(text) for text in texts}
    wanted = set().union(*edits.values()) if edits else set()
    if not wanted:
        return {}
    found = rows.filter(key__any_of=wanted).order_by("pk")
    known = {key: Near(*facts) for key, *facts in found.values_list("key", "code", *names)}
    near = {text: [known[key] for key in sorted(keys & known.keys())] for text, keys in edits.items()}
    return {text: codes for text, codes in near.items() if codes}
