"""The icons in use, cut out of the icon package into one small sprite.

``NAMES`` is the whole choice: a template that names another icon is told so at once. The sprite is made
from the installed package (nothing of it is in the repository), once for each choice of names.
"""

import hashlib
import os
import re
from pathlib import Path

_CHOSEN = """
adjustments alert-triangle arrow-back-up arrow-down arrow-left arrow-right arrow-up arrows-split ban
bolt bookmark calendar check chevron-down chevron-left chevron-right chevron-up circle-check circle-x
click clock code coin coins columns columns-3 copy database-import device-desktop device-floppy dots download
external-link eye file-export file-import filter fingerprint flag forms gift grip-vertical help history
home id info-circle key keyboard layout-sidebar-left-collapse link lock logout mail menu-2 moon note
paperclip pencil player-pause player-play plug plus receipt refresh route search selector send settings
shield speakerphone star sun tag target ticket trash upload user user-check user-plus users users-group
world x
"""
NAMES = frozenset(_CHOSEN.split())
_SOURCE = "@tabler/icons/icons/outline"
_INNER = re.compile(r"<svg[^>]*>(?P<inner>.*)</svg>", re.DOTALL)
_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


def sprite(node_modules: Path) -> Path:
    """The sprite's file inside ``node_modules``, made now if this choice of icons has none yet.

    Raises FileNotFoundError when the icon package is not installed or has no such icon.
    """
    source = node_modules / _SOURCE
    key = hashlib.sha256(" ".join(sorted(NAMES)).encode()).hexdigest()[:12]
    folder = node_modules / "ambassador-icons" / key
    made = folder / "icons.svg"
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"icons.{os.getpid()}.part"
        partial.write_text(_compose(source))
        partial.replace(made)
    return made


def _compose(source: Path) -> str:
    symbols = [_symbol(name, (source / f"{name}.svg").read_text()) for name in sorted(NAMES)]
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def _symbol(name: str, svg: str) -> str:
    found = _INNER.search(svg)
    inner = _FRAME.sub("", found["inner"]) if found else ""
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(inner.split())}</symbol>'
