"""Prints the table of the rule into the page for managers: ``python -m tests.referrals.printing``."""

from pathlib import Path

from referrals.reasons import in_words

PAGE = Path(__file__).resolve().parents[2] / "docs" / "managers" / "attribution.md"
TABLE = Path(__file__).with_name("rule.md")
BEGIN, END = "<!-- printed from the test's table -->", "<!-- end of what is printed -->"
HEADS = "| Situation | The order names | Claims | What is known | Credited to | Why | Campaign |"
_REASON = 5


def printed() -> str:
    """The table in words for people: reasons as the screens say them, headings one level lower."""
    lines = TABLE.read_text().splitlines()
    begins = next(at for at, line in enumerate(lines) if line.startswith("Spring and Summer"))
    return "\n".join(_line(line) for line in lines[begins:])


def page(text: str) -> str:
    """``text`` of the page with what is printed in its place."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{printed()}\n\n{END}{rest.partition(END)[2]}"


def _line(line: str) -> str:
    if line.startswith("## "):
        return f"#{line}"
    if line.startswith("| Situation"):
        return HEADS
    if not line.startswith("| ") or line.startswith("| ---"):
        return line
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    cells[_REASON] = in_words(cells[_REASON])
    return f"| {' | '.join(cell or '–' for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
