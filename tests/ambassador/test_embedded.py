"""The embedded server: one for all its users, and no kill -9 costs more than a restart."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ambassador import embedded
from ambassador.embedded.owner import private_folder
from ambassador.embedded.places import ROLE
from ambassador.embedded.server import answers
from tests.ambassador.processes import lives, until

ROOT = Path(__file__).resolve().parent.parent.parent

_USER = """
import sys
from pathlib import Path
from ambassador import embedded
with embedded.server(Path(sys.argv[1])) as server:
    print(server.process is not None, flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_user(var: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server until its standard input closes."""
    argv = [sys.executable, "-c", _USER, str(var)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}
    ) as process:
        yield process


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def connect(server: embedded.Server) -> psycopg.Connection:
    return psycopg.connect(host=str(server.sockets), user=ROLE, dbname="postgres", autocommit=True)


def postmaster(server: embedded.Server) -> int:
    return int((server.pg / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_first_user_starts_it_and_last_user_stops_it(tmp_path: Path) -> None:
    with embedded.server(tmp_path) as first:
        pid = postmaster(first)
        with embedded.server(tmp_path) as second:
            assert postmaster(second) == pid
            assert second.process is None
        assert first.alive()
    assert not first.alive()
    assert not lives(pid)


def test_users_that_come_at_once_share_one_server(tmp_path: Path) -> None:
    with other_user(tmp_path) as anna, other_user(tmp_path) as ben, other_user(tmp_path) as cleo:
        assert sorted(said(user) for user in (anna, ben, cleo)) == ["False", "False", "True"]


def test_killed_server_comes_back_with_every_committed_row(tmp_path: Path) -> None:
    with embedded.server(tmp_path) as server:
        with connect(server) as connection:
            connection.execute("CREATE TABLE kept (name text)")
            connection.execute("INSERT INTO kept VALUES ('Ada')")
        os.kill(postmaster(server), signal.SIGKILL)
        until(lambda: not server.alive(), "the server is dead")
        server.revive()
        with connect(server) as connection:
            assert connection.execute("SELECT name FROM kept").fetchall() == [("Ada",)]


def test_killed_server_that_takes_its_time_to_end_is_not_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded.server(tmp_path) as server:
        assert server.process is not None
        reap, too_early = server.process.poll, [None]
        monkeypatch.setattr(server.process, "poll", lambda: too_early.pop() if too_early else reap())
        killed = postmaster(server)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not server.alive(), "the server is dead")
        server.revive()
        assert too_early == []
        assert postmaster(server) != killed


def test_server_of_a_killed_user_is_taken_over_and_stopped_by_the_next(tmp_path: Path) -> None:
    with other_user(tmp_path) as anna:
        assert said(anna) == "True"
        anna.kill()
    with embedded.server(tmp_path) as server:
        assert server.process is None
        pid = postmaster(server)
    assert not lives(pid)


def test_process_id_that_now_belongs_to_another_program_does_not_stop_the_start(tmp_path: Path) -> None:
    with embedded.server(tmp_path) as server:
        note = (server.pg / "data" / "postmaster.pid").read_text().splitlines()
    (tmp_path / "pg" / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *note[1:]]) + "\n")
    with embedded.server(tmp_path) as server:
        assert postmaster(server) != os.getpid()


def test_making_the_data_folder_can_be_cut_short_and_done_again(tmp_path: Path) -> None:
    (tmp_path / "pg" / "data.new").mkdir(parents=True)
    (tmp_path / "pg" / "data.new" / "PG_VERSION").write_text("18\n")
    with embedded.server(tmp_path) as server:
        assert answers(server.sockets)
    assert not (tmp_path / "pg" / "data.new").exists()


def test_long_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 120)
    with embedded.server(deep) as server:
        assert len(os.fsencode(server.sockets / ".s.PGSQL.5432")) <= 107
        assert answers(server.sockets)
    server.sockets.rmdir()


def test_socket_folder_that_somebody_else_laid_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        private_folder(tmp_path / "run", os.geteuid())


def test_data_of_another_version_is_refused_with_a_way_out(tmp_path: Path) -> None:
    data = tmp_path / "pg" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(embedded.EmbeddedError, match="made by PostgreSQL 12"), embedded.server(tmp_path):
        pytest.fail("It started.")


def test_database_is_created_once_and_migrated_once(tmp_path: Path) -> None:
    calls: list[str] = []

    with embedded.server(tmp_path) as server:

        def migrate() -> None:
            calls.append("migrated")
            with psycopg.connect(host=str(server.sockets), user=ROLE, dbname="ambassador") as connection:
                connection.execute("CREATE TABLE django_migrations (id int)")

        embedded.prepare(tmp_path, server.sockets, "ambassador")
        embedded.prepare(tmp_path, server.sockets, "ambassador", migrate)
        embedded.prepare(tmp_path, server.sockets, "ambassador", migrate)
    assert calls == ["migrated"]


def test_commands_mean_the_database_served_last_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO", raising=False)
    assert embedded.choose(tmp_path) == "ambassador"
    assert embedded.choose(tmp_path, default=embedded.DEMO) == "ambassador_demo"
    embedded.remember(tmp_path, embedded.DEMO)
    assert embedded.choose(tmp_path) == "ambassador_demo"
    monkeypatch.setenv("DEMO", "0")
    assert embedded.choose(tmp_path) == "ambassador"
    monkeypatch.setenv("DEMO", "1")
    assert embedded.choose(tmp_path) == "ambassador_demo"


@pytest.mark.parametrize(
    "command, extra, code",
    [
        (["version"], {}, 0),
        (["check", "--help"], {}, 0),
        (["migrate"], {"DATABASE_URL": "postgresql://ada@127.0.0.1:1/elsewhere"}, 1),
    ],
    ids=["needs none", "help", "DATABASE_URL"],
)
def test_no_server_is_started_where_none_is_wanted(
    tmp_path: Path, command: list[str], extra: dict[str, str], code: int
) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    result = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**env, "VAR": str(tmp_path), **extra},
        capture_output=True,
        text=True,
    )
    assert result.returncode == code, result.stderr
    assert not (tmp_path / "pg").exists()
