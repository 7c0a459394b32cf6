"""Which files are taken as resumes, and what text comes out of them, honest or hostile."""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ats.candidates import extract, resumes
from ats.candidates.resumes import DOCX, MAX_BYTES, PDF, ResumeRefused
from tests.candidates import hostile

CORPUS = Path(__file__).parent / "resumes"
WORDS = {
    "chromium.pdf": ("Nguyễn Thị Minh Khai", "Kỹ sư phần mềm", "Efficient workflows", "Tiếng Việt"),
    "cairo.pdf": ("Nguyễn Thị Minh Khai", "office floor plans of 400 buildings"),
    "libreoffice.pdf": ("Łukasz Żółć", "Zażółć gęślą jaźń", "close from nine working days"),
    "libreoffice.docx": (
        "Ana Sousa · ana.sousa@mail.example",  # the header
        "São João da Madeira",
        "Portfolio: example.org/sousa",  # a text box
        "Ilustração, Papillon Santé",  # a table
        "References on request",  # the footer
    ),
    "latex.pdf": ("Zoë Wielgósz", "Efficient, affordable office networks; first in the field to flush them"),
    "groff.pdf": ("Máire O’Riordan", "halved the alerts; first fix before coffee"),
    "fpdf2.pdf": ("Inês Conceição Brandão", "Kept 92 % of my accounts"),
    "python-docx.docx": ("Оксана Їжакевич", "العربية", "De-escalation, SQL basics"),
}


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ResumeRefused) as refused:
        resumes.check(name, content)
    return str(refused.value)


def test_every_resume_of_the_corpus_is_looked_into() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.suffix in resumes.RESUME_TYPES} == set(WORDS)


@pytest.mark.parametrize("name", WORDS)
def test_the_text_comes_out_whatever_program_wrote_it(name: str) -> None:
    content = (CORPUS / name).read_bytes()
    text = resumes.extract_text(content, resumes.check(name, content))
    assert text is not None
    for words in WORDS[name]:
        assert words in text
        assert text.count(words) == 1


def test_a_word_document_is_read_in_its_order() -> None:
    text = resumes.extract_text((CORPUS / "libreoffice.docx").read_bytes(), DOCX)
    assert text is not None
    passages = ("Ana Sousa", "Currículo", "2022–today", "2019–2022", "français", "References")
    places = [text.index(words) for words in passages]
    assert places == sorted(places)


def test_a_deleted_passage_is_not_part_of_the_text() -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = (
        f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>Kept</w:t></w:r>'
        "<w:del><w:r><w:t>Struck out</w:t></w:r></w:del>"
        "<w:ins><w:r><w:tab/><w:t>Put in</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )
    assert resumes.extract_text(hostile.docx_with({"word/document.xml": document}), DOCX) == "Kept Put in"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("resume.pdf", hostile.pdf(), PDF),
        ("RESUME.PDF", hostile.pdf(), PDF),
        ("resume.docx", hostile.docx(), DOCX),
        ("locked.pdf", hostile.encrypted_pdf(), PDF),
        ("page.pdf", hostile.pdf() + b"<script>alert(1)</script>", PDF),
        ("exactly.pdf", hostile.pdf().ljust(MAX_BYTES), PDF),
    ],
)
def test_a_resume_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert resumes.check(name, content) == media_type


OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1").ljust(4096, b"\0")
SHEET_TYPES = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPES = b"application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.pdf", b"", "empty"),
        ("large.pdf", hostile.pdf().ljust(MAX_BYTES + 1), "larger than 10 MB"),
        ("resume.exe", hostile.pdf(), ".pdf or .docx"),
        ("resume", hostile.pdf(), ".pdf or .docx"),
        ("resume.pdf.html", hostile.pdf(), ".pdf or .docx"),
        ("exe.\u202efdp", hostile.pdf(), ".pdf or .docx"),  # shown as exe.pdf
        ("resume.doc", OLD_WORD, "Save it as PDF"),
        ("resume.docm", hostile.docx(), "Save it as PDF"),
        ("program.pdf", b"MZ\x90\0" + bytes(2000), "isn't a PDF"),
        ("page.pdf", b"<!doctype html><script>alert(1)</script>", "isn't a PDF"),
        ("polyglot.pdf", b"<html><!-- " + hostile.pdf(), "isn't a PDF"),
        ("word.pdf", hostile.docx(), "isn't a PDF"),
        ("portable.docx", hostile.pdf(), "isn't a Word document"),
        ("both.docx", hostile.pdf() + hostile.docx(), "isn't a Word document"),
        ("archive.docx", hostile.docx_with({}, without=("[Content_Types].xml",)), "isn't a Word document"),
        ("hollow.docx", hostile.docx_with({}, without=("word/document.xml",)), "isn't a Word document"),
        ("sheet.docx", hostile.docx_with({"[Content_Types].xml": SHEET_TYPES}), "isn't a Word document"),
        ("cut.docx", hostile.docx()[:3000], "isn't a Word document"),
        ("crowd.docx", hostile.crowded_docx(3000), "isn't a Word document"),
        ("locked.docx", OLD_WORD, "password"),
        ("macro.docx", hostile.docx_with({"word/vbaProject.bin": OLD_WORD}), "macros"),
        ("macro.docx", hostile.docx_with({"[Content_Types].xml": MACRO_TYPES}), "macros"),
        ("bomb.docx", hostile.bomb_docx(201), "too much"),
    ],
)
def test_a_file_is_refused_with_a_sentence_that_says_why(name: str, content: bytes, says: str) -> None:
    message = refusal(name, content)
    assert says in message
    assert message[0].isupper()
    assert message.endswith(".")


