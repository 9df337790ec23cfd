"""``links.click``: share links followed a second, beside a view that does nothing on the same server."""

import random
import statistics
from collections.abc import Iterator

from django.utils import timezone

from ambassador.bench.database import own_database, tidy
from ambassador.bench.lines import Line, line
from ambassador.bench.serving import EMPTY, EMPTY_PATH, answers, served
from campaigns.models import Campaign
from referrals.models import Click, Contact, Enrollment, ReferralCode

NAME = "links.click"
_TARGET = 0.3
_ADVOCATES, _ROUNDS, _SECONDS = 500, 5, 2.0


def bench(orders: int) -> Iterator[Line]:
    """The number of orders does not matter to a click. Every redirect that was answered must be kept."""
    with own_database():
        codes = _advocates()
        tidy()
        with served(EMPTY) as port:
            dice = random.Random(1)  # noqa: S311  (which link is followed is no secret)
            paths = [f"/r/{code}?utm_source=bench" for code in codes]
            for path in (paths[0], EMPTY_PATH):
                answers(port, lambda path=path: path, _SECONDS)  # type: ignore[misc]
            before = Click.objects.count()
            followed, bare, redirects = [], [], 0
            for _ in range(_ROUNDS):
                rate, statuses = answers(port, lambda: dice.choice(paths), _SECONDS)
                followed.append(rate)
                redirects += statuses.get(302, 0)
                bare.append(answers(port, lambda: EMPTY_PATH, _SECONDS)[0])
        ours, limit = statistics.median(followed), statistics.median(bare)
        yield line(NAME, "redirects/s", ours, limit, target=_TARGET, better="higher")
        kept = Click.objects.count() - before
        yield line(f"{NAME}.kept", "clicks", kept, redirects, target=1.0, better="higher")


def _advocates() -> list[str]:
    now = timezone.now()
    campaign = Campaign.objects.create(
        uid="bench", name="Bench", landing_page="https://shop.example/", launched_at=now
    )
    people = Contact.objects.bulk_create(Contact(uid=str(number)) for number in range(_ADVOCATES))
    enrollments = Enrollment.objects.bulk_create(Enrollment(contact=one, campaign=campaign) for one in people)
    codes = [ReferralCode(code=f"BENCH{number}", enrollment=one) for number, one in enumerate(enrollments)]
    return [one.code for one in ReferralCode.objects.bulk_create(codes)]
