"""Referral codes: how they are made, chosen, and taken out of use.

A code is compared without case and belongs to one enrolment for ever, so taking one out of use is a date,
never a deletion.
"""

import secrets
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.events.log import Actor, Entry, write
from core.locks import violated
from referrals.models import Enrollment, ReferralCode

# Without what looks alike on paper and aloud: 0 O 1 I l. One case, for case is not compared.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


class CodeRefused(ValueError):
    """A code that cannot be used; the message is for the person who chose it."""


def new_code() -> str:
    """A code that nobody could guess from another. Uniqueness is for the database to hold."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


@transaction.atomic
def add(enrollment: Enrollment, text: str = "", *, by: Actor, source: str) -> ReferralCode:
    """A further code for ``enrollment``: ``text``, or one made up where it is empty.

    Raises :class:`CodeRefused`. A code that the enrolment has already is that code again, as it is.
    """
    text = text.strip()
    own = ReferralCode.objects.filter(enrollment=enrollment, code__iexact=text).first() if text else None
    if own is not None:
        return own
    text = choose(enrollment, text) if text else give([enrollment.pk])[enrollment.pk]
    write([Entry("code_added", "enrollment", enrollment.pk, {"code": text})], actor=by, source=source)
    return ReferralCode.objects.get(enrollment=enrollment, code=text)


def disable(code_id: int, *, by: Actor, source: str) -> ReferralCode:
    """From now on the code counts for no new order. What it brought stays."""
    return _set(code_id, disabled=True, by=by, source=source)


def enable(code_id: int, *, by: Actor, source: str) -> ReferralCode:
    """The code counts again."""
    return _set(code_id, disabled=False, by=by, source=source)


def choose(enrollment: Enrollment, text: str) -> str:
    """Keep ``text`` as a code of ``enrollment``, noting nothing. Raises :class:`CodeRefused`."""
    code = ReferralCode(code=text.strip(), enrollment=enrollment)
    try:
        code.full_clean(exclude=["enrollment"])
        with transaction.atomic():
            code.save()
    except ValidationError as error:
        raise CodeRefused(" ".join(error.messages)) from None
    except IntegrityError as error:
        if violated(error) != "referral_code_once":
            raise
        raise CodeRefused("This code is taken.") from None
    return code.code


def give(enrollment_ids: Sequence[int]) -> dict[int, str]:
    """One more code for each of these enrolments, by enrolment: set-wise, and noting nothing.

    A made-up code that somebody has already is made up again.
    """
    given: dict[int, str] = {}
    lacking = list(dict.fromkeys(enrollment_ids))
    while lacking:
        tried = {new_code(): pk for pk in lacking}
        ReferralCode.objects.bulk_create(
            [ReferralCode(code=code, enrollment_id=pk) for code, pk in tried.items()], ignore_conflicts=True
        )
        kept = ReferralCode.objects.filter(code__in=tried).values_list("enrollment_id", "code")
        given.update({pk: code for pk, code in kept if tried[code] == pk})
        lacking = [pk for pk in lacking if pk not in given]
    return given


def give_to_those_without(enrollment_ids: Sequence[int]) -> dict[int, str]:
    """A code for those of these enrolments that have none."""
    having = ReferralCode.objects.filter(enrollment=OuterRef("pk"))
    without = Enrollment.objects.filter(~Exists(having), pk__in=enrollment_ids)
    return give(list(without.values_list("pk", flat=True)))


@transaction.atomic
def _set(code_id: int, *, disabled: bool, by: Actor, source: str) -> ReferralCode:
    code = ReferralCode.objects.select_for_update().get(pk=code_id)
    if (code.disabled_at is not None) != disabled:
        code.disabled_at = timezone.now() if disabled else None
        code.save(update_fields=["disabled_at"])
        kind = "code_disabled" if disabled else "code_enabled"
        write([Entry(kind, "enrollment", code.enrollment_id, {"code": code.code})], actor=by, source=source)
    return code
