"""Front-end files: ours from static/, others' straight from the installed npm packages.

``VENDOR_FILES`` in the settings names what of ``node_modules`` is served, under ``vendor/``. Nothing of it
is copied or committed; ``collectstatic`` picks it up as it does our own files.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core import checks
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from core import icons

PREFIX = "vendor"
SPRITE = "vendor/icons.svg"


class VendorFinder(BaseFinder):
    """Finds the chosen files of ``node_modules``, and the icon sprite that is cut from them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = FileSystemStorage(location=self.root)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        missing = [pattern for pattern in settings.VENDOR_FILES if not any(self.root.glob(pattern))]
        if not missing:
            return []
        return [
            checks.Warning(
                f"Front-end packages are missing: {', '.join(missing)}.", hint="Run npm ci.", id="core.W001"
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        hit = self._find(path)
        if find_all:
            return [hit] if hit else []
        return hit

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        patterns = list(ignore_patterns or [])
        for name in self._names():
            if not matches_patterns(name, patterns):
                yield name, self.storage
        if self._has_icons():
            made = icons.sprite(self.root)
            yield made.name, _storage(made.parent)

    def _find(self, path: str) -> str | None:
        path = path.replace("\\", "/")
        if path == SPRITE:
            return str(icons.sprite(self.root)) if self._has_icons() else None
        name = path.removeprefix(f"{PREFIX}/")
        return self.storage.path(name) if name != path and name in set(self._names()) else None

    def _names(self) -> Iterator[str]:
        for pattern in settings.VENDOR_FILES:
            for file in sorted(self.root.glob(pattern)):
                yield file.relative_to(self.root).as_posix()

    def _has_icons(self) -> bool:
        return (self.root / "@tabler" / "icons").is_dir()


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names and compressed copies. Source maps are not served, so references to them are left alone:
    the stock storage would refuse to collect a file whose map is absent."""

    patterns = tuple(
        (extension, tuple(p for p in rewrites if "sourceMappingURL" not in str(p)))
        for extension, rewrites in CompressedManifestStaticFilesStorage.patterns
    )


def _storage(folder: Path) -> FileSystemStorage:
    storage = FileSystemStorage(location=folder)
    storage.prefix = PREFIX  # type: ignore[attr-defined]
    return storage
