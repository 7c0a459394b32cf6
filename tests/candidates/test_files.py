"""The storage of uploaded files, in a folder and in memory."""

import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.http import parse_options_header

from ats.candidates import files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not yet" / "there"


@pytest.fixture(params=["file", "memory"])
def storage(request: pytest.FixtureRequest, folder: Path) -> Iterator[None]:
    app = Flask(__name__)
    app.config["UPLOADS_URL"] = folder.as_uri() if request.param == "file" else "memory:///"
    with app.app_context():
        yield


@pytest.fixture
def in_folder(folder: Path) -> Iterator[Path]:
    app = Flask(__name__)
    app.config["UPLOADS_URL"] = folder.as_uri()
    with app.app_context():
        yield folder


@pytest.mark.usefixtures("storage")
def test_what_is_stored_can_be_read_and_deleted() -> None:
    content = os.urandom(700_000)
    key = files.store(content)
    assert files.read(key) == content
    pieces = list(files.stream(key))
    assert b"".join(pieces) == content
    assert all(isinstance(piece, bytes) for piece in pieces)
    files.delete(key)
    with pytest.raises(files.FileMissing):
        files.read(key)


@pytest.mark.usefixtures("storage")
def test_the_same_content_twice_is_two_files() -> None:
    one, two = files.store(b"same"), files.store(b"same")
    files.delete(one)
    assert files.read(two) == b"same"


@pytest.mark.usefixtures("storage")
def test_a_missing_file_is_missing_before_the_first_piece_is_sent() -> None:
    with pytest.raises(files.FileMissing):
        files.stream("ab/missing")


@pytest.mark.usefixtures("storage")
def test_deleting_twice_is_as_good_as_once() -> None:
    key = files.store(b"x")
    files.delete(key)
    files.delete(key)


def test_the_folder_is_made_for_its_owner_alone(in_folder: Path) -> None:
    files.store(b"x")
    assert in_folder.stat().st_mode & 0o777 == 0o700


def test_no_key_leads_out_of_the_folder(in_folder: Path) -> None:
    files.store(b"x")
    (in_folder.parent / "secret").write_text("secret")
    with pytest.raises(ValueError, match="path"):
        files.read("../secret")


def test_an_address_of_another_kind_is_refused_by_name() -> None:
    app = Flask(__name__)
    app.config["UPLOADS_URL"] = "uploads"
    with app.app_context(), pytest.raises(ValueError, match="UPLOADS_URL"):
        files.store(b"x")


def test_the_sweep_deletes_old_files_without_a_row(in_folder: Path) -> None:
    old_known, old_unknown, new_unknown = (files.store(b"x") for _ in range(3))
    two_hours_ago = time.time() - 7200
    for key in (old_known, old_unknown):
        os.utime(in_folder / key, (two_hours_ago, two_hours_ago))
    asked: list[str] = []

    def known(keys: list[str]) -> set[str]:
        asked.extend(keys)
        return {old_known} & set(keys)

    assert files.sweep(known, older_than=timedelta(hours=1)) == 1  # type: ignore[arg-type]
    assert sorted(asked) == sorted([old_known, old_unknown])
    assert files.read(old_known)
    assert files.read(new_unknown)
    with pytest.raises(files.FileMissing):
        files.read(old_unknown)


@pytest.mark.usefixtures("in_folder")
def test_after_a_fork_the_child_is_told_instead_of_waiting_for_ever() -> None:
    key = files.store(b"x")
    child = os.fork()
    if child == 0:
        try:
            files.read(key)
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    for _ in range(100):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.05)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail("the child waits for ever")
    assert os.waitstatus_to_exitcode(status) == 7


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("resume.pdf", "resume.pdf"),
        ("C:\\Users\\ana\\My Resume.pdf", "My Resume.pdf"),
        ("../../etc/passwd", "passwd"),
        ("Nguyễn Thị Minh Khai.docx", "Nguyễn Thị Minh Khai.docx"),
        ("سيرة ليلى.pdf", "سيرة ليلى.pdf"),
        ("resume\u202efdp.exe", "resumefdp.exe"),
        ("re\u200bsu\u2066me\ufeff.pdf", "resume.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("nul\0.pdf", "nul.pdf"),
        ("lone\udcff.pdf", "lone.pdf"),
        (".pdf", "pdf"),
        ("", "file"),
        ("///", "file"),
        ("a" * 300 + ".docx", "a" * 115 + ".docx"),
        ("a." + "b" * 300, "a." + "b" * 118),
    ],
)
def test_a_name_is_cleaned_of_paths_and_of_what_cannot_be_seen(given: str, kept: str) -> None:
    assert files.download_name(given) == kept


@pytest.mark.parametrize(
    "name",
    [
        "resume.pdf",
        "Ana's résumé (final).pdf",
        "Łukasz Żółć.docx",
        'quo"te\\d;%41.pdf',
        "李.pdf",
        "a\r\nSet-Cookie: x.pdf",
        "🎉.pdf",
    ],
)
def test_the_header_gives_the_name_back_and_stays_one_ascii_line(name: str) -> None:
    header = files.content_disposition("attachment", name)
    assert header.isascii()
    assert header.isprintable()
    assert re.fullmatch(r"""attachment; filename="[^"\\%]+"(; filename\*=UTF-8''[^\s"'()*/;]+)?""", header)
    disposition, options = parse_options_header(header)
    assert disposition == "attachment"
    assert options["filename"] == files.download_name(name)
