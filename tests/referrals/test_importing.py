"""Attributions, advocates and coupon codes by file: a preview that says what applying does, row by row."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.events.log import SYSTEM
from core.imports.importers import OUTCOMES
from core.imports.models import Import
from orders.models import Order
from referrals import people as persons
from referrals.models import Contact, CouponCode, Enrollment, ReferralAttribution, ReferralCode
from tests import factories, jobs, people
from tests.orders.program import Program, record, start

pytestmark = pytest.mark.django_db
TIES = "customer_email,advocate_email,campaign_uid,action,referred_at,reason"


@pytest.fixture
def shop() -> Program:
    return start()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(people.marc())
    return client


class Run:
    """One file, uploaded and previewed; ``apply`` lets it in."""

    def __init__(self, client: Client, base: str, rows: list[str], **chosen: str) -> None:
        self.client, self.base = client, base
        content = "\n".join([*rows, ""]).encode()
        client.post(f"{base}new/", {"file": SimpleUploadedFile("rows.csv", content)})
        self.kept = Import.objects.latest("pk")
        page = client.get(f"{base}{self.kept.pk}/columns/")
        data = {
            field.html_name: str(field.value())
            for form in (page.context["reading"], page.context["form"])
            for field in form
            if field.value() not in (None, False)
        }
        answer = client.post(f"{base}{self.kept.pk}/columns/", {**data, **chosen})
        assert answer.status_code == 302, answer.context["form"].errors
        jobs.run_all()
        self.previewed = self.counts()

    def counts(self) -> dict[str, int]:
        self.kept.refresh_from_db()
        return {name: self.kept.counts[name] for name in OUTCOMES if self.kept.counts[name]}

    def apply(self) -> dict[str, int]:
        self.client.post(f"{self.base}{self.kept.pk}/apply/")
        jobs.run_all()
        return self.counts()

    def said(self) -> list[str]:
        """What is wrong with rows, in the order of the file."""
        rows = self.kept.rows.order_by("line")
        return [problem[1] for row in rows for problem in row.problems]


def active() -> list[str]:
    return [str(one) for one in ReferralAttribution.objects.filter(is_active=True).order_by("pk")]


def test_attributions_are_made_ended_and_exchanged(manager: Client, shop: Program) -> None:
    old = factories.attribution(shop.tom, shop.nora, shop.spring)
    gone = factories.attribution(shop.tom, factories.contact("Gus Gone"), shop.winter)
    order = record("N-1", campaign_uid="spring")
    rows = [
        TIES,
        "new.one@example.com,ines.brandt@example.com,spring,,2026-11-02,Phone",
        "nora.weber@example.com,ines.brandt@example.com,Spring,activate,,Phone",
        "gus.gone@example.com,tom.becker@example.com,winter,deactivate,,Mistake",
        "nora.weber@example.com,tom.becker@example.com,winter,yes,,Phone",
        "nobody,ines.brandt@example.com,spring,,,Phone",
        "x@example.com,stranger@example.com,spring,,,Phone",
        "y@example.com,ines.brandt@example.com,autumn,,,Phone",
        "z@example.com,ines.brandt@example.com,spring,perhaps,,Phone",
        "w@example.com,ines.brandt@example.com,spring,,,",
        "ines.brandt@example.com,ines.brandt@example.com,spring,,,Phone",
        "v@example.com,ines.brandt@example.com,spring,,2199-01-01,Phone",
    ]
    run = Run(manager, "/attributions/imports/", rows)
    assert run.previewed["created"] >= 2
    assert run.previewed["conflict"] == 1
    assert active() == [str(old), str(gone)]
    assert not Contact.objects.filter(email="new.one@example.com").exists()
    said = " ".join(run.said())
    for words in (
        "is the active advocate there",
        "no e-mail address",
        "no such contact",
        "no campaign “autumn”",
        "neither “activate” nor",
        "Say why",
        "same person",
    ):
        assert words in said

    run = Run(manager, "/attributions/imports/", rows, replace="on")
    applied = run.apply()
    assert applied == {"created": 3, "updated": 1, "rejected": 7}
    assert sorted(active()) == [
        "Ines Brandt → Nora Weber in Spring",
        "Ines Brandt → new.one@example.com in Spring",
        "Tom Becker → Nora Weber in Winter",
    ]
    order.refresh_from_db()
    assert (order.referral_attribution_id, order.advocate) == (old.pk, shop.tom)
    again = Run(manager, "/attributions/imports/", rows, replace="on")
    assert again.previewed["unchanged"] == 4
    assert again.apply() == {"unchanged": 4, "rejected": 7}


@pytest.mark.parametrize(
    ("policy", "outcome"), [("skip", "skipped"), ("fail", "conflict"), ("update", "updated")]
)
def test_policies_hold_for_attributions_that_are_there(
    manager: Client, shop: Program, policy: str, outcome: str
) -> None:
    factories.attribution(shop.ines, shop.nora, shop.spring, is_active=False, deactivated_at=factories.NOON)
    rows = [TIES, "nora.weber@example.com,ines.brandt@example.com,spring,,,Again"]
    run = Run(manager, "/attributions/imports/", rows, on_existing=policy)
    assert run.previewed == {outcome: 1}
    assert run.apply() == {outcome: 1}
    assert bool(active()) == (policy == "update")


def test_one_customer_told_twice_differently_is_a_conflict(manager: Client, shop: Program) -> None:
    rows = [
        TIES,
        "nora.weber@example.com,ines.brandt@example.com,spring,,,A",
        "nora.weber@example.com,tom.becker@example.com,spring,,,A",
        "nora.weber@example.com,tom.becker@example.com,winter,,,A",
    ]
    run = Run(manager, "/attributions/imports/", rows)
    assert run.previewed == {"created": 2, "conflict": 1}
    assert run.apply() == {"created": 2, "conflict": 1}


def test_missing_advocates_are_made_where_chosen(manager: Client, shop: Program) -> None:
    rows = [TIES, "nora.weber@example.com,vera@example.com,spring,,,A"]
    run = Run(manager, "/attributions/imports/", rows, make_missing="on")
    assert run.previewed == {"created": 1}
    assert run.apply() == {"created": 1}
    assert Enrollment.objects.filter(contact__email="vera@example.com", campaign=shop.spring).exists()


def test_whoever_is_banned_after_the_preview_is_refused_row_by_row(manager: Client, shop: Program) -> None:
    rows = [
        TIES,
        "nora.weber@example.com,ines.brandt@example.com,spring,,,A",
        "nora.weber@example.com,tom.becker@example.com,winter,,,A",
    ]
    run = Run(manager, "/attributions/imports/", rows)
    assert run.previewed == {"created": 2}
    persons.ban(shop.ines.pk, reason="Fraud", by=SYSTEM, source="dashboard")
    assert run.apply() == {"created": 1, "rejected": 1}
    assert active() == ["Tom Becker → Nora Weber in Winter"]


def test_advocates_come_in_with_their_codes(manager: Client, shop: Program) -> None:
    rows = [
        "email,first_name,last_name,campaign_uid,code",
        "ada@example.com,Ada,Adler,spring,ADA24",
        "eve@example.com,Eve,Evers,spring,",
        "tom.becker@example.com,,,spring,TOM-S",
        "ines.brandt@example.com,,,spring,ines10",
        "gus@example.com,,,spring,INES10",
        "hal@example.com,,,spring,no spaces",
        "ian@example.com,,,nowhere,",
        "jan@example.com,,,spring,ADA24",
    ]
    run = Run(manager, "/advocates/imports/", rows)
    assert run.previewed == {"created": 3, "unchanged": 1, "conflict": 2, "rejected": 2}
    assert not Contact.objects.filter(email="ada@example.com").exists()
    assert run.apply() == run.previewed
    assert ReferralCode.objects.get(code="ADA24").enrollment.contact.first_name == "Ada"
    assert Enrollment.objects.filter(contact__email="eve@example.com", codes__isnull=False).exists()
    assert Run(manager, "/advocates/imports/", rows[:4]).previewed == {"unchanged": 3}


def test_coupons_come_in_by_file(manager: Client, shop: Program) -> None:
    factories.coupon("OLD", shop.ines, shop.spring)
    rows = [
        "code,advocate_email,campaign_uid",
        "INES-TEN,ines.brandt@example.com,spring",
        "INES-ALL,ines.brandt@example.com,",
        "old,ines.brandt@example.com,spring",
        "OLD,tom.becker@example.com,winter",
        "TOM-S,tom.becker@example.com,spring",
        "WHO,nobody@example.com,",
        "ines-ten,tom.becker@example.com,winter",
    ]
    run = Run(manager, "/coupons/imports/", rows)
    assert run.previewed == {"created": 2, "unchanged": 1, "conflict": 2, "rejected": 2}
    assert CouponCode.objects.count() == 1
    applied = run.apply()
    assert (applied["created"], CouponCode.objects.count()) == (2, 3)
    assert CouponCode.objects.get(code="INES-ALL").campaign is None
    assert Run(manager, "/coupons/imports/", rows[:3]).previewed == {"unchanged": 2}


def test_the_limited_import_into_their_campaigns_only(client: Client, shop: Program) -> None:
    client.force_login(factories.limit_to(people.marc(), shop.winter))
    ties = Run(client, "/attributions/imports/", [TIES, "n@example.com,ines.brandt@example.com,spring,,,A"])
    assert ties.apply() == {"rejected": 1}
    coupons = Run(client, "/coupons/imports/", ["code,advocate_email", "C,tom.becker@example.com"])
    assert coupons.apply() == {"rejected": 1}
    assert not ReferralAttribution.objects.exists()


@pytest.mark.parametrize("noun", ["attributions", "advocates", "coupons"])
def test_screens_of_each_import(client: Client, shop: Program, noun: str) -> None:
    client.force_login(people.anna())
    assert client.get(f"/{noun}/imports/new/").status_code == 403
    client.force_login(people.olga())
    page: Any = client.get(f"/{noun}/")
    assert f"/{noun}/imports/new/" in page.content.decode()
    for address in ("", "new/", "sample/"):
        assert client.get(f"/{noun}/imports/{address}").status_code == 200
    assert Order.objects.count() == 0
