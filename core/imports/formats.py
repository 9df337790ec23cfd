"""How an uploaded file is to be read: found out from its beginning, changeable by the person."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import IO, Any

import chardet

SAMPLE = 64 * 1024
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with BOM",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Western European (Windows-1252)",
    "iso8859-15": "Western European (ISO 8859-15)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "mac-roman": "Western European (Macintosh)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc-kr": "Korean (EUC-KR)",
}
DELIMITERS = {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |"}
DECIMALS = {".": "Point: 1,234.50", ",": "Comma: 1.234,50"}
DATE_ORDERS = {"mdy": "Month first: 11/24/2026", "dmy": "Day first: 24/11/2026"}

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SURE_ENOUGH = 0.2  # chardet's own measure; below it a guess is worth less than the most common encoding
_MOST_UNPACKED = 400_000_000
_NO_TABLE = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save it as .xlsx or .csv first",
    b"PAR1": "a Parquet file; export it as CSV first",
    b"SQLite format 3": "a database",
    b"MZ": "a program",
    b"\x7fELF": "a program",
}
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 12, 13, 27})
_COMMA_NUMBER = re.compile(r"-?(\d+,\d{1,2}|\d{1,3}([. ’']\d{3})+,\d{1,4})")
_POINT_NUMBER = re.compile(r"-?(\d+\.\d{1,2}|\d{1,3}([, ’']\d{3})+\.\d{1,4})")
_DAY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})[/.-]\d{2,4}\b")


class FileRefused(Exception):
    """A file that cannot be imported; the message is for the person who brought it."""


@dataclass(frozen=True, slots=True)
class Format:
    """How to read one file. ``lines`` is about how many it has, for showing progress; 0: not known."""

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    newline: str = "\r\n"
    decimal: str = "."
    date_order: str = "mdy"
    date_order_is_sure: bool = True
    header: bool = True
    lines: int = 0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Format":
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def detect(file: IO[bytes], name: str = "") -> Format:
    """The format that ``file`` most likely has. Raises :class:`FileRefused` for what is no table."""
    file.seek(0)
    sample = file.read(SAMPLE)
    file.seek(0)
    if not sample.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileRefused("The file is empty.")
    if sample.startswith(b"PK"):
        _refuse_what_is_no_workbook(file)
        return Format(kind="xlsx", encoding="utf-8-sig")
    for magic, words in _NO_TABLE.items():
        if sample.startswith(magic):
            raise FileRefused(f"This is not a table but {words}.")
    encoding = _encoding(sample)
    text = _decoded(sample, encoding)
    if "utf-16" not in encoding and _is_binary(sample):
        raise FileRefused("This is not a table: it is full of characters that no text has.")
    delimiter = _delimiter(text)
    return Format(
        encoding=encoding,
        delimiter=delimiter,
        quote=_quote(text, delimiter),
        newline="\r\n" if "\r\n" in text else "\n" if "\n" in text else "\r",
    )


def with_values(found: Format, rows: Sequence[Sequence[str]]) -> Format:
    """``found`` with decimal sign and date order as these rows of the file suggest."""
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(1 for cell in cells if _COMMA_NUMBER.fullmatch(cell))
    points = sum(1 for cell in cells if _POINT_NUMBER.fullmatch(cell))
    decimal = "," if commas > points else "."
    order, is_sure = _date_order(cells, decimal)
    return replace(found, decimal=decimal, date_order=order, date_order_is_sure=is_sure)


def _encoding(sample: bytes) -> str:
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    pairs = len(sample) // 2
    if pairs and sample[1::2].count(0) > pairs * 0.3 and sample[::2].count(0) < pairs * 0.05:
        return "utf-16-le"
    if pairs and sample[::2].count(0) > pairs * 0.3 and sample[1::2].count(0) < pairs * 0.05:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _suggestion(sample)
    return "utf-8"


def _suggestion(sample: bytes) -> str:
    """For bytes that are no UTF-8. A file that mostly is has a few spoilt rows, which are better named."""
    text = sample.decode("utf-8", "surrogateescape")
    spoilt = sum(1 for character in text if "\udc80" <= character <= "\udcff")
    foreign = sum(1 for character in text if character > "\x7f") - spoilt
    if foreign > spoilt * 4:
        return "utf-8"
    guess = chardet.detect(sample)
    try:
        name = codecs.lookup(guess["encoding"] or "").name
    except LookupError:
        return "cp1252"
    return name if name in ENCODINGS and guess["confidence"] >= _SURE_ENOUGH else "cp1252"


def _decoded(sample: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(sample)


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return controls > len(sample) * 0.01 or sample.count(0) > len(sample) * 0.1


def _refuse_what_is_no_workbook(file: IO[bytes]) -> None:
    """Look into the archive without unpacking it: what it holds, and how large that would be."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        raise FileRefused("This is a damaged archive.") from None
    finally:
        file.seek(0)
    if not any(part.filename.startswith("xl/workbook.") for part in parts):
        raise FileRefused("This is an archive, not a table. Unpack it first.")
    if sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise FileRefused("This workbook is too large. Save its sheet as CSV, which may be of any length.")


def _delimiter(text: str) -> str:
    """The candidate that cuts most lines into the same number of cells, more than one."""
    lines = text.splitlines()[:60]
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=candidate) if row)
        if not counts:
            continue
        cells, rows = counts.most_common(1)[0]
        if cells < 2:
            continue
        score = (round(rows / sum(counts.values()), 1), cells)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _quote(text: str, delimiter: str) -> str:
    def surrounds(mark: str) -> int:
        return text.count(f"{delimiter}{mark}") + text.count(f"{mark}{delimiter}")

    return "'" if '"' not in text and surrounds("'") > 2 else '"'


def _date_order(cells: Sequence[str], decimal: str) -> tuple[str, bool]:
    days = [found for cell in cells if (found := _DAY.match(cell))]
    if any(int(found[1]) > 12 for found in days):
        return "dmy", not any(int(found[3]) > 12 for found in days)
    if any(int(found[3]) > 12 for found in days):
        return "mdy", True
    looks_european = decimal == "," or any(found[2] == "." for found in days)
    return ("dmy" if looks_european else "mdy"), not days


def text_stream(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """``file`` as text. Bytes that are none stay recognisable, so that their row can be named."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
