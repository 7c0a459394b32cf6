"""Writes the resumes of the demo's people, as the two kinds of file that real people send."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.shared import Mm, RGBColor
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ats.dev.people import Person

INK, QUIET, LINE = (32, 36, 44), (98, 104, 116), (205, 209, 217)
NEXT_LINE: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
STAY: dict[str, Any] = {"new_x": XPos.RIGHT, "new_y": YPos.TOP}


def fits_pdf(person: Person) -> bool:
    """Whether `pdf` can write the person. A PDF brings its fonts along, and those that every reader has are Latin-1."""
    try:
        _everything(person).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def pdf(person: Person) -> bytes:
    """A resume of one page. Raises ValueError for a person of whom `fits_pdf` is False."""
    if not fits_pdf(person):
        raise ValueError(f"{person.name} cannot be written in Latin-1")
    page = FPDF(format="A4")
    page.set_title(f"Resume of {person.name}")
    page.core_fonts_encoding = "cp1252"
    page.set_margins(22, 20)
    page.add_page()
    _line(page, person.name, size=22, bold=True)
    _line(page, person.headline, size=11.5, color=QUIET)
    _line(page, f"{person.email}  ·  {person.phone}  ·  {person.city}", size=9.5, color=QUIET)
    _section(page, "Profile")
    _text(page, person.summary)
    _section(page, "Experience")
    for job in person.jobs:
        _line(page, f"{job.title}, {job.company}", size=10.5, bold=True, right=job.years)
        for bullet in job.bullets:
            _text(page, f"•  {bullet}", indent=3)
        page.ln(1.5)
    _section(page, "Education")
    for degree in person.education:
        _text(page, degree)
    _section(page, "Skills and languages")
    _text(page, ", ".join(person.skills))
    _text(page, person.languages)
    return bytes(page.output())


def docx(person: Person) -> bytes:
    """A resume in any script."""
    document = Document()
    document.styles["Normal"].font.name = "Calibri"
    page = document.sections[0]
    page.top_margin = page.bottom_margin = Mm(18)
    page.left_margin = page.right_margin = Mm(24)
    _paragraph(document, person.name, style="Title")
    _paragraph(document, person.headline, color=QUIET)
    _paragraph(document, f"{person.email} · {person.phone} · {person.city}", color=QUIET)
    _paragraph(document, "Profile", style="Heading1")
    _paragraph(document, person.summary)
    _paragraph(document, "Experience", style="Heading1")
    for job in person.jobs:
        _paragraph(document, f"{job.title}, {job.company}", style="Heading2")
        _paragraph(document, job.years, color=QUIET)
        for bullet in job.bullets:
            _paragraph(document, bullet, style="ListBullet")
    _paragraph(document, "Education", style="Heading1")
    for degree in person.education:
        _paragraph(document, degree)
    table = document.add_table(rows=1, cols=2)
    for cell, title, words in zip(
        table.rows[0].cells, ("Skills", "Languages"), (", ".join(person.skills), person.languages), strict=True
    ):
        cell.text = f"{title}\n{words}"
    document.core_properties.title = f"Resume of {person.name}"
    document.core_properties.author = person.name
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _everything(person: Person) -> str:
    jobs = (f"{job.title}{job.company}{job.years}{''.join(job.bullets)}" for job in person.jobs)
    fields = (person.name, person.headline, person.email, person.phone, person.city, person.summary, person.languages)
    return "".join((*fields, *jobs, *person.skills, *person.education))


def _section(page: FPDF, title: str) -> None:
    page.ln(4)
    _line(page, title.upper(), size=9, bold=True, color=QUIET)
    page.set_draw_color(*LINE)
    page.line(page.l_margin, page.get_y(), page.w - page.r_margin, page.get_y())
    page.ln(2)


def _line(
    page: FPDF,
    text: str,
    *,
    size: float,
    bold: bool = False,
    color: tuple[int, int, int] = INK,
    right: str = "",
) -> None:
    page.set_font("helvetica", "B" if bold else "", size)
    page.set_text_color(*color)
    page.cell(page.epw - (28 if right else 0), size * 0.5, text, **(STAY if right else NEXT_LINE))
    if right:
        page.set_font("helvetica", "", 9.5)
        page.set_text_color(*QUIET)
        page.cell(0, size * 0.5, right, align="R", **NEXT_LINE)


def _text(page: FPDF, text: str, *, indent: float = 0) -> None:
    page.set_font("helvetica", "", 10)
    page.set_text_color(*INK)
    page.set_x(page.l_margin + indent)
    fits = page.get_string_width(text) < page.epw - indent - 2 * page.c_margin
    write = page.cell if fits else page.multi_cell  # Breaking lines takes fpdf2 ten times as long.
    write(0, 5, text, align="L", **NEXT_LINE)


def _paragraph(
    document: Any, text: str, *, style: str | None = None, color: tuple[int, int, int] | None = None
) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    if style:
        paragraph._p.style = style  # By its id: looking it up by name takes python-docx half of the whole time.
    if color:
        run.font.color.rgb = RGBColor(*color)
