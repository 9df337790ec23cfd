"""Who refers whom: contacts, their enrolments and codes, clicks, and referral attributions."""

from referrals.models.attributions import ReferralAttribution
from referrals.models.codes import Click, CouponCode, ReferralCode
from referrals.models.contacts import Contact, Enrollment
from referrals.models.site import SiteKey, SiteVisit, VisitorIdentity

__all__ = [
    "Click",
    "Contact",
    "CouponCode",
    "Enrollment",
    "ReferralAttribution",
    "ReferralCode",
    "SiteKey",
    "SiteVisit",
    "VisitorIdentity",
]
