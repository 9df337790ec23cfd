"""Contacts, advocates, codes and attributions, as programs read and change them."""

from typing import Any

import pytest

from core.events.models import Event
from referrals.models import Contact, CouponCode, Enrollment, ReferralAttribution
from tests import factories
from tests.callers import Caller, codes
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm() -> Caller:
    return Caller()


@pytest.fixture
def spring() -> Any:
    return factories.campaign("Spring")


def names(answer: Any, member: str = "email") -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [one[member] for one in answer.json()["data"]]


def test_contacts_are_made_read_changed_and_listed(crm: Caller) -> None:
    made = crm.post("contacts", {"email": "Mia@Example.com", "uid": 7, "first_name": "Mia"})
    assert made.status_code == 201
    assert (made.json()["email"], made.json()["uid"], made.json()["status"]) == (
        "mia@example.com",
        "7",
        "prospect",
    )
    pk = made.json()["id"]
    for name in [pk, "MIA@example.com", "7"]:
        assert crm.get(f"contacts/{name}").json()["id"] == pk
    assert crm.patch(f"contacts/{pk}", {"last_name": "Keller", "flagged": True}).json()["flagged"]
    assert Contact.objects.get().first_name == "Mia"
    assert names(crm.get("contacts?search=keller")) == ["mia@example.com"]
    assert names(crm.get("contacts?status=enrolled")) == []
    assert codes(crm.post("contacts", {"email": "mia@example.com"})) == {"#/email": "invalid"}
    assert codes(crm.post("contacts", {"first_name": 3})) == {"#/first_name": "type"}
    assert codes(crm.post("contacts", {})) == {"#/email": "invalid"}
    assert crm.get("contacts/nobody").status_code == 404


def test_an_advocate_goes_and_comes_back(crm: Caller, spring: Any) -> None:
    ada = factories.contact("Ada Adler")
    factories.enrollment(ada, spring)
    factories.attribution(ada, factories.contact("Mia Keller"), spring)
    assert crm.post(f"contacts/{ada.pk}/ban", {}).status_code == 409
    banned = crm.post(f"contacts/{ada.pk}/ban", {"reason": "fraud"})
    assert banned.json()["status"] == "banned"
    assert not ReferralAttribution.objects.get().is_active
    assert crm.post(f"contacts/{ada.pk}/readmit", {}).json()["status"] == "enrolled"
    assert crm.post(f"contacts/{ada.pk}/unsubscribe", {"reason": "asked"}).json()["status"] == "unsubscribed"


def test_somebody_is_enrolled_once_with_a_code(crm: Caller, spring: Any) -> None:
    body = {"email": "ada@example.com", "first_name": "Ada", "campaign_uid": "spring", "code": "ADA-1"}
    made = crm.post("enrollments", body)
    assert made.status_code == 201, made.content
    assert made.json()["codes"] == ["ADA-1"]
    again = crm.post("enrollments", body)
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    pk = made.json()["id"]
    assert crm.post(f"enrollments/{pk}/codes", {"code": "ADA-2"}).json()["codes"] == ["ADA-1", "ADA-2"]
    assert codes(crm.post(f"enrollments/{pk}/codes", {"code": "a b"})) == {"#/code": "code"}
    assert not crm.post(f"enrollments/{pk}/deactivate").json()["is_active"]
    assert names(crm.get("enrollments?active=yes"), "id") == []
    assert crm.post(f"enrollments/{pk}/activate").json()["is_active"]
    assert crm.get(f"enrollments/{pk}").json()["contact"]["email"] == "ada@example.com"
    assert codes(crm.post("enrollments", {"campaign_uid": "nowhere"})) == {
        "#/email": "required",
        "#/campaign_uid": "unknown_campaign",
    }
    taken = crm.post("enrollments", {**body, "email": "eve@example.com"})
    assert codes(taken) == {"#/code": "code"}
    assert not Contact.objects.filter(email="eve@example.com").exists()


def test_codes_are_looked_up_and_taken_out_of_use(crm: Caller, spring: Any) -> None:
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), spring))
    assert crm.get("codes/ada").json()["contact"]["email"] == "ada.adler@example.com"
    assert not crm.post("codes/ADA/disable").json()["is_active"]
    assert names(crm.get("codes?active=no&campaign=spring"), "code") == ["ADA"]
    assert crm.post("codes/ADA/enable").json()["is_active"]
    assert crm.get("codes/nothing").status_code == 404


def test_coupons_name_an_advocate(crm: Caller, spring: Any) -> None:
    factories.enrollment(factories.contact("Ada Adler"), spring)
    body = {"code": "10% OFF", "advocate_email": "ada.adler@example.com", "campaign_uid": "spring"}
    assert crm.post("coupons", body).status_code == 201
    assert codes(crm.post("coupons", body)) == {"#/code": "code"}
    assert codes(crm.post("coupons", {"advocate_email": "nobody@example.com"})) == {
        "#/code": "required",
        "#/advocate_email": "unknown_contact",
    }
    factories.contact("Eve Ernst")
    stranger = crm.post("coupons", {"code": "EVE", "advocate_email": "eve.ernst@example.com"})
    assert codes(stranger) == {"#/advocate_email": "not_enrolled"}
    assert crm.get("coupons/10%25%20off").json()["campaign_uid"] == "spring"
    assert not crm.post("coupons/10%25%20OFF/disable").json()["is_active"]
    assert names(crm.get("coupons?active=no"), "code") == ["10% OFF"]
    assert CouponCode.objects.count() == 1


