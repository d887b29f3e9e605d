"""Documents as owners have them: a CV, an export from LinkedIn, a Word file, a saved page; and spoiled ones."""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from PIL import Image

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def cv() -> bytes:
    """A PDF in two columns, each written to its end; the name of an employer is a link."""
    pdf = new_pdf()
    pdf.cell(text="Ada Lovelace", new_x="LMARGIN", new_y="NEXT")
    write_column(pdf, 10, ["Experience", "Analyst at Babbage & Co", "for the Analytical Engine,", "1842 to 1843"])
    pdf.link(10, 36, 60, 8, "https://babbage.example/engine?part=1")
    write_column(pdf, 110, ["Skills", "Bernoulli numbers", "French, Italian"])
    pdf.link(110, 36, 60, 8, "mailto:ada@lovelace.example?subject=Hello")
    return bytes(pdf.output())


def linkedin_profile() -> bytes:
    """A PDF as LinkedIn exports it: a bar at the left, whose address goes over two lines, and the profile beside it."""
    pdf = new_pdf()
    write_column(pdf, 10, ["Contact", "ada@lovelace.example", "www.linkedin.com/in/ada-", "lovelace-1815 (LinkedIn)"])
    for y in (44, 52):
        pdf.link(10, y, 60, 8, "https://www.linkedin.com/in/ada-lovelace-1815")
    write_column(pdf, 10, ["Top Skills", "Poetical science", "Number theory"], y=70)
    write_column(pdf, 90, ["Ada Lovelace", "Countess and analyst", "London, England"])
    write_column(pdf, 90, ["Summary", "I write notes that are longer", "than what they are notes on."], y=60)
    return bytes(pdf.output())


def scan() -> bytes:
    """A PDF that is an image only."""
    pdf = FPDF()
    pdf.add_page()
    pdf.image(Image.new("L", (40, 40), 200), w=100)
    return bytes(pdf.output())


def encrypted_pdf(user_password: str, method: str = "AES_256") -> bytes:
    pdf = new_pdf()
    pdf.set_encryption("owner's", user_password, EncryptionMethod[method], AccessPermission.none())
    pdf.cell(text="Not to be printed")
    return bytes(pdf.output())


def odd_pdf() -> bytes:
    """A PDF with a ligature and a soft hyphen, and with null where its list of links belongs."""
    pdf = new_pdf()
    pdf.cell(text="e\xadmail of the of~ce")
    pdf.link(10, 10, 60, 8, "https://lovelace.example")
    data = bytes(pdf.output()).replace(b"/Annots [", b"/Annots null /Nothing [")
    return data.replace(b"/WinAnsiEncoding", b"<</Differences [97/a 126/fi 173/uni00AD]>>")


def long_pdf(pages: int) -> bytes:
    pdf = new_pdf()
    for page in range(pages):
        pdf.multi_cell(0, text=f"Page {page} tells of the engine. " * 100)
        pdf.add_page()
    return bytes(pdf.output())


def endless_pdf() -> bytes:
    """A PDF of a few kilobytes that takes a minute to read."""
    pdf = new_pdf()
    pdf._out("BT /F1 16.00 Tf (a) Tj ET\n" * 2_000_000)
    return bytes(pdf.output())


def pdf_bomb() -> bytes:
    """A PDF of a megabyte, one page of which unpacks to more than a gigabyte."""
    deflate = zlib.compressobj(9, wbits=-15)
    block = deflate.compress(b" " * 10_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)  # which can be repeated
    packed = b"\x78\x9c" + block * 110 + b"\x03\x00"
    head = b"%%PDF-1.7\n1 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    tail = (
        b"\nendstream\nendobj\n2 0 obj\n<</Type/Page/Parent 3 0 R/MediaBox[0 0 99 99]/Contents 1 0 R>>\nendobj\n"
        b"3 0 obj\n<</Type/Pages/Kids[2 0 R]/Count 1>>\nendobj\n4 0 obj\n<</Type/Catalog/Pages 3 0 R>>\nendobj\n"
        b"trailer<</Root 4 0 R>>\n"
    )
    return head + packed + tail


