"""What stands around every screen: navigation, program name, theme."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.accounts.permissions import may
from core.navigation import NavItem, items_in_order, panels_of, search_url_name

THEMES = {"system": "device-desktop", "light": "sun", "dark": "moon"}  # with their icons
THEME_COOKIE = "ambassador_theme"
NAV_COOKIE = "ambassador_nav"


@dataclass(frozen=True)
class NavLink:
    label: str
    url: str
    icon: str
    key: str
    is_current: bool


@dataclass(frozen=True)
class NavGroup:
    label: str
    links: list[NavLink]

    @property
    def has_heading(self) -> bool:
        return len(self.links) > 1 or self.links[0].label != self.label


class Frame:
    """Worked out only as far as a template asks; asks the database nothing but the request's own user."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def navigation(self) -> list[NavGroup]:
        user = self._request.user
        items = tuple(item for item in items_in_order() if may(user, item.permission))
        return _grouped(items, _current(items, self._request.path))

    @cached_property
    def place(self) -> tuple[NavGroup, NavLink] | None:
        """The group and entry that the page belongs to."""
        return next(
            ((group, link) for group in self.navigation for link in group.links if link.is_current), None
        )

    @cached_property
    def program_name(self) -> str:
        program = getattr(self._request, "program", None)
        return program.name if program else "Ambassador"

    @property
    def is_demo(self) -> bool:
        program = getattr(self._request, "program", None)
        return bool(program and program.is_demo)

    @property
    def theme(self) -> str:
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "system"

    @property
    def themes(self) -> list[tuple[str, str, str]]:
        """Value, label and icon of each choice."""
        return [(value, value.capitalize(), icon) for value, icon in THEMES.items()]

    @property
    def is_rail(self) -> bool:
        """Whether this browser folded the navigation down to its icons."""
        return self._request.COOKIES.get(NAV_COOKIE) == "rail"

    @property
    def search_url(self) -> str:
        name = search_url_name()
        return reverse(name) if name else ""


def panels(place: str, pk: int, who: Any) -> list[tuple[str, str]]:
    """(title, address) of what higher floors add to the page of this row, as far as ``who`` may see it."""
    return [
        (panel.title, reverse(panel.url_name, args=[pk]))
        for panel in panels_of(place)
        if may(who, panel.permission)
    ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` in every template."""
    return {"frame": Frame(request)}


@lru_cache(maxsize=256)
def _grouped(items: tuple[NavItem, ...], current: NavItem | None) -> list[NavGroup]:
    """The same few answers for every page, so they are worked out once and shared."""
    groups: list[NavGroup] = []
    for item in items:
        if not groups or groups[-1].label != item.group:
            groups.append(NavGroup(item.group, []))
        link = NavLink(item.label, _address(item), item.icon, item.key, item is current)
        groups[-1].links.append(link)
    return groups


@cache
def _address(item: NavItem) -> str:
    return reverse(item.url_name)


def _current(items: tuple[NavItem, ...], path: str) -> NavItem | None:
    """The entry whose address is the longest beginning of ``path``."""
    best: NavItem | None = None
    length = 0
    for item in items:
        for prefix in (_address(item), item.under):
            fits = prefix and (path == prefix if prefix == "/" else path.startswith(prefix))
            if fits and len(prefix) > length:
                best, length = item, len(prefix)
    return best
