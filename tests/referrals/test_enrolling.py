"""Contacts become advocates: one by one, by the thousand, and never twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.events.log import SYSTEM, actor_for
from core.events.models import Event
from referrals import codes, enrolling
from referrals.models import Contact, Enrollment, ReferralCode
from tests import factories, people

pytestmark = pytest.mark.django_db


def test_a_code_has_nothing_that_looks_alike() -> None:
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500
    assert not set("".join(made)) & set("0O1Il")
    assert {len(code) for code in made} == {8}


def test_a_prospect_becomes_an_advocate_with_a_code_and_an_event() -> None:
    spring, mia, olga = factories.campaign("Spring"), factories.contact("Mia Keller"), people.olga()
    made = enrolling.enroll(mia, spring, by=actor_for(olga), source="dashboard")
    mia.refresh_from_db()
    assert mia.status == Contact.Status.ENROLLED
    code = ReferralCode.objects.get(enrollment=made)
    event = Event.objects.get()
    assert (event.kind, event.noun, event.noun_id, event.actor_id, event.source) == (
        "contact_enrolled",
        "enrollment",
        made.pk,
        olga.pk,
        "dashboard",
    )
    assert event.data == {"contact_id": mia.pk, "campaign_id": spring.pk, "code": code.code}


def test_enrolling_twice_is_one_enrolment() -> None:
    spring, mia = factories.campaign("Spring"), factories.contact("Mia Keller")
    first = enrolling.enroll(mia, spring, by=SYSTEM, source="api", code="Mia10")
    again = enrolling.enroll(mia, spring, by=SYSTEM, source="api", code=" mia10 ")
    third = enrolling.enroll(mia, spring, by=SYSTEM, source="api")
    assert first == again == third
    assert [code.code for code in ReferralCode.objects.all()] == ["Mia10"]
    assert Event.objects.count() == 1


def test_a_further_chosen_code_is_added() -> None:
    spring, mia = factories.campaign("Spring"), factories.contact("Mia Keller")
    made = enrolling.enroll(mia, spring, by=SYSTEM, source="api", code="Mia10")
    enrolling.enroll(mia, spring, by=SYSTEM, source="api", code="Mia20")
    assert sorted(made.codes.values_list("code", flat=True)) == ["Mia10", "Mia20"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "contact_enrolled",
        "code_added",
    ]


@pytest.mark.parametrize("bad", ["TOM10", "tom10", "has space", "émile", "x" * 33, "שלום", "🎉"])
def test_a_code_that_cannot_be_theirs_enrols_nobody(bad: str) -> None:
    spring, mia, tom = factories.campaign("Spring"), factories.contact("Mia Keller"), factories.contact("Tom")
    factories.code("Tom10", factories.enrollment(tom, spring))
    with pytest.raises(codes.CodeRefused):
        enrolling.enroll(mia, spring, by=SYSTEM, source="api", code=bad)
    mia.refresh_from_db()
    assert mia.status == Contact.Status.PROSPECT
    assert not Enrollment.objects.filter(contact=mia).exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("status", [Contact.Status.BANNED, Contact.Status.UNSUBSCRIBED])
def test_who_is_out_is_not_enrolled(status: str) -> None:
    spring, mia = factories.campaign("Spring"), factories.contact("Mia Keller", status=status)
    with pytest.raises(enrolling.EnrollmentRefused, match=f"Mia Keller is {status}"):
        enrolling.enroll(mia, spring, by=SYSTEM, source="api")
    assert not Enrollment.objects.exists()


def test_many_are_enrolled_in_as_many_statements_as_few() -> None:
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    people_ = [factories.contact(f"Person {n}") for n in range(40)]
    banned = factories.contact("Ben Banned", status=Contact.Status.BANNED)
    known = factories.enrollment(people_[0], spring)
    factories.code("KNOWN", known)
    pairs = [(person.pk, spring.pk) for person in [*people_, banned]]
    pairs += [(people_[0].pk, summer.pk), (people_[0].pk, summer.pk)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        enrolling.enroll_many(pairs, actor=SYSTEM, source="csv", at=factories.LONG_AGO)
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) <= 6
    assert Enrollment.objects.count() == 42
    assert ReferralCode.objects.count() == 42
    assert list(known.codes.values_list("code", flat=True)) == ["KNOWN"]
    assert Event.objects.filter(kind="contact_enrolled").count() == 41
    assert set(Enrollment.objects.values_list("enrolled_at", flat=True)) == {factories.LONG_AGO}
    banned.refresh_from_db()
    assert banned.status == Contact.Status.BANNED
    assert Contact.objects.filter(status=Contact.Status.ENROLLED).count() == 40
    enrolling.enroll_many(pairs, actor=SYSTEM, source="csv")
    enrolling.enroll_many([], actor=SYSTEM, source="csv")
    assert Event.objects.count() == 41


def test_a_code_made_up_twice_is_made_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spring = factories.campaign("Spring")
    tom = factories.enrollment(factories.contact("Tom"), spring)
    mia = factories.enrollment(factories.contact("Mia"), spring)
    factories.code("taken234", tom)
    made_up = iter(["TAKEN234", "FRESH234"])
    monkeypatch.setattr(codes, "new_code", lambda: next(made_up))
    assert codes.give([mia.pk]) == {mia.pk: "FRESH234"}
