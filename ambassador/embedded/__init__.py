"""PostgreSQL without installing it: the binaries of a pip package under a small supervisor of ours.

Nothing here is used when ``DATABASE_URL`` is set. The first process that needs the database starts the
server, the last one that leaves stops it, and a ``kill -9`` of any of them costs the next one nothing.
Importing this package, or asking it for :func:`database`, starts nothing.
"""

from ambassador.embedded.places import DEMO, EMPTY, choose, database, remember
from ambassador.embedded.prepare import prepare
from ambassador.embedded.server import EmbeddedError, Server, server

__all__ = ["DEMO", "EMPTY", "EmbeddedError", "Server", "choose", "database", "prepare", "remember", "server"]
