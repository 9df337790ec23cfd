"""How the codes that are kept with an order are said to people."""

REASONS: dict[str, str] = {}


def in_words(code: str) -> str:
    """``campaign_unclear`` → Campaign unclear."""
    return REASONS.get(code) or code.replace("_", " ").capitalize()
