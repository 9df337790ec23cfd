"""Front-end files: what is served, from where, and how heavy it is."""

import json
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import override_settings

from core import icons
from core.assets import StaticStorage, VendorFinder

ROOT = Path(settings.BASE_DIR)
# What a first visit of a list loads beside the page itself. Page and rows take some 10 KB more.
FIRST_VISIT = [
    "css/base.css",
    "css/parts.css",
    "css/forms.css",
    "css/frame.css",
    "css/list.css",
    "css/print.css",
    "favicon.svg",
    "js/app.js",
    "js/list.js",
    "vendor/htmx.org/dist/htmx.min.js",
    "vendor/icons.svg",
    "vendor/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "vendor/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
]
USED_ICON = re.compile(
    r"""\{% icon ["']([a-z0-9-]+)["']|icon=["']([a-z0-9-]+)["']|icon\(["']([a-z0-9-]+)["']"""
)
CLASS = re.compile(r"""\ba-[a-z][a-z0-9_-]*""")


def found(name: str) -> Path:
    path = finders.find(name)
    assert isinstance(path, str), f"{name} is not served"
    return Path(path)


def sources() -> list[Path]:
    packages = [ROOT / name for name in ("ambassador", "campaigns", "core", "orders", "referrals")]
    scripts = [path for package in packages for path in package.rglob("*.py")]
    return [*(ROOT / "templates").rglob("*.html"), *scripts]


def test_chosen_files_of_a_package_are_found_under_vendor() -> None:
    assert found("vendor/htmx.org/dist/htmx.min.js") == ROOT / "node_modules/htmx.org/dist/htmx.min.js"


@pytest.mark.parametrize(
    "name",
    [
        "vendor/htmx.org/package.json",
        "vendor/../package.json",
        "vendor/htmx.org/dist/../../../manage.py",
        "htmx.org/dist/htmx.min.js",
        "vendor/",
    ],
)
def test_nothing_else_of_the_packages_is_served(name: str) -> None:
    assert VendorFinder().find(name) is None
    assert VendorFinder().find(name, find_all=True) == []


def test_missing_packages_are_named_by_the_system_check() -> None:
    with override_settings(VENDOR_FILES=["htmx.org/dist/htmx.min.js", "left-pad/index.js"]):
        (caution,) = VendorFinder().check()
    assert caution.msg == "Front-end packages are missing: left-pad/index.js."
    assert caution.hint == "Run npm ci."
    assert VendorFinder().check() == []


def test_the_sprite_holds_each_chosen_icon_and_nothing_to_fill_it_black() -> None:
    sprite = found("vendor/icons.svg").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == icons.NAMES
    assert "M0 0h24v24H0z" not in sprite


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    matches = (match for path in sources() for match in USED_ICON.findall(path.read_text()))
    used = {name for match in matches for name in match if name}
    assert used - icons.NAMES == set()


def test_every_class_that_a_template_uses_has_a_style() -> None:
    styled = {name for path in (ROOT / "static").rglob("*.css") for name in CLASS.findall(path.read_text())}
    attribute = re.compile(r'class="([^"]*)"')
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for words in attribute.findall(re.sub(r"\{[{%#].*?[%#}]\}", " ", path.read_text()))
        for name in CLASS.findall(words)
    }
    assert used - styled == set()


def test_first_visit_of_a_list_stays_light() -> None:
    weights = {name: _compressed(found(name)) for name in FIRST_VISIT}
    assert sum(weights.values()) < 190_000, weights


def test_collecting_gives_hashed_and_compressed_files(tmp_path: Path) -> None:
    where = {"BACKEND": "core.assets.StaticStorage", "OPTIONS": {"location": str(tmp_path)}}
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES={**settings.STORAGES, "staticfiles": where}):
        call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert set(FIRST_VISIT) <= set(names)
    sheet = (tmp_path / names["css/base.css"]).read_text()
    assert Path(names["vendor/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"]).name in sheet
    assert (tmp_path / f"{names['js/app.js']}.br").exists()


def test_a_source_map_that_is_not_served_does_not_stop_collecting(tmp_path: Path) -> None:
    storage = StaticStorage(location=str(tmp_path), base_url="/static/")
    script = "let a = 1;\n//# sourceMappingURL=lib.js.map\n"
    (tmp_path / "lib.js").write_text(script)
    results = list(storage.post_process({"lib.js": (FileSystemStorage(location=tmp_path), "lib.js")}))
    assert [error for *_, error in results if isinstance(error, Exception)] == []
    assert (tmp_path / storage.stored_name("lib.js")).read_text() == script


def test_the_lock_file_names_no_registry() -> None:
    assert "://" not in re.sub(r'"url": "[^"]*"', "", (ROOT / "package-lock.json").read_text())
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def _compressed(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(brotli.compress(content, quality=9))
