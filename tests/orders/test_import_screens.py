"""An import through its screens: upload, columns, preview, apply, result, history."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.models import Program
from core.events.models import Event
from core.imports import upload as uploading
from core.imports.models import Import, ImportMapping, ImportRow
from core.properties import changes
from core.properties.changes import Terms
from orders.intake import Planned
from orders.models import Decision, Order
from orders.signals import orders_planned
from referrals.models import Contact, ReferralAttribution
from tests import factories, jobs, people
from tests.core.imports.workbooks import workbook
from tests.orders import importing
from tests.orders.importing import a_file, a_row, choose, outcomes, preview, through, upload
from tests.orders.listed import listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def body(client: Client, kept: Import, path: str = "") -> str:
    answer = client.get(f"/orders/imports/{kept.pk}/{path}")
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_whole_way_brings_orders_in(marc: Client) -> None:
    factories.code("INES10", factories.enrollment(factories.contact("Ines Brandt"), factories.campaign()))
    content = a_file(a_row("A-1", short_code="ines10"), a_row("A-2"), a_row("A-3", revenue_amount="abc"))
    kept = preview(marc, upload(marc, content))
    assert not Order.objects.exists()
    assert not Contact.objects.exclude(email="ines.brandt@example.com").exists()
    assert not ReferralAttribution.objects.exists()
    assert not Decision.objects.exists()
    assert not Event.objects.filter(noun="order").exists()
    assert outcomes(kept) == {"created": 2, "rejected": 1}
    assert kept.counts["marks"] == {"new_contact": 2, "new_attribution": 1, "attributed": 1, "noted": 0}
    assert kept.counts["money"] == {"USD": "200.00"}
    assert "Import 2 orders" in body(marc, kept)

    kept = importing.apply(marc, kept)
    assert kept.status == "applied"
    assert outcomes(kept) == {"created": 2, "rejected": 1}
    assert listed(marc, f"?import={kept.pk}") == ["A-2", "A-1"]
    order = Order.objects.get(order_id="A-1")
    assert order.imported_in == kept
    assert order.source == "csv"
    assert order.advocate is not None
    assert order.advocate.email == "ines.brandt@example.com"
    page = body(marc, kept)
    assert f"/orders/?import={kept.pk}" in page
    assert "1 row did not go in" in page
    assert Event.objects.filter(noun="import", noun_id=kept.pk).count() == 2


def test_what_the_floors_above_would_make_of_it_stands_in_the_preview(
    marc: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.imports.running.CHUNK", 2)

    def receiver(planned: list[Planned], **_: Any) -> list[tuple[str, str, Decimal]]:
        return [("Rewards", "USD", Decimal("1.5") * len(planned))]

    orders_planned.connect(receiver)
    try:
        kept = preview(marc, upload(marc, a_file(a_row("A-1"), a_row("A-2"), a_row("A-3"))))
    finally:
        orders_planned.disconnect(receiver)
    assert kept.counts["brings"] == {"Rewards": {"USD": "4.5"}}
    assert "4.50" in body(marc, kept)


def test_columns_are_matched_shown_and_changed(marc: Client) -> None:
    content = a_file("1;N-1;24.11.2026;1.234,50;mia@example.com", header="Row;Nr;Order date;Total;Mail")
    kept = upload(marc, content)
    assert kept.mapping == {"ordered_at": "Order date", "revenue_amount": "Total"}
    assert (kept.format["delimiter"], kept.format["decimal"], kept.format["date_order"]) == (";", ",", "dmy")
    page = body(marc, kept, "columns/")
    assert "1.234,50" in page
    assert "Not used: Row, Nr, Mail" in page
    answer = choose(marc, kept)
    assert answer.status_code == 422
    assert "“Order id” is needed. The customer&#x27;s e-mail or id is needed." in answer.content.decode()
    kept = importing.apply(
        marc,
        preview(marc, kept, order_id="Nr", customer_email="Mail", currency="=eur", external_status="=paid"),
    )
    order = Order.objects.get()
    assert (order.order_id, order.revenue_amount, order.currency) == ("N-1", Decimal("1234.50"), "EUR")
    assert order.external_status == "paid"


def test_a_fixed_value_must_be_written(marc: Client) -> None:
    answer = choose(marc, upload(marc, a_file(a_row("A-1"))), external_status="=")
    assert answer.status_code == 422
    assert "Write the value, or choose “Nothing”." in answer.content.decode()


def test_looking_changes_nothing_and_another_delimiter_matches_anew(marc: Client) -> None:
    kept = upload(marc, a_file(a_row("A-1")))
    before = Import.objects.values().get()
    answer = choose(marc, kept, look="1", order_id="currency")
    assert answer.status_code == 200
    assert 'role="alert"' not in answer.content.decode()
    answer = choose(marc, kept, delimiter=";")
    assert answer.context["sample"].columns == [importing.HEADER]
    assert Import.objects.values().get() == before
    assert not jobs.waiting()


@pytest.mark.parametrize("look", [{}, {"look": "1"}])
def test_junk_in_the_choice_changes_nothing(marc: Client, look: dict[str, str]) -> None:
    kept = upload(marc, a_file(a_row("A-1")))
    junk = "a\x00b\ud7ff🎉"
    fields = ["encoding", "delimiter", "decimal", "date_order", "lines", "on_existing", "on_error", "name"]
    fields += ["source-order_id", "value-currency", "source-currency"]
    for data in ({}, dict.fromkeys(fields, junk), dict.fromkeys(fields, "99999999999999999999")):
        answer = marc.post(f"/orders/imports/{kept.pk}/columns/", {**data, **look})
        assert answer.status_code == (200 if look else 422)
    for query in ("?rows=%00&after=x", "?rows=created&after=99999999999999999999", "?before=%00"):
        assert marc.get(f"/orders/imports/{kept.pk}/{query}").status_code in {200, 302}
    kept.refresh_from_db()
    assert kept.status == "uploaded"
    assert not ImportMapping.objects.exists()


def test_choices_are_remembered_for_the_same_columns_and_by_name(marc: Client) -> None:
    header = "Nr,Total,Mail"
    preview(
        marc,
        upload(marc, a_file("A-1,5,a@example.com", header=header)),
        order_id="Nr",
        customer_email="Mail",
        currency="=CHF",
        on_existing="skip",
        name="Till",
    )
    again = upload(marc, a_file("5,b@example.com,A-2", header="Total,Mail,Nr"))
    assert again.mapping["order_id"] == "Nr"
    assert again.mapping["currency"] == {"value": "CHF"}
    assert again.options["on_existing"] == "skip"
    assert list(ImportMapping.objects.order_by("name").values_list("name", flat=True)) == ["", "Till"]


def test_custom_properties_are_targets(marc: Client) -> None:
    olga = people.olga()
    changes.add("order", "seats", "Integer", Terms("", True, False), by=olga)
    changes.add("order", "share", "Decimal", Terms("", False, False), by=olga)
    header = "order_id;revenue_amount;customer_email;seats;share"
    kept = through(
        marc,
        a_file("A-1;5,00;a@example.com;3;0,25", "A-2;5,00;a@example.com;;", "A-3;5,00;a@example.com;x;",
               header=header),
    )  # fmt: skip
    assert Order.objects.get().properties == {"seats": 3, "share": "0.25"}
    assert importing.problems(kept) == {3: "“seats” is required.", 4: "“x” is not a number."}


def test_campaigns_are_told_by_uid_or_name(marc: Client) -> None:
    spring = factories.campaign("Spring friends", uid="spring")
    factories.campaign("Twin", uid="twin-1")
    factories.campaign("Twin", uid="twin-2")
    kept = through(
        marc,
        a_file(
            a_row("A-1", campaign_uid="SPRING"),
            a_row("A-2", campaign_uid="spring friends"),
            a_row("A-3", campaign_uid="Twin"),
            a_row("A-4", campaign_uid="Nowhere"),
        ),
    )
    assert set(Order.objects.values_list("order_id", "campaign_id")) == {
        ("A-1", spring.pk),
        ("A-2", spring.pk),
    }
    assert importing.problems(kept) == {
        4: "There are 2 campaigns called “Twin”.",
        5: "There is no campaign “Nowhere”.",
    }


def test_an_export_comes_in_again_unchanged(marc: Client) -> None:
    factories.code("INES10", factories.enrollment(factories.contact("Ines Brandt"), factories.campaign()))
    changes.add("order", "seats", "Integer", Terms("", False, False), by=people.olga())
    rows = [a_row("A-1", short_code="INES10"), a_row("=A-2", customer_email="mia@example.com"), a_row("A-3")]
    through(marc, a_file(*rows), external_status="=paid", properties__seats="=3")
    before = list(Order.objects.order_by("pk").values())
    answer = marc.get("/orders/export/?columns=order,date,customer,revenue,campaign,advocate,source,p.seats")
    kept = through(marc, b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert outcomes(kept) == {"unchanged": 3}
    assert list(Order.objects.order_by("pk").values()) == before


def test_naive_dates_are_meant_in_the_programs_zone(marc: Client) -> None:
    Program.objects.update(time_zone="America/New_York")
    through(marc, a_file(a_row("A-1", ordered_at="2026-11-20 23:30")))
    assert Order.objects.get().ordered_at.isoformat() == "2026-11-21T04:30:00+00:00"


def test_a_workbook_comes_in_and_its_errors_go_back_as_csv(marc: Client) -> None:
    rows: list[list[Any]] = [
        ["order_id", "revenue_amount", "customer_email"],
        ["A-1", 12.5, "mia@example.com"],
        ["A-2", -1, "mia@example.com"],
    ]
    kept = upload(marc, workbook(rows).getvalue(), "orders.xlsx")
    assert kept.percent == 0
    kept = importing.apply(marc, preview(marc, kept))
    assert Order.objects.get().revenue_amount == Decimal("12.50")
    (row,) = importing.error_rows(marc, kept, "utf-8-sig")
    assert (row["order_id"], row["revenue_amount"]) == ("A-2", "-1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"  \n", "The file is empty."),
        (b"order_id,revenue_amount\n", "The file has a header and no rows."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is not a table but a picture."),
        (bytes(range(256)) * 9, "This is not a table"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(marc: Client, content: bytes, words: str) -> None:
    before = stored()
    answer = marc.post("/orders/imports/new/", {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Import.objects.exists()
    assert stored() == before


def stored() -> int:
    """How many uploads the storage holds."""
    count, folders = 0, ["imports"]
    while folders:
        folder = folders.pop()
        if default_storage.exists(folder):
            inner, files = default_storage.listdir(folder)
            count += len(files)
            folders += [f"{folder}/{name}" for name in inner]
    return count


def test_a_file_beyond_the_limit_is_not_even_received(marc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "LARGEST", 100_000)
    answer = marc.post("/orders/imports/new/", {"file": SimpleUploadedFile("x.csv", b"a,b\n" * 60_000)})
    assert answer.status_code == 422
    assert "The file is larger than 97.7" in answer.content.decode()
    assert not Import.objects.exists()


def test_the_token_is_asked_for_although_the_view_checks_it_late() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.marc())
    answer = strict.post("/orders/imports/new/", {"file": SimpleUploadedFile("x.csv", a_file(a_row("A-1")))})
    assert answer.status_code == 403
    assert not Import.objects.exists()


def test_discarding_removes_file_and_rows(marc: Client) -> None:
    kept = preview(marc, upload(marc, a_file(a_row("A-1"))))
    name = kept.file.name or ""
    assert default_storage.exists(name)
    marc.post(f"/orders/imports/{kept.pk}/discard/")
    assert not default_storage.exists(name)
    assert not ImportRow.objects.exists()
    assert "It was discarded." in body(marc, kept)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    assert not jobs.waiting()
    assert not Order.objects.exists()


def test_past_imports_are_listed_newest_first(marc: Client) -> None:
    assert "No imports yet" in marc.get("/orders/imports/").content.decode()
    for number in range(52):
        Import.objects.create(file_name=f"file-{number}.csv", created_by=people.User.objects.get())
    page = marc.get("/orders/imports/").content.decode()
    assert page.index("file-51.csv") < page.index("file-50.csv")
    assert "file-1.csv" not in page
    older = marc.get(f"/orders/imports/?before={Import.objects.get(file_name='file-2.csv').pk}")
    assert "file-1.csv" in older.content.decode()


def test_a_file_name_is_kept_as_a_name(marc: Client) -> None:
    kept = upload(marc, a_file(a_row("A-1")), name="a<b>&.csv")
    assert "a&lt;b&gt;&amp;.csv" in body(marc, kept, "columns/")
    assert "<b>&" not in body(marc, kept, "columns/")
