"""What is found out about a file from its beginning."""

import io
import zipfile

import pytest

from core.imports.formats import FileRefused, Format, detect, with_values

PLAIN = "Order;Name;Total\nA-1;Müller;1.234,50\nA-2;Čapek;12,00\n"


def found(content: bytes) -> Format:
    return detect(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (PLAIN.encode("utf-8-sig"), "utf-8-sig"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (PLAIN.encode("utf-16-le"), "utf-16-le"),
        (PLAIN.encode("utf-16-be"), "utf-16-be"),
        ("Order;Name\nA-1;Müller\n".encode("cp1252"), "cp1252"),
        (b"order,total\nA-1,5\n", "utf-8"),
    ],
)
def test_encoding(content: bytes, encoding: str) -> None:
    assert found(content).encoding == encoding


def test_a_file_of_utf8_with_a_few_spoilt_bytes_stays_utf8() -> None:
    content = ("Order;Name\n" + "A-1;Müller und Söhne\n" * 50).encode() + b"A-2;M\xfcller\n"
    assert found(content).encoding == "utf-8"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b;c\n1,5;2;3\n2,5;2;3\n", ";"),
        ("a\tb\n1, 2\t3\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('name,note\n"Doe; Jo","a;b"\n"Roe; Al","c;d"\n', ","),
        ("only one\n1\n", ","),
    ],
)
def test_delimiter(text: str, delimiter: str) -> None:
    assert found(text.encode()).delimiter == delimiter


def test_quotes_and_line_ends() -> None:
    assert found(b"a,b\r\n1,2\r\n").newline == "\r\n"
    assert found(b"a,b\r1,2\r").newline == "\r"
    assert found(b"'a','b'\n'1','2'\n'3','4'\n").quote == "'"
    assert found(b'"a","b"\n').quote == '"'


@pytest.mark.parametrize(
    ("cells", "decimal", "order", "is_sure"),
    [
        (["1,50", "24.11.2026"], ",", "dmy", True),
        (["1.50", "11/24/2026"], ".", "mdy", True),
        (["1.50", "3/4/2026"], ".", "mdy", False),
        (["1,50", "3/4/2026"], ",", "dmy", False),
        (["1,234", "2026-11-24"], ".", "mdy", True),
        (["13/4/2026", "4/13/2026"], ".", "dmy", False),
    ],
)
def test_decimal_sign_and_order_of_dates(cells: list[str], decimal: str, order: str, is_sure: bool) -> None:
    guess = with_values(Format(), [cells])
    assert (guess.decimal, guess.date_order, guess.date_order_is_sure) == (decimal, order, is_sure)


def archive(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\r\n  \n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (bytes(range(256)) * 20, "full of characters that no text has"),
        (archive(**{"a.csv": "a,b"}), "an archive"),
        (b"PK\x03\x04 and nothing more", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        found(content)


def test_a_workbook_that_would_unpack_to_too_much_is_refused_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.imports.formats._MOST_UNPACKED", 1_000_000)
    bomb = archive(**{"xl/workbook.xml": "0" * 2_000_000})
    assert len(bomb) < 5_000
    with pytest.raises(FileRefused, match="too large"):
        found(bomb)


def test_a_nul_in_a_cell_makes_no_binary_of_a_table() -> None:
    assert found(b"a,b\n" + b"some text,1\n" * 20 + b"x\x00y,2\n").encoding == "utf-8"
