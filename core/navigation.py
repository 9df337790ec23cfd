"""How packages tell the frame of their screens, without it importing any of them.

Each names its own in its AppConfig, ``navigation = [NavItem(...)]``. One of them may also name the address
of the global search, ``search_url``, and any of them panels for the pages of lower floors, ``panels``.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps

GROUPS = (
    "Overview",
    "Audience",
    "Audience Activity",
    "Campaigns",
    "Rewards & Payments",
    "Automations",
    "Integrations",
    "Settings",
)


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation.

    ``group`` is one of GROUPS; a group whose only entry has the group's name shows no heading. ``order``
    sorts within the group. ``key`` is the letter that follows ``g`` on the keyboard. ``under`` is a
    further address prefix whose pages belong to this entry.
    """

    group: str
    label: str
    url_name: str
    icon: str
    permission: str
    order: int = 100
    key: str = ""
    under: str = ""


@dataclass(frozen=True)
class Panel:
    """A part that a package on a higher floor adds to a page below it: ``panels = [Panel(...)]``.

    ``place`` is the page (``"order"``, ``"campaign"``); ``url_name`` takes the key of its row and answers
    with HTML that the page fetches.
    """

    place: str
    url_name: str
    permission: str
    title: str


@cache
def panels_of(place: str) -> tuple[Panel, ...]:
    """What the installed packages add to ``place``, the lowest floor's first."""
    found: list[Panel] = []
    for config in apps.get_app_configs():
        found.extend(panel for panel in getattr(config, "panels", ()) if panel.place == place)
    return tuple(reversed(found))


@cache
def items_in_order() -> tuple[NavItem, ...]:
    """Every entry that the installed packages named, in the order of the screen."""
    found: list[NavItem] = []
    for config in apps.get_app_configs():
        found.extend(getattr(config, "navigation", ()))
    return tuple(sorted(found, key=lambda item: (GROUPS.index(item.group), item.order, item.label)))


@cache
def search_url_name() -> str:
    """The address name of the global search, if a package brings one."""
    names = (getattr(config, "search_url", "") for config in apps.get_app_configs())
    return next((name for name in names if name), "")
