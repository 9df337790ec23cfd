"""What every test stands on: a database, fast passwords, plain static files, a browser where there is one.

With no ``DATABASE_URL`` the embedded server runs for as long as the tests do; workers of xdist share it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as examples

from tests import jobs

# A live server answers from threads of its own while the browser's event loop runs in this one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# The same examples every time, and no stopwatch on a busy machine.
examples.register_profile("house", deadline=None, derandomize=True, database=None)
examples.load_profile("house")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data", type=Path, help="A folder of real exports (--data=DIR); tests that read it need it."
    )


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    uploads = tempfile.mkdtemp(prefix="ambassador-tests-")
    config.add_cleanup(lambda: shutil.rmtree(uploads, ignore_errors=True))
    settings.MEDIA_ROOT = uploads
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": uploads, "file_permissions_mode": 0o600},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """The embedded server, unless ``DATABASE_URL`` names another."""
    from django.conf import settings

    from ambassador import embedded

    if os.environ.get("DATABASE_URL"):
        yield
        return
    with embedded.server(settings.VAR_DIR):
        # The tests' rows may be lost in a power cut; the program's own never.
        settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, database_server: None
) -> None:
    """Called by pytest-django before it makes the test database."""


@pytest.fixture(autouse=True)
def _no_job_stays_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits leaves its jobs, for they are in tables that Django's flush does not know."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if commits or (marker and marker.kwargs.get("transaction")):
        with request.getfixturevalue("django_db_blocker").unblock():
            jobs.forget_all()


@pytest.fixture
def data(request: pytest.FixtureRequest) -> Path:
    """The folder of real exports that ``--data`` names."""
    folder: Path | None = request.config.getoption("--data")
    if folder is None:
        pytest.skip("needs a folder of real exports: --data=DIR")
    return folder.resolve(strict=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's chromium; without it browser tests are skipped, or fail where ``REQUIRE_BROWSER=1``."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"There is no browser at {CHROMIUM}, and REQUIRE_BROWSER=1.")
        pytest.skip(f"needs a browser at {CHROMIUM}")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}
