"""What rewards can be filtered by, named as in the address."""

from campaigns.queries import find as find_campaigns
from campaigns.queries import listed as campaigns_listed
from core.listing.facets import Choice, Day, Number, Related, Text
from core.listing.filters import ListFilters
from rewards.models import Recipient, Status
from rewards.queries import find_recipients


class RewardFilters(ListFilters):
    status = Choice("Status", "status", Status.choices)
    campaign = Related(
        "Campaign",
        "campaign",
        search=find_campaigns,
        listed=campaigns_listed,
        missing="There is no campaign “{text}”.",
        operators=("", "not", "in"),
    )
    recipient = Related(
        "Paid to",
        "recipient",
        search=find_recipients,
        missing="Nobody has the e-mail, uid or number “{text}”.",
        operators=("", "not", "in"),
    )
    side = Choice("Side", "rule__recipient", Recipient.choices)
    order = Text("Order", "order__order_id", operators=("", "not", "in"))
    amount = Number("Amount", "amount")
    currency = Text("Currency", "currency", operators=("", "not", "in"))
    earned = Day("Earned", "created_at")
    due = Day("Approves itself", "due_at")
