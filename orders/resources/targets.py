"""What a file can tell of an order, and under which names the world's files do."""

import re
from dataclasses import replace
from typing import Any

from campaigns.access import visible_to
from core import money
from core.imports.importers import Kind, Target
from core.properties.definitions import definitions
from core.properties.models import PropertyType

PROPERTY = "properties."
_ORDER, _CUSTOMER, _REFERRAL, _MORE = "Order", "Customer", "Referral", "More"
_NUMBERS = frozenset({PropertyType.INTEGER, PropertyType.DECIMAL})

# By likelihood: where two targets could take a column, the name that stands further ahead wins.
_NAMES = """
order_id: Order number, Order no, Order, Order reference, Transaction ID, Purchase ID, Invoice number,
    Invoice ID, Receipt number, Payment ID, Charge ID, Deal ID, Opportunity ID, Record ID, Reference, ID
ordered_at: Order date, Ordered, Purchase date, Purchased at, Order created, Created at, Created (UTC),
    Paid at, Close date, Closed date, Date time, Timestamp, Created
revenue_amount: Order total, Total, Amount, Order amount, Order value, Grand total, Sales, Total price,
    Net amount, Value, Price, Deal amount, Subtotal, Line total
currency: Currency code, Currency ISO code, Order currency
customer_email: Email, E-mail, Buyer email, Email address, Customer email address, Billing email,
    Contact email
customer_uid: Customer number, User ID, Client ID, Account ID, Contact ID, Buyer ID, UID, Customer
customer_first_name: Customer first name, Billing first name, Given name
customer_last_name: Customer last name, Billing last name, Surname, Family name
customer_name: Customer name, Full name, Billing name, Buyer name, Buyer, Contact name, Account name
campaign_uid: Campaign, Campaign name, Campaign ID, Referral campaign
short_code: Code, Share code, Referrer code, mbsy, Affiliate code
coupon_code: Coupon, Discount code, Discount codes, Promo code, Voucher, Voucher code
advocate_email: Referrer email, Referred by, Referrer, Advocate, Affiliate email
click_id: Referral click, Click
external_status: Order status, Financial status, Payment status, Fulfillment status
hubspot_dealstage: Deal stage, Dealstage
ip_address: IP, Customer IP, Browser IP
"""
_PLAIN = (
    Target("order_id", "Order id", Kind.ID, _ORDER, required=True),
    Target("ordered_at", "Date", Kind.MOMENT, _ORDER, "Without it, the moment of the import."),
    Target("revenue_amount", "Revenue", Kind.NUMBER, _ORDER, required=True, sums=True),
    Target("currency", "Currency", Kind.TEXT, _ORDER, "Without it, the campaign's or the program's."),
    Target("customer_email", "Customer e-mail", Kind.TEXT, _CUSTOMER, "This or the customer id is needed."),
    Target("customer_uid", "Customer id", Kind.ID, _CUSTOMER, "Your own id of the customer."),
    Target("customer_first_name", "First name", Kind.TEXT, _CUSTOMER),
    Target("customer_last_name", "Last name", Kind.TEXT, _CUSTOMER),
    Target("customer_name", "Whole name", Kind.TEXT, _CUSTOMER, "Where one column has both names."),
    Target(
        "campaign_uid", "Campaign", Kind.TEXT, _REFERRAL, "By uid or name. Without one nothing is earned."
    ),
    Target("short_code", "Referral code", Kind.TEXT, _REFERRAL, "The end of an advocate's share link."),
    Target("coupon_code", "Coupon code", Kind.TEXT, _REFERRAL),
    Target("advocate_email", "Advocate e-mail", Kind.TEXT, _REFERRAL),
    Target("click_id", "Click id", Kind.ID, _REFERRAL, "What the share link adds to the landing page."),
    Target("external_status", "External status", Kind.TEXT, _MORE),
    Target("hubspot_dealstage", "HubSpot deal stage", Kind.TEXT, _MORE),
    Target("ip_address", "IP address", Kind.TEXT, _MORE),
)
_SYNONYMS = {
    name: tuple(" ".join(names.split()).split(", "))
    for name, names in re.findall(r"^(\w+): (.*(?:\n .*)*)", _NAMES, re.MULTILINE)
}
TARGETS = tuple(replace(one, synonyms=_SYNONYMS[one.name]) for one in _PLAIN)


def targets(who: Any) -> list[Target]:
    """Every target, custom properties included, with what ``who`` may choose from."""
    choices = {
        "campaign_uid": tuple(campaigns(who)),
        "currency": tuple((code, "") for code in money.current_currencies()),
    }
    found = [replace(one, choices=choices.get(one.name, ())) for one in TARGETS]
    for one in definitions("order"):
        kind = Kind.NUMBER if one.type in _NUMBERS else Kind.TEXT
        found.append(Target(f"{PROPERTY}{one.name}", one.name, kind, "Custom properties", one.description))
    return found


def lacking(chosen: set[str]) -> list[str]:
    """What a choice of targets lacks that no single one of them can be blamed for."""
    names_customer = chosen & {"customer_email", "customer_uid"}
    return [] if names_customer else ["The customer's e-mail or id is needed."]


def advice(chosen: set[str]) -> list[str]:
    """What is allowed and yet seldom meant."""
    if chosen & {"campaign_uid", "short_code", "coupon_code", "click_id"}:
        return []
    return ["Nothing here tells a campaign. These orders will be tracked, and earn no rewards."]


def campaigns(who: Any) -> list[tuple[str, str]]:
    """(uid, name) of those that ``who`` may see; of all for None, the command line."""
    rows = visible_to(_Everyone() if who is None else who)
    return list(rows.order_by("name", "id").values_list("uid", "name"))


class _Everyone:
    all_campaigns = True