def word_cv(name: str = "Ada Lovelace") -> bytes:
    """A Word file with a table, a link, an image, and the e-mail address in the header."""
    document = Document()
    section = document.sections[0]
    section.header.paragraphs[0].add_run("ada@lovelace.example\t+44 20 1815")
    add_link(section.header.add_paragraph(), "LinkedIn", "https://www.linkedin.com/in/ada")
    section.footer.paragraphs[0].text = "As of 1843"
    section.different_first_page_header_footer = True
    section.first_page_footer.paragraphs[0].text = "As of 1843"
    document.add_heading(name, 0)
    document.add_heading("Work", 1)
    for row in (("Years", "What"), ("1842–1843", "Notes on the engine")):
        cells = (document.tables or [document.add_table(0, 2)])[0].add_row().cells
        cells[0].text, cells[1].text = row
    document.add_paragraph("French", style="List Bullet")
    add_link(document.add_paragraph("See "), "the notes", "https://notes.example/g")
    picture = BytesIO()
    Image.new("L", (40, 40), 200).save(picture, "PNG")
    document.add_picture(BytesIO(picture.getvalue()))
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def text_box() -> bytes:
    """A Word file whose header has a text box, which Word writes twice: for itself, and for old programs."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = "<w:p><w:r><w:t>ada@</w:t></w:r><w:r><w:t>lovelace.example</w:t><w:br/><w:t>London</w:t></w:r></w:p>"
    box = f"<m:Choice>{text}</m:Choice><m:Fallback>{text}</m:Fallback>"
    run = f"<w:p><w:r><m:AlternateContent>{box}</m:AlternateContent></w:r></w:p>"
    header = f'<w:hdr xmlns:w="{word}" xmlns:m="m">{run}</w:hdr>'
    changed = {"word/header1.xml": header.encode(), "word/_rels/header1.xml.rels": b"<none/>"}
    return zipped(parts_of(word_cv()) | changed)


def parts_of(document: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    saved = BytesIO()
    with ZipFile(saved, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return saved.getvalue()


def bomb() -> bytes:
    """A Word file of half a megabyte whose text is 101 MB."""
    return zipped(parts_of(word_cv()) | {"word/document.xml": b" " * 101_000_000})


def saved_page() -> str:
    """A page as a browser saves it: navigation, scripts, a table, links."""
    return """<!DOCTYPE html>
<!-- saved from url=(0032)https://lovelace.example/ada/me/ -->
<html><head><meta charset="utf-8"><title>Ada &amp; her engine</title>
<meta name="description" content="All about   Ada"><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a> <a href="#work">Work</a> <a href="javascript:go()">Go</a></nav>
<h1>Ada <em>Love</em>lace</h1>
<p>Read <a href="../notes.html">the
   notes</a>, write to <a href="mailto:ada@lovelace.example?subject=x">me</a> or call
<a href="tel:+44201815">+44 (20) 18-15</a>.<br>Code: <a href="https://git.example/ada">https://git.example/ada</a></p>
<h2 id="work">Work</h2>
<table><tr><th>Years</th><th>What</th></tr><tr><td><p>1842</p><p>1843</p></td><td>Notes</td></tr></table>
<table><tr><td><h3>Languages</h3><ul><li>French<li>Italian</ul></td><td><h3>Hobbies</h3>Horses</td></tr></table>
<pre>
if engine:
    weave(  )
</pre>
<!-- secret --><script>secret()</script><noscript>secret</noscript><template>secret</template>
<svg><text>secret</text></svg><iframe>secret</iframe>
<div hidden>secret</div><div aria-hidden="true">secret</div><div style="color: red; DISPLAY : none">secret</div>
</body></html>"""


def squeeze(text: str) -> str:
    """Return a text in which all white space is one space."""
    return " ".join(text.split())


def new_pdf() -> FPDF:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=16)
    pdf.add_page()
    return pdf


def write_column(pdf: FPDF, x: float, lines: list[str], y: float = 28) -> None:
    pdf.set_y(y)
    for line in lines:
        pdf.set_x(x)
        pdf.cell(80, 8, line, new_y="NEXT")


def add_link(paragraph: Paragraph, text: str, address: str) -> None:
    """Add what python-docx has no call for."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(paragraph.add_run(text)._r)
    paragraph._p.append(link)
