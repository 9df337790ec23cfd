"""No click is lost once its redirect was answered, though the web process is killed while people click."""

import http.client
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.ambassador.processes import until
from tests.ambassador.test_up import Up, free_port, manage, running

_PREPARE = """
from campaigns.models import Campaign
from django.utils import timezone
from referrals.models import Contact, Enrollment, ReferralCode
now = timezone.now()
shop = "https://shop.example/"
spring = Campaign.objects.create(uid="spring", name="Spring", landing_page=shop, launched_at=now)
mia = Contact.objects.create(email="mia.keller@example.com", status="enrolled")
ReferralCode.objects.create(code="MIA24", enrollment=Enrollment.objects.create(contact=mia, campaign=spring))
"""
_KEPT = "from referrals.models import Click; print(*Click.objects.values_list('click_id', flat=True))"
KILLS, CLICKS = 3, 150


class Visitors:
    """Some people who click without a pause, and the click ids that they were sent on with."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered: list[str] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._click) for _ in range(4)]

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _click(self) -> None:
        while not self._done.is_set():
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                line.request("GET", "/r/MIA24", headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})
                answer = line.getresponse()
                location = answer.headers.get("Location", "")
            except (OSError, http.client.HTTPException):
                continue
            finally:
                line.close()
            assert answer.status == http.HTTPStatus.FOUND, answer.status
            self.answered += parse_qs(urlsplit(location).query)["click_id"]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with running(tmp_path, free_port()) as up:
        prepared = manage(tmp_path, "shell", "--verbosity", "0", "-c", _PREPARE)
        assert prepared.returncode == 0, prepared.stderr
        yield up


def test_clicks_outlive_the_web_process(up: Up) -> None:
    with Visitors(up.port) as visitors:
        for _ in range(KILLS):
            before = len(visitors.answered)
            until(lambda before=before: len(visitors.answered) > before + CLICKS, "people click")  # type: ignore[misc]
            serving = up.children("granian")[-1]
            os.kill(serving, signal.SIGKILL)
            until(lambda gone=serving: gone not in up.children("granian"), "the web process is gone")  # type: ignore[misc]
        before = len(visitors.answered)
        until(lambda: len(visitors.answered) > before + CLICKS, "a new process answers")
    shown = manage(up.var, "shell", "--verbosity", "0", "-c", _KEPT)
    assert shown.returncode == 0, shown.stderr
    kept = set(shown.stdout.split())
    assert len(set(visitors.answered)) == len(visitors.answered) > KILLS * CLICKS
    assert set(visitors.answered) <= kept
