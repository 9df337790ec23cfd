"""Makes a draft of what a row of a file says. It translates; the door decides."""

from decimal import Decimal
from typing import Any

from core.imports.importers import Fault, Make
from orders.intake import OrderDraft, Problem
from orders.resources.targets import PROPERTY, campaigns
from referrals.attribution import Claims


def maker(who: Any) -> Make:
    """Makes drafts. Campaigns are told by uid or by name, and looked up once."""
    by_uid = {uid.lower(): uid for uid, _ in campaigns(who)}
    by_name: dict[str, list[str]] = {}
    for uid, name in campaigns(who):
        by_name.setdefault(name.strip().lower(), []).append(uid)

    def campaign(text: str, problems: list[Problem]) -> str:
        lower = text.lower()
        uids = by_name.get(lower, [])
        if lower in by_uid or not uids:
            return text
        if len(uids) > 1:
            hint = f"Write its uid instead: {', '.join(sorted(uids))}."
            message = f"There are {len(uids)} campaigns called “{text[:60]}”."
            problems.append(Problem("campaign_uid", message, "ambiguous", hint))
        return uids[0]

    def make(values: dict[str, Any], faults: list[Fault]) -> OrderDraft:
        problems = [Problem(one.target, one.message, one.code, one.suggestion) for one in faults]
        get = values.get
        first, last = get("customer_first_name", ""), get("customer_last_name", "")
        if "customer_name" in values and not (first or last):
            first, last = _names(values["customer_name"])
        named = get("campaign_uid", "")
        return OrderDraft(
            order_id=get("order_id", ""),
            customer_email=get("customer_email", ""),
            customer_uid=get("customer_uid", ""),
            customer_first_name=first,
            customer_last_name=last,
            revenue_amount=get("revenue_amount"),
            currency=get("currency", ""),
            campaign_uid=campaign(named, problems) if named else "",
            ordered_at=get("ordered_at"),
            claims=Claims(
                get("short_code", ""), get("coupon_code", ""), get("advocate_email", ""), get("click_id", "")
            ),
            external_status=get("external_status"),
            hubspot_dealstage=get("hubspot_dealstage"),
            ip_address=get("ip_address"),
            properties={
                name[len(PROPERTY) :]: _raw(value)
                for name, value in values.items()
                if name.startswith(PROPERTY)
            },
            problems=problems,
            may_round=True,
        )

    return make


def _raw(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def _names(whole: str) -> tuple[str, str]:
    """``Mary Jane Watson`` → Mary Jane, Watson."""
    first, _, last = " ".join(whole.split()).rpartition(" ")
    return (first, last) if first else (last, "")
