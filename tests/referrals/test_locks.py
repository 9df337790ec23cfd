"""Who referred whom, and whose code it is, stays as it was first said, however one writes."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from campaigns.models import Campaign
from referrals.models import Contact, CouponCode, ReferralAttribution, ReferralCode
from tests import factories as make
from tests.racing import race
from tests.writing import (
    REMOVALS,
    WAYS,
    Removal,
    Values,
    Way,
    by_second_connection,
    delete_then_insert,
    refusal,
    stored,
)

CHANGING = [way for way in WAYS if way is not delete_then_insert]
LOCK = {
    ReferralAttribution: "attribution_triple_locked",
    ReferralCode: "referral_code_locked",
    CouponCode: "coupon_code_locked",
}
PERMANENT = [
    (ReferralAttribution, "another advocate"),
    (ReferralAttribution, "another contact"),
    (ReferralAttribution, "another campaign"),
    (ReferralAttribution, "another moment"),
    (ReferralCode, "another text"),
    (ReferralCode, "other capitals"),
    (ReferralCode, "another enrolment"),
    (CouponCode, "another text"),
    (CouponCode, "other capitals"),
    (CouponCode, "another advocate"),
    (CouponCode, "another campaign"),
    (CouponCode, "all campaigns"),
]
FREE: list[tuple[type[models.Model], Values]] = [
    (ReferralAttribution, {"is_active": False, "deactivated_at": make.NOON}),
    (ReferralAttribution, {"flagged": True}),
    (ReferralCode, {"disabled_at": make.NOON}),
    (CouponCode, {"disabled_at": make.NOON}),
]


class Scene:
    """Xena refers Mia in Spring, by code and by coupon; Yuri and Summer are there too."""

    def __init__(self) -> None:
        self.xena, self.yuri, self.mia = (
            make.contact(name) for name in ("Xena Ito", "Yuri Roy", "Mia Keller")
        )
        self.spring, self.summer = make.campaign("Spring"), make.campaign("Summer")
        of_xena, self.of_yuri = (
            make.enrollment(self.xena, self.spring),
            make.enrollment(self.yuri, self.spring),
        )
        self.rows: dict[type[models.Model], models.Model] = {
            ReferralAttribution: make.attribution(self.xena, self.mia, self.spring),
            ReferralCode: make.code("XENA", of_xena),
            CouponCode: make.coupon("XENA10", self.xena, self.spring),
        }

    def values(self, change: str) -> Values:
        changes: dict[str, Values] = {
            "another advocate": {"advocate_id": self.yuri.pk},
            "another contact": {"contact_id": self.yuri.pk},
            "another campaign": {"campaign_id": self.summer.pk},
            "another moment": {"referred_at": make.NOON},
            "another text": {"code": "ZOE"},
            "other capitals": {"code": "xena"},
            "another enrolment": {"enrollment_id": self.of_yuri.pk},
            "all campaigns": {"campaign_id": None},
        }
        return changes[change]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model, change", PERMANENT)
def test_never_changes(scene: Scene, model: type[models.Model], change: str, way: Way) -> None:
    row = scene.rows[model]
    before = stored(row)
    assert refusal(way, row, scene.values(change)) == LOCK[model]
    assert stored(row) == before


@pytest.mark.parametrize("way", CHANGING)
@pytest.mark.parametrize("model, values", FREE)
def test_may_be_switched_off(scene: Scene, model: type[models.Model], values: Values, way: Way) -> None:
    row = scene.rows[model]
    before = stored(row)
    assert refusal(way, row, values) == ""
    assert stored(row) == {**before, **values}


@pytest.mark.parametrize("remove", REMOVALS)
@pytest.mark.parametrize("model", LOCK)
def test_is_never_removed(scene: Scene, model: type[models.Model], remove: Removal) -> None:
    row = scene.rows[model]
    assert refusal(remove, row) == LOCK[model]
    assert stored(row)


@pytest.mark.parametrize("way", CHANGING)
def test_coupon_of_all_campaigns_is_never_narrowed_to_one(scene: Scene, way: Way) -> None:
    coupon = make.coupon("EVERYWHERE", scene.xena)
    assert refusal(way, coupon, {"campaign_id": scene.spring.pk}) == "coupon_code_locked"


@pytest.mark.django_db(transaction=True)
def test_holds_against_a_connection_from_outside_and_against_eight_at_once() -> None:
    scene = Scene()
    for model, change in PERMANENT:
        assert by_second_connection(scene.rows[model], scene.values(change)) == LOCK[model]
    texts = [{"code": f"X{n}"} for n in range(8)]
    rivals: dict[type[models.Model], list[Values]] = {
        ReferralAttribution: [{"referred_at": make.NOON.replace(minute=n)} for n in range(8)],
        ReferralCode: texts,
        CouponCode: texts,
    }
    for model, row in scene.rows.items():
        before = stored(row)
        assert by_second_connection(row, {"id": row.pk + 1}) == LOCK[model]
        names = race(partial(by_second_connection, row), rivals[model])
        assert names == [LOCK[model]] * 8
        assert stored(row) == before


@pytest.mark.parametrize(
    "model, change, said",
    [
        (
            ReferralAttribution,
            "another advocate",
            "Who referred whom never changes: deactivate it, activate another.",
        ),
        (ReferralCode, "another text", "“code” is permanent once it is set."),
        (CouponCode, "all campaigns", "“code” is permanent once it is set."),
    ],
)
def test_forms_hear_of_it_in_words(scene: Scene, model: type[models.Model], change: str, said: str) -> None:
    row = scene.rows[model]
    row.full_clean()
    for name, value in scene.values(change).items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert caught.value.messages == [said]


def test_one_active_attribution_per_contact_and_campaign(scene: Scene) -> None:
    def tie(advocate: Contact, of: Campaign, **fields: Any) -> str:
        return refusal(lambda: make.attribution(advocate, scene.mia, of, **fields))

    assert tie(scene.yuri, scene.spring) == "attribution_active_once"
    assert tie(scene.yuri, scene.summer) == ""
    assert tie(scene.yuri, scene.spring, is_active=False, deactivated_at=make.NOON) == ""
    assert tie(scene.yuri, scene.spring, is_active=False) == "attribution_deactivated_at"
    ReferralAttribution.objects.filter(advocate=scene.xena).update(is_active=False, deactivated_at=make.NOON)
    assert tie(scene.xena, scene.spring) == "attribution_triple_once"
    assert ReferralAttribution.objects.filter(is_active=True).count() == 1


@pytest.mark.parametrize("text", ["xena", "XENA", "Xena"])
def test_code_names_one_advocate_whatever_its_capitals(scene: Scene, text: str) -> None:
    of_yuri = scene.of_yuri
    assert refusal(lambda: make.code(text, of_yuri)) == "referral_code_once"
    assert refusal(lambda: make.coupon(f"{text}10", scene.yuri)) == "coupon_code_once"
