"""Attributions, advocates and coupon codes in files: their columns, and what becomes of each row."""

from referrals.resources.advocates import ADVOCATES_IMPORT
from referrals.resources.attributions import ATTRIBUTIONS_IMPORT
from referrals.resources.coupons import COUPONS_IMPORT

__all__ = ["ADVOCATES_IMPORT", "ATTRIBUTIONS_IMPORT", "COUPONS_IMPORT"]
