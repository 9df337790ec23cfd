"""Imports as tests go through them: the file up, its columns chosen, previewed, applied."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.imports.importers import OUTCOMES
from core.imports.models import Import
from tests import jobs

HEADER = "order_id,ordered_at,revenue_amount,currency,customer_email,customer_uid,short_code,campaign_uid"


def a_file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def a_row(order_id: str, /, **cells: str) -> str:
    """A row of HEADER, in order unless ``cells`` spoil it."""
    usual = {
        "ordered_at": "2026-11-20 12:00",
        "revenue_amount": "100",
        "currency": "USD",
        "customer_email": f"{order_id.lower() or 'nobody'}@example.com",
    }
    said = {"order_id": order_id, **usual, **cells}
    return ",".join(said.get(name, "") for name in HEADER.split(","))


def upload(client: Client, content: bytes, name: str = "orders.csv") -> Import:
    answer = client.post("/orders/imports/new/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def choose(client: Client, kept: Import, **changes: str) -> Any:
    """Send the form of columns as the page has it, with ``changes``, and return the answer.

    A change of ``order_id="Number"`` maps a column, ``currency="=USD"`` a fixed value, others are fields.
    """
    page = client.get(f"/orders/imports/{kept.pk}/columns/")
    data: dict[str, str] = {}
    for form in (page.context["reading"], page.context["form"]):
        for field in form:
            value = field.value()
            if value not in (None, False):
                data[field.html_name] = str(value)
    columns = page.context["sample"].columns
    for name, value in changes.items():
        target = name.replace("__", ".")
        if f"source-{target}" not in page.context["form"].fields:
            data[name] = value
        elif value.startswith("="):
            data |= {f"source-{target}": "=", f"value-{target}": value[1:]}
        else:
            data[f"source-{target}"] = str(columns.index(value)) if value else ""
    return client.post(f"/orders/imports/{kept.pk}/columns/", data)


def preview(client: Client, kept: Import, **changes: str) -> Import:
    answer = choose(client, kept, **changes)
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_all()
    kept.refresh_from_db()
    assert kept.status == Import.Status.PREVIEWED, kept.message
    return kept


def apply(client: Client, kept: Import) -> Import:
    client.post(f"/orders/imports/{kept.pk}/apply/")
    jobs.run_all()
    kept.refresh_from_db()
    return kept


def through(client: Client, content: bytes, **changes: str) -> Import:
    """The whole way."""
    return apply(client, preview(client, upload(client, content), **changes))


def outcomes(kept: Import) -> dict[str, int]:
    """Outcomes that some row had."""
    return {name: kept.counts[name] for name in OUTCOMES if kept.counts.get(name)}


def problems(kept: Import) -> dict[int, str]:
    """Line → what is wrong with it, all of it."""
    rows = kept.rows.exclude(problems=[]).order_by("line")
    return {row.line: " ".join(message for _, message, _ in row.problems) for row in rows}


def error_rows(client: Client, kept: Import, encoding: str = "utf-8", **dialect: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(error_file(client, kept).decode(encoding), newline=""), **dialect))


def error_file(client: Client, kept: Import) -> bytes:
    answer = client.get(f"/orders/imports/{kept.pk}/errors/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]
