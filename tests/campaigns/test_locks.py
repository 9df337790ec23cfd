"""A campaign's uid is what files and integrations call it: it never changes."""

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Campaign
from tests import factories as make
from tests.racing import race
from tests.writing import (
    REMOVALS,
    WAYS,
    Removal,
    Way,
    by_second_connection,
    delete_then_insert,
    refusal,
    stored,
)


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("uid", ["summer", "SPRING", ""])
def test_uid_never_changes(way: Way, uid: str) -> None:
    spring = make.campaign("Spring")
    assert refusal(way, spring, {"uid": uid}) == "campaign_uid_locked"
    assert stored(spring)["uid"] == "spring"


@pytest.mark.django_db
@pytest.mark.parametrize("way", [way for way in WAYS if way is not delete_then_insert])
def test_what_else_a_campaign_says_changes_freely(way: Way) -> None:
    spring = make.campaign("Spring")
    assert refusal(way, spring, {"name": "Spring 2026", "window_days": 30}) == ""
    assert stored(spring)["name"] == "Spring 2026"


@pytest.mark.django_db
@pytest.mark.parametrize("remove", REMOVALS)
def test_campaign_is_never_removed(remove: Removal) -> None:
    assert refusal(remove, make.campaign("Spring")) == "campaign_uid_locked"
    assert Campaign.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_uid_holds_against_a_connection_from_outside_and_against_eight_at_once() -> None:
    spring = make.campaign("Spring")
    names = race(lambda number: by_second_connection(spring, {"uid": f"spring-{number}"}), range(8))
    assert names == ["campaign_uid_locked"] * 8
    assert by_second_connection(spring, {"id": spring.pk + 1}) == "campaign_uid_locked"
    assert stored(spring)["uid"] == "spring"


@pytest.mark.django_db
def test_forms_hear_of_it_in_words() -> None:
    spring = make.campaign("Spring")
    spring.name = "Spring again"
    spring.full_clean()
    spring.uid = "summer"
    with pytest.raises(ValidationError) as caught:
        spring.full_clean()
    assert caught.value.messages == ["A campaign's uid never changes."]
