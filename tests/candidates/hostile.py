"""Files that somebody sends to hurt: each function makes one."""

import io
import zipfile
from xml.sax.saxutils import escape

import pypdf
from docx import Document
from fpdf import FPDF

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(text: str = "An honest resume") -> bytes:
    document = Document()
    document.add_paragraph(text)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def pdf(*pages: str) -> bytes:
    document = FPDF()
    document.set_font("helvetica")
    for text in pages or ("An honest resume",):
        document.add_page()
        document.cell(text=text)
    return bytes(document.output())


def docx_with(parts: dict[str, bytes | str], *, without: tuple[str, ...] = ()) -> bytes:
    """An honest DOCX in which some parts are replaced, added or left out."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as honest, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as forged:
        for name in honest.namelist():
            if name not in parts and name not in without:
                forged.writestr(name, honest.read(name))
        for name, part in parts.items():
            forged.writestr(name, part)
    return content.getvalue()


def bomb_docx(megabytes: int) -> bytes:
    """Unpacks to that many megabytes of well-formed document."""
    start = f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>'.encode()
    content = io.BytesIO(docx_with({}, without=("word/document.xml",)))
    with (
        zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as forged,
        forged.open("word/document.xml", "w") as part,
    ):
        part.write(start)
        for _ in range(megabytes):
            part.write(b"a" * 1024 * 1024)
        part.write(b"</w:t></w:r></w:p></w:body></w:document>")
    return content.getvalue()


def nested_docx(depth: int) -> bytes:
    """Content controls within content controls."""
    inside = "<w:sdt><w:sdtContent>" * depth + "<w:p/>" + "</w:sdtContent></w:sdt>" * depth
    return docx_with({"word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{inside}</w:body></w:document>'})


def crowded_docx(entries: int) -> bytes:
    """An archive of very many empty files."""
    return docx_with({f"word/{number}": b"" for number in range(entries)})


def xxe_docx(path: str) -> bytes:
    """Asks the reader to paste a file of the machine into the text."""
    return docx_with({"word/document.xml": _with_entity(f'<!ENTITY x SYSTEM "file://{escape(path)}">', "&x;")})


def laughing_docx() -> bytes:
    """Ten to the ninth laughs, in text and in an attribute."""
    entities = '<!ENTITY l0 "laugh">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return docx_with({"word/document.xml": _with_entity(entities, "&l9;", attribute="&l9;")})


def endless_pdf(pages: int) -> bytes:
    return pdf(*(f"This is page {number}." for number in range(1, pages + 1)))


def bomb_pdf(megabytes: int) -> bytes:
    """A page whose drawing unpacks to that many megabytes; reading one takes seconds."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    stream = pypdf.generic.StreamObject()
    stream.set_data(b"BT (a) Tj ET " * (megabytes * 1024 * 1024 // 13))
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def encrypted_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Only with the password")))
    writer.encrypt("open sesame", algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def _with_entity(entities: str, text: str, *, attribute: str = "") -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><w:document xmlns:w="{_WORD}"><w:body>'
        f'<w:p a="{attribute}"><w:r><w:t>Before {text} after</w:t></w:r></w:p></w:body></w:document>'
    )
