"""Why somebody was credited, or was not: each reason's code, in words for people."""

FIRST_TOUCH = "first_touch"
CODE, COUPON, ADVOCATE_EMAIL, CLICK = "code", "coupon", "advocate_email", "click"
PERSON = "person"
NO_CLAIM = "no_claim"
CAMPAIGN_UNCLEAR = "campaign_unclear"

# The kind of claim, as a reason that won, by the field it came in.
WINS = {
    "short_code": CODE,
    "coupon_code": COUPON,
    "advocate_email": ADVOCATE_EMAIL,
    "click_id": CLICK,
    "first_touch": FIRST_TOUCH,
}

# Short, as they stand in a table.
REASONS: dict[str, str] = {
    FIRST_TOUCH: "First touch",
    CODE: "Referral code",
    COUPON: "Coupon code",
    ADVOCATE_EMAIL: "Advocate named",
    CLICK: "Share link",
    PERSON: "Decided by a person",
    NO_CLAIM: "No claim",
    CAMPAIGN_UNCLEAR: "Campaign unclear",
    "unknown_campaign": "Unknown campaign",
    "unknown_code": "Unknown code",
    "unknown_coupon": "Unknown coupon",
    "unknown_click": "Unknown click",
    "coupon_in_code_field": "Coupon in the code field",
    "not_enrolled": "Advocate not enrolled",
    "other_campaign": "Of another campaign",
    "code_disabled": "Code disabled",
    "coupon_disabled": "Coupon disabled",
    "enrollment_inactive": "Advocate inactive",
    "advocate_unsubscribed": "Advocate unsubscribed",
    "advocate_banned": "Advocate banned",
    "campaign_draft": "Campaign not launched",
    "campaign_paused": "Campaign paused",
    "campaign_ended": "Campaign ended",
    "click_expired": "Click too old",
    "click_after_order": "Click after the order",
    "self_referral": "Self-referral",
    "same_address": "Advocate's own IP address",
    "same_company": "Same company",
    "disposable_email": "Throw-away address",
    "ip_burst": "Many from one IP address",
    "deactivated": "Attribution deactivated",
    "before_referral": "Order before the referral",
    "slot_taken": "Another advocate's by now",
    "earlier_claim": "Another claim came first",
    "two_contacts": "E-mail and uid of two people",
}

# One sentence each, for the page that explains. They speak of “this order” and “the advocate”.
SENTENCES: dict[str, str] = {
    FIRST_TOUCH: "The advocate referred the customer in this campaign before; the first touch counts.",
    CODE: "The order came with the advocate's referral code.",
    COUPON: "The order came with the advocate's coupon code.",
    ADVOCATE_EMAIL: "The order named the advocate by e-mail.",
    CLICK: "The customer came through the advocate's share link.",
    PERSON: "Somebody of the team decided it.",
    NO_CLAIM: "Nothing in the order named an advocate, and nobody had referred the customer before.",
    CAMPAIGN_UNCLEAR: "The advocate is active in no campaign, or in several, and the order names none.",
    "unknown_campaign": "The order named a campaign that does not exist.",
    "unknown_code": "There is no such referral code.",
    "unknown_coupon": "No advocate has this coupon code.",
    "unknown_click": "There is no click with this id.",
    "coupon_in_code_field": "This is a coupon code, but it came in the field for referral codes.",
    "not_enrolled": "Nobody with this address is an advocate in the order's campaign.",
    "other_campaign": "It belongs to another campaign than the order.",
    "code_disabled": "The code was disabled when the order was placed.",
    "coupon_disabled": "The coupon was disabled when the order was placed.",
    "enrollment_inactive": "The advocate was not active in this campaign when the order was placed.",
    "advocate_unsubscribed": "The advocate had unsubscribed when the order was placed.",
    "advocate_banned": "The advocate was banned when the order was placed.",
    "campaign_draft": "The campaign was not yet live when the order was placed.",
    "campaign_paused": "The campaign was paused when the order was placed.",
    "campaign_ended": "The campaign had ended when the order was placed.",
    "click_expired": "The click lies outside the campaign's tracking window.",
    "click_after_order": "The click came after the order.",
    "self_referral": "Advocate and customer are the same person.",
    "same_address": "The order came from an IP address from which the advocate buys.",
    "same_company": "Advocate and customer have addresses of the same company.",
    "disposable_email": "The customer's e-mail address is one that is thrown away after use.",
    "ip_burst": "The advocate brought many customers from this IP address within a day.",
    "deactivated": "This advocate's attribution was deactivated; only a person may activate it again.",
    "before_referral": "The order was placed before the advocate referred the customer.",
    "slot_taken": "The customer has since been referred by another advocate in this campaign.",
    "earlier_claim": "It would have counted, but a claim that ranks before it did.",
    "two_contacts": "E-mail and uid of the order belong to two contacts; the uid was followed.",
}


def in_words(code: str) -> str:
    """``campaign_unclear`` → Campaign unclear."""
    return REASONS.get(code) or code.replace("_", " ").capitalize()


def sentence(code: str) -> str:
    """The reason as a sentence."""
    return SENTENCES.get(code) or f"{in_words(code)}."
