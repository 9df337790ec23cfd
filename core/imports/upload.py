"""Taking a file in: streamed to the storage, hashed on its way, and looked at before it becomes an import."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from core.accounts.models import User
from core.events.log import Entry, actor_for, write
from core.imports import mapping, steps
from core.imports.formats import FileRefused, Format, detect, with_values
from core.imports.importers import Importer
from core.imports.models import Import
from core.imports.reading import Line, Table, opened, table

LARGEST = 1 << 30
LOOKED_AT = 1_000  # rows that formats are guessed from
SHOWN = 3
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file: its columns, and some rows of cells."""

    columns: list[str]
    rows: list[list[str]]

    def of(self, column: str) -> list[str]:
        """The first few things that ``column`` says."""
        place = self.columns.index(column)
        return [row[place] if place < len(row) else "" for row in self.rows[:SHOWN]]


class SizeLimit(FileUploadHandler):
    """Stops to keep an upload at the limit, so that no disk fills while its end is awaited."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._size = 0
        self.is_over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._size += len(raw_data)
        if self._size > LARGEST:
            self.is_over = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def receive(of: Importer, content: "File[bytes]", name: str, *, by: User | None) -> Import:
    """Store ``content`` and make an import of it, its format and mapping guessed.

    Raises :class:`FileRefused`; then nothing is kept of it.
    """
    passing = _Passing(content)
    stored = default_storage.save(f"imports/{timezone.now():%Y/%m}/{uuid4().hex}", passing)
    try:
        return _made(of, stored, name, passing, by)
    except BaseException:
        default_storage.delete(stored)
        raise


def look(kept: Import, form: Format) -> Sample:
    """The beginning of the file, read as ``form`` says. Raises :class:`FileRefused`."""
    with opened(kept.file.name or "", form) as read:
        return _sample(read)


def is_of_parts(sample: Sample, column: str) -> bool:
    """Whether many ids of ``column`` come again on lines that differ: then a line is not a whole row."""
    place = sample.columns.index(column)
    seen: dict[str, list[str]] = {}
    again = sum(
        1
        for row in sample.rows
        if place < len(row) and row[place] and seen.setdefault(row[place], row) != row
    )
    return again > 1 and again * 10 > len(sample.rows)


@transaction.atomic
def _made(of: Importer, stored: str, name: str, passing: "_Passing", by: User | None) -> Import:
    with default_storage.open(stored, "rb") as file:
        form, sample = _looked_at(file, name)
    if form.kind == "csv":
        form = replace(form, lines=max(0, passing.newlines - form.header))
    targets = of.targets(by)
    chosen = mapping.matched(targets, sample.columns)
    options: dict[str, Any] = {}
    remembered = (
        steps.mappings_for(by, of.noun).filter(header_hash=mapping.header_hash(sample.columns)).first()
    )
    if remembered is not None:
        kept = mapping.from_json(remembered.mapping)
        chosen, options = mapping.kept_to(kept, targets, sample.columns), remembered.options
    made = Import.objects.create(
        noun=of.noun,
        file_name=_shown_name(name),
        file=stored,
        size=passing.size_read,
        sha256=passing.sha256.hexdigest(),
        format=form.to_json(),
        mapping=chosen.to_json(),
        options=options,
        created_by=by,
    )
    data = {"noun": of.noun, "size": made.size, "sha256": made.sha256}
    write([Entry("import_uploaded", "import", made.pk, data)], actor=actor_for(by), source="dashboard")
    return made


def _looked_at(file: IO[bytes], name: str) -> tuple[Format, Sample]:
    form = detect(file, name)
    with file:
        sample = _sample(table(file, form))
    if not sample.rows:
        raise FileRefused("The file has a header and no rows.")
    return with_values(form, sample.rows), sample


def _sample(read: Table) -> Sample:
    lines: list[Line] = list(islice(read.lines, LOOKED_AT))
    return Sample(read.columns, [line.cells for line in lines])


def _shown_name(name: str) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    return bare.encode("utf-8", "replace").decode()[-255:] or "file"


class _Passing(File):
    """A file that is hashed and counted while the storage reads it."""

    def __init__(self, content: "File[bytes]") -> None:
        super().__init__(content.file, content.name)
        self._content = content
        self.sha256 = hashlib.sha256()
        self.size_read = 0
        self._feeds = 0
        self._returns = 0

    @property
    def newlines(self) -> int:
        return self._feeds or self._returns

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in self._content.chunks(chunk_size or _CHUNK):
            self.sha256.update(chunk)
            self.size_read += len(chunk)
            self._feeds += chunk.count(b"\n")
            self._returns += chunk.count(b"\r")
            if self.size_read > LARGEST:
                raise FileRefused(f"The file is larger than {filesizeformat(LARGEST)}.")
            yield chunk
