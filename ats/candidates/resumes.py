"""Resumes: which files are taken, and how their text is read without trusting them."""

import json
import logging
import os
import signal
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath

import puremagic

from ats.candidates.files import download_name

log = logging.getLogger(__name__)

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RESUME_TYPES = {".pdf": PDF, ".docx": DOCX}
"""The media type of each ending that a resume may have."""

MAX_BYTES = 10 * 1024 * 1024
EXTRACT_SECONDS = 10
"""The longest that reading the text of one resume may take."""

MAX_ZIP_ENTRIES = 2000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024


class ResumeRefused(ValueError):
    """This file is not taken. The text says why and what to do, fit to show."""


def check(name: str, content: bytes) -> str:
    """The media type of a resume that both its name and its content say it is. Raises `ResumeRefused`."""
    ending = PurePosixPath(download_name(name)).suffix.lower()
    if ending in (".doc", ".docm", ".dotm", ".odt", ".rtf", ".pages"):
        raise ResumeRefused(f"A {ending} file can't be taken. Save it as PDF or as .docx, then upload that.")
    if ending not in RESUME_TYPES:
        raise ResumeRefused("Choose a PDF or a Word document: its name ends in .pdf or .docx.")
    if not content:
        raise ResumeRefused("This file is empty. Choose the file once more.")
    if len(content) > MAX_BYTES:
        raise ResumeRefused(f"This file is larger than {MAX_BYTES // 1024**2} MB. Choose a smaller one.")
    if RESUME_TYPES[ending] == PDF:
        _check_pdf(content)
    else:
        _check_docx(content)
    return RESUME_TYPES[ending]


def extract_text(content: bytes, media_type: str) -> str | None:
    """The text of a resume, or None if it has none that can be read within the limits. Never raises for a bad file.

    Takes up to `EXTRACT_SECONDS`: call it from a job, not from a request.
    """
    # Run by its path, since `-m` would import the package and all of Flask first; -P keeps this folder's modules from
    # shadowing others. What parses strangers' files is given none of the secrets in our environment.
    script = Path(__file__).with_name("extract.py")
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if key in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-P", str(script), media_type],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    with child:
        try:
            output, _ = child.communicate(content, timeout=EXTRACT_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("no text from a resume of %d bytes: not read within %d seconds", len(content), EXTRACT_SECONDS)
            return None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode != 0:
        log.warning("no text from a resume of %d bytes: its reader ended with %d", len(content), child.returncode)
        return None
    return json.loads(output)["text"]


def _check_pdf(content: bytes) -> None:
    if PDF not in _found_types(content):
        raise ResumeRefused("This file is named .pdf but isn't a PDF. Save or print it as PDF and upload that.")


def _check_docx(content: bytes) -> None:
    if "application/msword" in _found_types(content):
        # A Word document with a password is wrapped in the container of the old .doc format.
        raise ResumeRefused("This Word document has a password or the old .doc format. Save it as PDF and upload that.")
    refusal = ResumeRefused("This file is named .docx but isn't a Word document. Save it as .docx or PDF once more.")
    # The count comes first: opening an archive of a hundred thousand entries takes seconds.
    if not content.startswith(b"PK\x03\x04") or content.count(b"PK\x01\x02") > MAX_ZIP_ENTRIES:
        raise refusal
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = {entry.filename: entry.file_size for entry in archive.infolist()}
            with archive.open("[Content_Types].xml") as listing:
                types = listing.read(1024 * 1024)
    except Exception as error:  # zipfile raises a dozen kinds on a broken archive
        raise refusal from error
    if b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in entries):
        raise ResumeRefused("This Word document contains macros. Save it as PDF or as a plain .docx and upload that.")
    if b"wordprocessingml.document.main+xml" not in types or "word/document.xml" not in entries:
        raise refusal
    if sum(entries.values()) > MAX_UNPACKED_BYTES:
        raise ResumeRefused("This Word document holds too much to be opened. Save it as PDF and upload that.")


def _found_types(content: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(content)}
    except puremagic.PureError:
        return set()
