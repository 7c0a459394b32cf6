"""Reads the text of a resume from standard input, in a process of its own that its limits may end at any moment.

Run as a script: `extract.py <media type> < resume`. Prints `{"text": …}`, null if there is none. It must not import
the application, which would take longer to start than most resumes take to read.
"""

import contextlib
import json
import re
import resource
import sys
import time
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
PAGES = 50
CHARACTERS = 200_000
READING_SECONDS = 5
"""After this no further page is begun, so that what was read of a slow file is not lost to the caller's limit."""

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {_WORD + "tab": "\t", _WORD + "br": "\n", _WORD + "cr": "\n", _WORD + "noBreakHyphen": "-"}
# A text box is stored twice, for new and for old programs; a deleted or moved passage is not part of the text.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {_FALLBACK, _WORD + "del", _WORD + "moveFrom"}
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def main(media_type: str) -> None:
    _limit()
    content = sys.stdin.buffer.read()
    try:
        text = text_of(content, media_type)
    except Exception:  # whatever a parser raises on a broken or hostile file, MemoryError included
        text = ""
    sys.stdout.buffer.write(json.dumps({"text": text or None}, ensure_ascii=False).encode())


def text_of(content: bytes, media_type: str) -> str:
    """The text, read here and now without limits: outside this script for files that we wrote ourselves only."""
    return clean(_capped(_pdf(content) if media_type == "application/pdf" else _docx(content)))


def clean(text: str) -> str:
    """Text that PostgreSQL can hold and people can search: no controls, no ligatures, no runs of space."""
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text).translate(_LIGATURES))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:CHARACTERS]


def _limit() -> None:
    # Not every system knows every limit; the caller's clock ends the process all the same.
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def _capped(pieces: Iterator[str]) -> str:
    parts: list[str] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > 2 * CHARACTERS:  # runs of space are still to go
            break
    return "".join(parts)


def _pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    give_up = time.monotonic() + READING_SECONDS
    for page in islice(PdfReader(BytesIO(content)).pages, PAGES):
        yield page.extract_text() + "\n\n"
        if time.monotonic() > give_up:
            return


def _docx(content: bytes) -> Iterator[str]:
    """Headers, then the body in its order, then footers: a name or an address often stands in the first or the last."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE

    document = Document(BytesIO(content))
    parts = [(rel.reltype, rel.target_part) for rel in document.part.rels.values() if not rel.is_external]
    for kind in (RELATIONSHIP_TYPE.HEADER, None, RELATIONSHIP_TYPE.FOOTER):
        for part in [document.part] if kind is None else [part for reltype, part in parts if reltype == kind]:
            yield from _word_text(part.element)
            yield "\n\n"


def _word_text(element: Any) -> Iterator[str]:
    """Walks the elements themselves: python-docx's own walk leaves out text boxes and content controls."""
    yield (element.text or "") if element.tag == _WORD + "t" else _BREAKS.get(element.tag, "")
    for child in element:
        if child.tag not in _SKIPPED:
            yield from _word_text(child)
    if element.tag == _WORD + "p":
        yield "\n"


if __name__ == "__main__":
    main(sys.argv[1])
