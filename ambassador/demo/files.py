"""The made-up sales as the files that a shop would have: one a quarter, one of the partners, one of Tokyo."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ambassador.demo.sales import Sale

Cell = Callable[[Sale], object]
# Import target → (column, what stands in it).
_PERSON: dict[str, tuple[str, Cell]] = {
    "customer_email": ("Email", lambda sale: sale.buyer.email),
    "customer_uid": ("Customer number", lambda sale: sale.buyer.uid),
    "customer_first_name": ("First name", lambda sale: sale.buyer.first_name),
    "customer_last_name": ("Last name", lambda sale: sale.buyer.last_name),
}
_CLAIMS: dict[str, tuple[str, Cell]] = {
    "short_code": ("Referral code", lambda sale: sale.claims.short_code),
    "coupon_code": ("Coupon", lambda sale: sale.claims.coupon_code),
    "advocate_email": ("Referred by", lambda sale: sale.claims.advocate_email),
    "click_id": ("Click", lambda sale: sale.claims.click_id),
}
_DETAILS: dict[str, tuple[str, Cell]] = {
    "properties.channel": ("Channel", lambda sale: sale.properties["channel"]),
    "properties.items": ("Items", lambda sale: sale.properties["items"]),
    "properties.gift": ("Gift", lambda sale: "yes" if sale.properties["gift"] else "no"),
}
_SHOP: dict[str, tuple[str, Cell]] = {
    "order_id": ("Order", lambda sale: sale.order_id),
    "ordered_at": ("Placed at", lambda sale: sale.at.isoformat()),
    **_PERSON,
    "revenue_amount": ("Total", lambda sale: sale.amount),
    "currency": ("Currency", lambda sale: sale.currency),
    "campaign_uid": ("Campaign", lambda sale: sale.campaign_uid),
    **_CLAIMS,
    "external_status": ("Fulfilment", lambda sale: sale.external_status),
    **_DETAILS,
}
_PARTNERS: dict[str, tuple[str, Cell]] = {
    "order_id": ("Deal", lambda sale: sale.order_id),
    "ordered_at": ("Close date", lambda sale: sale.at.isoformat()),
    **_PERSON,
    "revenue_amount": ("Deal amount", lambda sale: sale.amount),
    "currency": ("Currency", lambda sale: sale.currency),
    "campaign_uid": ("Program", lambda sale: sale.campaign_uid),
    **_CLAIMS,
    "hubspot_dealstage": ("Deal stage", lambda sale: sale.deal_stage),
    **_DETAILS,
}
_LAYOUTS = {"shop": _SHOP, "partners": _PARTNERS, "tokyo": _SHOP}


@dataclass(frozen=True, slots=True)
class SalesFile:
    """A CSV file and what its columns mean, as the importer is told."""

    path: Path
    mapping: dict[str, str]


def write(sales: Iterable[Sale], folder: Path) -> list[SalesFile]:
    """The files of ``sales``, those of the earliest orders first."""
    by_name: dict[str, list[Sale]] = {}
    for sale in sales:
        by_name.setdefault(_name(sale), []).append(sale)
    return [_written(folder / name, those, _LAYOUTS[those[0].door]) for name, those in by_name.items()]


def one_file(sales: Sequence[Sale], folder: Path) -> SalesFile:
    """All of ``sales`` in one file, wherever they were made."""
    return _written(folder / "sales.csv", sales, _SHOP)


def _name(sale: Sale) -> str:
    if sale.door != "shop":
        return {"partners": "partner-deals.csv", "tokyo": "tokyo-register.csv"}[sale.door]
    return f"shop-{sale.at.year}-q{(sale.at.month + 2) // 3}.csv"


def _written(path: Path, sales: Sequence[Sale], layout: dict[str, tuple[str, Cell]]) -> SalesFile:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([column for column, _ in layout.values()])
        rows.writerows([cell(sale) for _, cell in layout.values()] for sale in sales)
    return SalesFile(path, {target: column for target, (column, _) in layout.items()})
