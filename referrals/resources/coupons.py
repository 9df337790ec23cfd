"""Coupon codes by file: each names an advocate, in one campaign or in all of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Upper
from django.urls import reverse

from core.imports.importers import Errand, Importer, Kind, Landed, Target
from referrals import coupons
from referrals.codes import CodeRefused
from referrals.evidence import capitals
from referrals.models import CouponCode, Enrollment
from referrals.resources.common import (
    SOURCE,
    Draft,
    People,
    Refused,
    campaigns,
    each,
    maker,
    read_names,
    zone_of_program,
)

TARGETS = (
    Target("code", "Coupon code", Kind.TEXT, "Coupon", "As the shop knows it.",
           ("Coupon", "Discount code", "Promo code", "Voucher"), required=True),
    Target("advocate_email", "Advocate e-mail", Kind.TEXT, "Advocate", "This or the advocate's id is needed.",
           ("Email", "Advocate", "Referrer email")),
    Target("advocate_uid", "Advocate id", Kind.ID, "Advocate", "Your own id of the advocate.", ("Uid",)),
    Target("campaign_uid", "Campaign", Kind.TEXT, "Advocate", "By uid or name. Empty: all of the advocate's.",
           ("Campaign name", "Campaign ID")),
)  # fmt: skip


@dataclass(slots=True)
class Carry:
    """Coupon codes that rows before would have made."""

    codes: set[str] = field(default_factory=set)


class _Chunk:
    """What a chunk names, looked up once."""

    def __init__(self, drafts: Sequence[Draft], errand: Errand) -> None:
        for draft in drafts:
            read_names(draft, "advocate_", "An advocate")
        self.errand = errand
        self.people = People(drafts, "advocate_")
        self.campaigns = campaigns(errand.who)
        self.is_limited = errand.who is not None and not getattr(errand.who, "all_campaigns", False)
        wanted = {capitals(draft.text("code")) for draft in drafts} - {""}
        rows = CouponCode.objects.annotate(key=Upper("code")).filter(key__in=wanted)
        self.codes = {one.key: one for one in rows} if wanted else {}

    def land(self, draft: Draft, *, write: bool) -> Landed:
        code, named = draft.text("code"), draft.text("campaign_uid")
        campaign = self.campaigns.get(named.lower()) if named else None
        if named and campaign is None:
            raise Refused("campaign_uid", f"There is no campaign “{named[:60]}”.")
        if campaign is None and self.is_limited:
            raise Refused("campaign_uid", "Name one of your campaigns.")
        advocate = self.people.find(draft, "advocate_")
        if advocate is None:
            raise Refused("advocate_email", "There is no such contact.")
        known = self.codes.get(capitals(code))
        if known is not None:
            same = (known.advocate_id, known.campaign_id) == (advocate.pk, campaign.pk if campaign else None)
            if same:
                return Landed("unchanged", known.pk)
            raise Refused("code", "This coupon code is taken, for good.", "conflict")
        if write:
            return self._add(code, advocate, campaign)
        enrolled = Enrollment.objects.filter(contact=advocate)
        if not (enrolled.filter(campaign=campaign) if campaign else enrolled).exists():
            where = campaign or "any campaign"
            raise Refused("advocate_email", f"{advocate} is not enrolled in {where}. Enrol them first.")
        return Landed("created")

    def _add(self, code: str, advocate: object, campaign: object) -> Landed:
        try:
            made = coupons.add(code, advocate, campaign, by=self.errand.actor, source=SOURCE)  # type: ignore[arg-type]
        except CodeRefused as refusal:
            raise Refused("code", str(refusal)) from None
        except coupons.NotAnAdvocate as refusal:
            raise Refused("advocate_email", str(refusal)) from None
        return Landed("created", made.pk)


def planned(drafts: Sequence[Draft], carry: Carry, errand: Errand) -> list[Landed]:
    chunk = _Chunk(drafts, errand)

    def plan(draft: Draft) -> Landed:
        code = capitals(draft.text("code"))
        if code in carry.codes:
            raise Refused("code", "This coupon code is taken, by a row before.", "conflict")
        landed = chunk.land(draft, write=False)
        if landed.outcome == "created":
            carry.codes.add(code)
        return landed

    return each(drafts, plan)


def recorded(drafts: Sequence[Draft], errand: Errand) -> list[Landed]:
    chunk = _Chunk(drafts, errand)
    return each(drafts, lambda draft: chunk.land(draft, write=True))


def lacking(chosen: set[str]) -> list[str]:
    named = chosen & {"advocate_email", "advocate_uid"}
    return [] if named else ["The advocate's e-mail or id is needed."]


_SAMPLE = """
code,advocate_email,campaign_uid
ADA10,ada.adler@example.com,spring
JONAS10,jonas.haas@example.com,
"""
COUPONS_IMPORT = Importer(
    noun="coupon",
    scope="contacts",
    singular="coupon code",
    plural="coupon codes",
    key="code",
    targets=lambda who: list(TARGETS),
    lacks=lacking,
    advice=lambda chosen: [],
    zone=zone_of_program,
    maker=maker,
    carry=Carry,
    plan=planned,
    record=recorded,
    opens=lambda pk: f"/coupons/{pk}/",
    listed=lambda pk: reverse("coupons:list"),
    sample=_SAMPLE.lstrip(),
    namespace="coupon_imports",
)
