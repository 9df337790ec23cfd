"""Puts the made-up program's campaigns, advocates, codes and clicks where the orders will find them."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from ambassador.demo.cast import CAMPAIGNS, Advocate
from ambassador.demo.claiming import Visit
from ambassador.demo.sales import Market
from campaigns.models import Campaign
from core.properties.jobs import ask_for_index
from core.properties.models import PropertyDefinition, PropertyType
from referrals.models import Click, Contact, CouponCode, Enrollment, ReferralCode

PROPERTIES = (
    ("channel", PropertyType.STRING, "Where the order was placed.", True),
    ("items", PropertyType.INTEGER, "How many things were bought.", True),
    ("gift", PropertyType.BOOLEAN, "Wrapped for somebody else.", False),
)
_AGENT = "Mozilla/5.0 (made up)"


class Stage:
    """The rows behind a market's cast. Setting it twice changes nothing."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._enrollments: dict[tuple[str, str], int] = {}

    @transaction.atomic
    def set(self) -> None:
        campaigns = self._campaigns()
        people = self._people()
        self._enroll(people, campaigns)
        self._coupons(people, campaigns)
        self._properties()

    def record_clicks(self, visits: Iterable[Visit]) -> int:
        """Clicks have no door of their own for many at once: they are facts without consequences."""
        clicks = [
            Click(
                click_id=visit.click_id,
                enrollment_id=self._enrollments[visit.advocate.person.email, visit.campaign_uid],
                code=visit.advocate.codes[visit.campaign_uid],
                visitor=visit.visitor,
                clicked_at=visit.at,
                user_agent=_AGENT,
            )
            for visit in visits
        ]
        Click.objects.bulk_create(clicks, ignore_conflicts=True, batch_size=5_000)
        return len(clicks)

    def _moment(self, days_ago: int) -> dt.datetime:
        return dt.datetime.combine(self._market.day(days_ago), dt.time.min, self._market.until.tzinfo)

    def _campaigns(self) -> dict[str, Campaign]:
        Campaign.objects.bulk_create(
            [
                Campaign(
                    uid=terms.uid,
                    name=terms.name,
                    description=terms.description,
                    landing_page=f"https://www.example.com/{terms.uid}",
                    currency=terms.currency,
                    launched_at=self._moment(terms.began),
                    starts_at=self._moment(terms.began),
                    ends_at=None if terms.ended is None else self._moment(terms.ended),
                    paused_from=None if terms.paused is None else self._moment(terms.paused),
                    created_at=self._moment(terms.began + 9),
                )
                for terms in CAMPAIGNS
            ],
            ignore_conflicts=True,
        )
        return {campaign.uid: campaign for campaign in Campaign.objects.all()}

    def _people(self) -> dict[str, Contact]:
        Contact.objects.bulk_create(
            [self._contact(one) for one in self._market.cast.advocates], ignore_conflicts=True
        )
        emails = [one.person.email for one in self._market.cast.advocates]
        return {contact.email or "": contact for contact in Contact.objects.filter(email__in=emails)}

    def _contact(self, advocate: Advocate) -> Contact:
        status, days_ago = advocate.left or (Contact.Status.ENROLLED, advocate.joined)
        return Contact(
            email=advocate.person.email,
            uid=advocate.person.uid or None,
            first_name=advocate.person.first_name,
            last_name=advocate.person.last_name,
            status=status,
            status_since=self._moment(days_ago),
            created_at=self._moment(advocate.joined),
        )

    def _enroll(self, people: dict[str, Contact], campaigns: dict[str, Campaign]) -> None:
        pairs = [(one, uid) for one in self._market.cast.advocates for uid in one.codes]
        began = {terms.uid: terms.began for terms in CAMPAIGNS}
        Enrollment.objects.bulk_create(
            [
                Enrollment(
                    contact=people[one.person.email],
                    campaign=campaigns[uid],
                    enrolled_at=self._moment(min(one.joined, began[uid])),
                )
                for one, uid in pairs
            ],
            ignore_conflicts=True,
        )
        known = Enrollment.objects.filter(contact__in=people.values())
        self._enrollments = {
            (email or "", uid): pk
            for pk, email, uid in known.values_list("pk", "contact__email", "campaign__uid")
        }
        ReferralCode.objects.bulk_create(
            [
                ReferralCode(
                    code=one.codes[uid],
                    enrollment_id=self._enrollments[one.person.email, uid],
                    created_at=self._moment(min(one.joined, began[uid])),
                )
                for one, uid in pairs
            ],
            ignore_conflicts=True,
        )

    def _coupons(self, people: dict[str, Contact], campaigns: dict[str, Campaign]) -> None:
        CouponCode.objects.bulk_create(
            [
                CouponCode(
                    code=coupon.code,
                    advocate=people[one.person.email],
                    campaign=campaigns[coupon.campaign_uid] if coupon.campaign_uid else None,
                    created_at=self._moment(one.joined),
                    disabled_at=None if coupon.disabled is None else self._moment(coupon.disabled),
                )
                for one in self._market.cast.advocates
                for coupon in one.coupons
            ],
            ignore_conflicts=True,
        )

    def _properties(self) -> None:
        for name, kind, description, filterable in PROPERTIES:
            definition, is_new = PropertyDefinition.objects.get_or_create(
                noun="order",
                name=name,
                defaults={"type": kind, "description": description, "filterable": filterable},
            )
            if is_new and filterable:
                ask_for_index(definition)
