"""Who referred an order: the rule, pure over what was looked up, the same for every door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claims:
    """What a source says about who referred an order. Empty means it says nothing."""

    short_code: str = ""
    coupon_code: str = ""
    advocate_email: str = ""
    click_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.short_code or self.coupon_code or self.advocate_email or self.click_id)