def test_who_referred_a_prospect_is_recorded_before_any_order(crm: Caller, spring: Any) -> None:
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), spring))
    factories.code("EVE", factories.enrollment(factories.contact("Eve Ernst"), spring))
    made = crm.post("referral_attribution/record", {"customer_email": "mia@example.com", "short_code": "ada"})
    assert made.status_code == 201, made.content
    assert (made.json()["outcome"], made.json()["is_new_contact"]) == ("created", True)
    tie = ReferralAttribution.objects.get()
    assert made.json()["attribution"]["id"] == tie.pk
    late = crm.post("referral_attribution/record", {"customer_email": "mia@example.com", "short_code": "EVE",
                                                    "campaign_uid": "spring"})  # fmt: skip
    assert (late.status_code, late.json()["outcome"], late.json()["reason"]) == (
        200,
        "unchanged",
        "first_touch",
    )
    assert late.json()["attribution"]["advocate"]["email"] == "ada.adler@example.com"
    order = crm.record(campaign_uid="spring").json()
    assert order["order"]["referral_attribution"] == tie.pk


def test_a_claim_that_does_not_hold_stores_nothing(crm: Caller, spring: Any) -> None:
    answer = crm.post(
        "referral_attribution/record", {"customer_email": "mia@example.com", "short_code": "NOBODY"}
    )
    assert codes(answer) == {"#/short_code": "unknown_code"}
    assert not Contact.objects.exists()
    assert not Event.objects.filter(noun="contact").exists()
    assert codes(crm.post("referral_attribution/record", {"short_code": 1.5})) == {
        "#/short_code": "type",
        "#/customer_email": "required",
    }
    assert codes(crm.post("referral_attribution/record", {"customer_email": "mia", "short_code": "X"})) == {
        "#/customer_email": "invalid"
    }


def test_an_attribution_is_ended_and_another_begun(crm: Caller, spring: Any) -> None:
    ada, eve, mia = (factories.contact(name) for name in ["Ada Adler", "Eve Ernst", "Mia Keller"])
    for one in (ada, eve):
        factories.enrollment(one, spring)
    tie = factories.attribution(ada, mia, spring)
    order = factories.order("A-1", mia, by=tie)
    ended = crm.post(f"attributions/{tie.pk}/deactivate", {"reason": "asked"})
    assert (ended.status_code, ended.json()["is_active"]) == (200, False)
    told = crm.get("orders/A-1").json()
    assert (told["referral_attribution"], told["inactive_referral_attribution"]) == (None, tie.pk)
    assert told["advocate"]["id"] == ada.pk
    factories.attribution(eve, mia, spring)
    assert crm.post(f"attributions/{tie.pk}/activate", {}).status_code == 409
    assert names(crm.get("attributions?active=no&advocate=ada.adler@example.com"), "id") == [tie.pk]
    assert names(crm.get(f"attributions?contact={mia.pk}&search=eve&ordering=referred_at"), "is_active") == [
        True
    ]
    order.refresh_from_db()
    assert order.referral_attribution_id == tie.pk
    kinds = Event.objects.filter(noun="attribution", noun_id=tie.pk).values_list("kind", "data")
    assert list(kinds) == [("attribution_deactivated", {"why": "asked"})]


def test_a_limited_key_touches_its_campaigns_only(spring: Any) -> None:
    autumn = factories.campaign("Autumn")
    ada, mia = factories.contact("Ada Adler"), factories.contact("Mia Keller")
    enrolled = factories.enrollment(ada, spring)
    factories.code("ADA", enrolled)
    tie = factories.attribution(ada, mia, spring)
    limited = Caller(campaigns=[autumn])
    for address in ["contacts", "enrollments", "codes", "coupons", "attributions"]:
        assert names(limited.get(address), "created_at" if address == "contacts" else "campaign_uid") == []
    for address in [
        f"contacts/{ada.pk}",
        f"enrollments/{enrolled.pk}",
        "codes/ADA",
        f"attributions/{tie.pk}",
    ]:
        assert limited.get(address).status_code == 404
    assert limited.post(f"attributions/{tie.pk}/deactivate", {}).status_code == 404
    assert limited.post("contacts", {"email": "eve@example.com"}).status_code == 403
    refused = limited.post(
        "referral_attribution/record", {"customer_email": "x@example.com", "short_code": "ADA"}
    )
    assert codes(refused) == {"#/campaign_uid": "required"}
    assert ReferralAttribution.objects.count() == 1
    assert [one["uid"] for one in limited.get("campaigns").json()["data"]] == ["autumn"]
    assert limited.get("campaigns/spring").status_code == 404
    assert limited.get("campaigns/Autumn").json()["state"] == "active"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_refer_a_prospect_once(spring: Any) -> None:
    crm = Caller()
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), spring))
    body = {"customer_email": "mia@example.com", "short_code": "ADA"}
    answers = race(lambda _: crm.post("referral_attribution/record", body), range(12))
    assert sorted(one.status_code for one in answers) == [*[200] * 11, 201]
    assert ReferralAttribution.objects.count() == 1
    again = race(lambda _: crm.post("enrollments", {"email": "e@x.org", "campaign_uid": "spring"}), range(12))
    assert {one.status_code for one in again} <= {200, 201, 409}
    assert Enrollment.objects.filter(contact__email="e@x.org").count() == 1
