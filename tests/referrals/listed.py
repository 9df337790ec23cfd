"""Reads the lists of contacts, advocates and coupon codes as files, which say what the pages say."""

import csv
import io
from typing import Any

from django.test import Client


def taken(client: Client, path: str, query: str = "") -> list[dict[str, str]]:
    """The exported rows of the list at ``path``."""
    answer: Any = client.get(f"{path}export/?format=csv{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def column(client: Client, path: str, name: str, query: str = "") -> list[str]:
    """What one column of the file says, from top to bottom."""
    return [row[name] for row in taken(client, path, query)]
