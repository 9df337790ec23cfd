"""The house rules that no other tool checks: one door for orders, and a small tail of sizes."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [
    "ambassador",
    "automations",
    "campaigns",
    "core",
    "integrations",
    "orders",
    "referrals",
    "reports",
    "rewards",
]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
LONGEST_TEMPLATE = 150
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def too_long(paths: list[Path], limit: int) -> list[str]:
    sizes = {path: len(path.read_text().splitlines()) for path in paths}
    return [f"{path.relative_to(ROOT)}: {lines} lines" for path, lines in sizes.items() if lines > limit]


def test_only_intake_writes_orders() -> None:
    door = ROOT / "orders" / "intake"
    trespassers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(*PACKAGES)
        if door not in path.parents
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "writes"
    ]
    assert trespassers == []


def test_modules_are_read_in_one_scroll() -> None:
    assert too_long(modules(*PACKAGES, "tests"), LONGEST_MODULE) == []


def test_templates_are_short() -> None:
    assert too_long(templates(), LONGEST_TEMPLATE) == []


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {lines} lines"
        for path in modules(*PACKAGES, "tests")
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("suffix", [".py", ".html", ".js", ".css"])
def test_nothing_is_left_unfinished(suffix: str) -> None:
    folders = [ROOT / name for name in (*PACKAGES, "static", "templates", "tests")]
    paths = sorted(
        path for folder in folders for path in folder.rglob(f"*{suffix}") if path != Path(__file__)
    )
    unfinished = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert unfinished == []


def test_the_program_starts_before_static_files_are_collected(tmp_path: Path) -> None:
    """A first start checks itself before it has collected them, so nothing may ask for one at import."""
    environment = {**os.environ, "VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "ambassador.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2_000:]
