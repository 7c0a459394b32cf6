"""Writes the resumes of the demo's people, as the two kinds of file that real people send."""

from io import BytesIO

from docx import Document
from docx.shared import Pt, RGBColor
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ats.dev.people import Person

INK, QUIET, LINE = (32, 36, 44), (98, 104, 116), (205, 209, 217)


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
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    document.add_heading(person.name, level=0)
    _colored(document.add_paragraph().add_run(person.headline))
    _colored(document.add_paragraph().add_run(f"{person.email} · {person.phone} · {person.city}"))
    document.add_heading("Profile", level=1)
    document.add_paragraph(person.summary)
    document.add_heading("Experience", level=1)
    for job in person.jobs:
        heading = document.add_paragraph()
        heading.add_run(f"{job.title}, {job.company}").bold = True
        _colored(heading.add_run(f"   {job.years}"))
        for bullet in job.bullets:
            document.add_paragraph(bullet, style="List Bullet")
    document.add_heading("Education", level=1)
    for degree in person.education:
        document.add_paragraph(degree)
    table = document.add_table(rows=1, cols=2)
    for cell, title, words in zip(
        table.rows[0].cells, ("Skills", "Languages"), (", ".join(person.skills), person.languages), strict=True
    ):
        cell.paragraphs[0].add_run(title).bold = True
        cell.add_paragraph(words)
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
    width = page.epw - (28 if right else 0)
    page.multi_cell(
        width, size * 0.5, text, new_x=XPos.RIGHT if right else XPos.LMARGIN, new_y=YPos.TOP if right else YPos.NEXT
    )
    if right:
        page.set_font("helvetica", "", 9.5)
        page.set_text_color(*QUIET)
        page.cell(0, size * 0.5, right, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _text(page: FPDF, text: str, *, indent: float = 0) -> None:
    page.set_font("helvetica", "", 10)
    page.set_text_color(*INK)
    page.set_x(page.l_margin + indent)
    page.multi_cell(0, 5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _colored(run: object) -> None:
    run.font.color.rgb = RGBColor(*QUIET)  # type: ignore[attr-defined]
