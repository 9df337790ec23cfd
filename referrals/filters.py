"""What contacts, advocates and coupon codes can be filtered by."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from campaigns import queries as campaigns
from core.listing.facets import Choice, Day, Related, Term, YesNo
from core.listing.filters import ListFilters
from referrals.models import Contact, Enrollment
from referrals.queries import ACTIVE

MISSING = "There is no campaign “{text}”."


class EnrolledIn(Related):
    """Of which campaigns somebody is an advocate. There may be several, so rows are asked, not joined."""

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        enrolled = Enrollment.objects.filter(contact=OuterRef("pk"))
        if operator == "empty":
            return Q(~Exists(enrolled)) if terms[0].value else Q(Exists(enrolled))
        of_these = Exists(enrolled.filter(campaign__in=[term.value for term in terms]))
        return Q(~of_these) if operator == "not" else Q(of_these)


class ContactFilters(ListFilters):
    status = Choice("Status", "status", Contact.Status.choices)
    campaign = EnrolledIn(
        "Campaign",
        "enrollments__campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        none="In no campaign",
    )
    added = Day("Added", "created_at")
    flagged = YesNo("Flagged", "flagged", holds=Q(flagged=True), yes="Flagged", no="Not flagged")


class EnrollmentFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        operators=("", "not", "in"),
    )
    active = YesNo("Active", "inactive_from", holds=ACTIVE, yes="Active", no="Inactive")
    status = Choice("Contact’s status", "contact__status", Contact.Status.choices)
    enrolled = Day("Enrolled", "enrolled_at")


class CouponFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        none="Of all campaigns",
    )
    active = YesNo("In use", "disabled_at", holds=Q(disabled_at=None), yes="In use", no="Disabled")
    added = Day("Added", "created_at")
