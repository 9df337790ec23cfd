"""What must hold of contacts and attributions, whatever wrote them."""

from collections.abc import Iterator

from core.invariants import invariant, rows


@invariant("A contact has at most one active attribution in a campaign.")
def one_active_attribution() -> Iterator[str]:
    for contact, campaign, count in rows(
        "SELECT contact_id, campaign_id, count(*) FROM referrals_referralattribution"
        " WHERE is_active GROUP BY 1, 2 HAVING count(*) > 1"
    ):
        yield f"Contact {contact} has {count} active attributions in campaign {campaign}."


@invariant("Codes and e-mail addresses belong to one, compared without case.")
def names_belong_to_one() -> Iterator[str]:
    for what, name in rows(
        "SELECT 'The referral code', upper(code) FROM referrals_referralcode GROUP BY 2 HAVING count(*) > 1"
        " UNION ALL"
        " SELECT 'The coupon code', upper(code) FROM referrals_couponcode GROUP BY 2 HAVING count(*) > 1"
        " UNION ALL"
        " SELECT 'The e-mail address', lower(email) FROM referrals_contact WHERE email IS NOT NULL"
        " GROUP BY 2 HAVING count(*) > 1"
    ):
        yield f"{what} {name} belongs to several."
