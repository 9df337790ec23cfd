"""What orders earn: rules and their versions, rewards, and the ledger of every change of money."""

from rewards.models.corrections import Correction, Policy
from rewards.models.ledger import Account, Entry
from rewards.models.payouts import Payout, PayoutRun, Period
from rewards.models.rewards import Miss, Reward, Status
from rewards.models.rules import Approval, Recipient, Rule, RuleVersion

__all__ = [
    "Account",
    "Approval",
    "Correction",
    "Entry",
    "Miss",
    "Payout",
    "PayoutRun",
    "Period",
    "Policy",
    "Recipient",
    "Reward",
    "Rule",
    "RuleVersion",
    "Status",
]
