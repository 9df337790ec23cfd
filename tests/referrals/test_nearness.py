"""Codes one letter away: which they are, and that looking for them is quick among many."""

import pytest
from django.db import connection
from django.db.models.functions import Upper

from referrals.models import ReferralCode
from referrals.nearness import near_codes, near_coupons, one_edit_away
from tests import factories, people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["ADB24", "AD24", "ADDA24", "DAA24", "ada2", "ADA24X", "AD A24", "ada 24 "])
def test_one_slip_leads_to_the_code(typed: str) -> None:
    assert "ADA24" in one_edit_away(typed)


@pytest.mark.parametrize("typed", ["ADA24", "ada24", "AXB24", "A", "", "ADÀ24", "🎉ADA24", "A" * 10_000])
def test_two_slips_and_nonsense_do_not(typed: str) -> None:
    assert "ADA24" not in one_edit_away(typed)


def test_only_codes_in_use_and_of_shown_campaigns_are_near() -> None:
    spring, winter = factories.campaign("Spring"), factories.campaign("Winter")
    ada = factories.contact("Ada Adler")
    of_spring, of_winter = (factories.enrollment(ada, one) for one in (spring, winter))
    factories.code("ADA24", of_spring)
    factories.code("ADA25", of_winter)
    factories.code("ADA26", of_winter, disabled_at=factories.NOON)
    factories.coupon("ADA-TEN", ada)
    assert [near.code for near in near_codes(["ADA2X"])["ADA2X"]] == ["ADA24", "ADA25"]
    limited = factories.limit_to(people.marc(), spring)
    assert [near.code for near in near_codes(["ADA2X"], limited)["ADA2X"]] == ["ADA24"]
    assert [near.code for near in near_coupons(["ada ten"])["ada ten"]] == ["ADA-TEN"]
    assert near_coupons(["ada ten"], limited) == {}


def test_the_index_of_unique_codes_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = ReferralCode.objects.annotate(key=Upper("code")).filter(key__any_of=one_edit_away("ADA2X"))
    assert "referral_code_once" in rows.explain()
