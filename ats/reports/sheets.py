"""CSV as RFC 4180 has it, that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

from flask import Response

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the head of a file it tells a spreadsheet that this is UTF-8."""
RUNNING = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell of text may begin with that spreadsheets take for a formula."""


def lines(rows: Iterable[Sequence[Any]], *, bom: bool = False) -> Iterator[str]:
    """Each row as a line, ended by CR LF."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    head = BOM if bom else ""
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield head + buffer.getvalue()
        head = ""
        buffer.seek(0)
        buffer.truncate()


def harmless(cell: Any) -> Any:
    """Text that would run as a formula gets an apostrophe in front; numbers are numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(RUNNING) else cell


def download(rows: Iterable[Sequence[Any]], name: str, *, bom: bool = False) -> Response:
    """The answer that a browser saves as `name`, sent as the rows come."""
    answer = Response(lines(rows, bom=bom), mimetype="text/csv")
    answer.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
