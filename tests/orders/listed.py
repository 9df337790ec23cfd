"""Reads the Orders table as a person does: from the page."""

import re
from html import unescape
from typing import Any

from django.test import Client

IDS = re.compile(r'<a class="a-id"[^>]*?(?: title="([^"]*)")?>([^<]*)</a>')
CHIPS = re.compile(r'title="Change this filter">([^<]*)</a>')
NEXT = re.compile(r'rel="next" href="([^"]*)"')
PREVIOUS = re.compile(r'rel="prev" href="([^"]*)"')
SUMMARY = re.compile(r"data-list-summary>(.*?)</span></span>")


def page(client: Client, query: str = "", **headers: Any) -> str:
    answer = client.get(f"/orders/{query}", headers=headers)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def order_ids(html: str) -> list[str]:
    return [unescape(full or shown) for full, shown in IDS.findall(html)]


def listed(client: Client, query: str = "") -> list[str]:
    """The order ids on the page, from top to bottom."""
    return order_ids(page(client, query))


def chips(html: str) -> list[str]:
    return [unescape(words) for words in CHIPS.findall(html)]


def link(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    return unescape(found[1]) if found else ""


def summary(html: str) -> str:
    found = SUMMARY.search(html)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def walk(client: Client, query: str) -> list[list[str]]:
    """The ids of every page, by *Next* until there is none."""
    return walk_at(client, "/orders/", query)


def walk_at(client: Client, path: str, query: str) -> list[list[str]]:
    pages, at = [], query
    while at:
        html = client.get(path + at).content.decode()
        pages.append(order_ids(html))
        at = link(NEXT, html)
        assert len(pages) < 200, "the pages never end"
    return pages


def taken(client: Client, query: str = "") -> str:
    """The exported file."""
    answer: Any = client.get(f"/orders/export/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()
