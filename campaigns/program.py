"""The one row that says what this installation is called and how it counts."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.models import Program
from core.accounts.models import User
from core.events.log import Entry, actor_for, write


def program() -> Program:
    """The program. One small query; a request has it as ``request.program``."""
    return Program.objects.get(pk=1)


def zone(of: Program) -> ZoneInfo:
    return ZoneInfo(of.time_zone)


@transaction.atomic
def change(to: Mapping[str, str], *, by: User) -> Program:
    """Set ``name``, ``currency`` and ``time_zone``, those of them that ``to`` holds."""
    kept = Program.objects.select_for_update().get(pk=program().pk)
    changed = {
        name: [getattr(kept, name), value] for name, value in to.items() if getattr(kept, name) != value
    }
    if changed:
        for name, (_, value) in changed.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(changed))
        entry = Entry("program_changed", "program", kept.pk, {"changed": changed})
        write([entry], actor=actor_for(by), source="dashboard")
    return kept