def test_a_crowded_archive_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = hostile.crowded_docx(3000)
    opened: list[object] = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *given: opened.append(given))
    refusal("crowd.docx", content)
    assert not opened


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(lambda: hostile.bomb_docx(150), DOCX, id="bomb"),
        pytest.param(lambda: hostile.bomb_docx(450), DOCX, id="larger bomb"),
        pytest.param(lambda: hostile.nested_docx(5000), DOCX, id="nested"),
        pytest.param(hostile.laughing_docx, DOCX, id="laughs"),
        pytest.param(lambda: hostile.docx()[:3000], DOCX, id="cut"),
        pytest.param(lambda: hostile.pdf(), DOCX, id="not a zip"),
        pytest.param(lambda: b"", DOCX, id="nothing"),
        pytest.param(lambda: hostile.bomb_pdf(100), PDF, id="pdf bomb"),
        pytest.param(hostile.encrypted_pdf, PDF, id="encrypted"),
        pytest.param(lambda: hostile.pdf()[:600], PDF, id="cut pdf"),
        pytest.param(lambda: b"%PDF-1.7\n" + b"\0\xff" * 100_000, PDF, id="noise"),
        pytest.param(lambda: hostile.pdf(" "), PDF, id="blank"),
        pytest.param(lambda: b"", PDF, id="no pdf"),
    ],
)
def test_a_file_that_cannot_be_read_has_no_text(content: Callable[[], bytes], media_type: str) -> None:
    made = content()
    began = time.monotonic()
    assert resumes.extract_text(made, media_type) is None
    assert time.monotonic() - began < resumes.EXTRACT_SECONDS


def test_a_document_cannot_read_the_files_of_the_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    text = resumes.extract_text(hostile.xxe_docx(str(secret)), DOCX)
    assert text is not None
    assert "Before" in text
    assert "secret" not in text


def test_only_the_first_pages_of_a_very_long_file_are_read() -> None:
    content = hostile.endless_pdf(5000)
    began = time.monotonic()
    text = resumes.extract_text(content, PDF)
    assert time.monotonic() - began < resumes.EXTRACT_SECONDS
    assert text is not None
    assert "This is page 50." in text
    assert "page 51" not in text


def test_no_page_is_begun_when_the_time_is_nearly_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "READING_SECONDS", -1)
    assert list(extract._pdf(hostile.pdf("one", "two"))) == ["one\n\n"]


def test_a_very_long_text_is_cut() -> None:
    text = resumes.extract_text(hostile.docx("word " * 200_000), DOCX)
    assert text is not None
    assert len(text) == extract.CHARACTERS


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_reader_that_takes_too_long_is_ended_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumes, "EXTRACT_SECONDS", 1)
    content = hostile.bomb_pdf(4)  # takes some eight seconds to read
    began = time.monotonic()
    assert resumes.extract_text(content, PDF) is None
    assert time.monotonic() - began < 3
    assert not [stat for stat in Path("/proc").glob("[0-9]*/stat") if _is_our_reader(stat)]


def test_a_reader_that_dies_gives_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert resumes.extract_text(hostile.pdf(), PDF) is None


def _is_our_reader(stat: Path) -> bool:
    try:
        parent = stat.read_text().rpartition(")")[2].split()[1]
        return int(parent) == os.getpid() and b"extract.py" in (stat.parent / "cmdline").read_bytes()
    except OSError:  # it ended while we looked
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not know this limit")
def test_the_reader_has_no_more_memory_than_it_is_given() -> None:
    program = "import extract; extract._limit(); bytearray(2 * extract.MEMORY_BYTES)"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(extract.__file__).parent, capture_output=True, text=True, check=False
    )
    assert "MemoryError" in ended.stderr


def test_the_reader_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    given: dict[str, str] = {}
    popen = subprocess.Popen

    def remember(*arguments: object, **options: object) -> object:
        given.update(options["env"])  # type: ignore[call-overload]
        return popen(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", remember)
    assert resumes.extract_text(hostile.pdf(), PDF) == "An honest resume"
    assert "SECRET_KEY" not in given


def test_the_reader_starts_without_the_application() -> None:
    program = "import sys, extract; print(sorted({'flask', 'sqlalchemy', 'ats'} & set(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(extract.__file__).parent, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\0b\x07c", "abc"),
        ("lone \ud800 half", "lone half"),
        ("of\ufb01ce di\ufb03cult", "office difficult"),
        ("e\u0301te\u0301", "été"),
        ("soft\u00adware", "software"),
        ("evil \u202egnp", "evil gnp"),
        ("a \t\u00a0 b  \r\n\r\n\n\n\n c ", "a b\n\nc"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian needs its zero-width non-joiner
        (" \n\t ", ""),
    ],
)
def test_text_is_cleaned(raw: str, cleaned: str) -> None:
    assert extract.clean(raw) == cleaned
