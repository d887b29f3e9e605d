"""Draw the documents here whose names begin with `reportlab` or `fpdf2`, with these two, in this folder."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

TOP = 780


def draw_by_rows(name: str, columns: list[tuple[int, list[str]]]) -> None:
    """Draw columns, each at its x, row by row: a reader has to find out what belongs together."""
    canvas = Canvas(f"{name}.pdf", pagesize=A4)
    canvas.setFont("DejaVu", 9)
    for row in range(max(len(lines) for _, lines in columns)):
        for x, lines in columns:
            if row < len(lines) and lines[row]:
                canvas.drawString(x, TOP - 14 * row, lines[row])
    canvas.save()


def draw_spaced_letters() -> None:
    """Draw headings with spaces between their letters: by Tc, and typed."""
    canvas = Canvas("reportlab-spaced-letters.pdf", pagesize=A4)
    headings = {1: 2, 3: 5, 5: 9, 11: 1.2}
    lines = [
        *("EMPLOYMENT HISTORY", "Tanner at Mill Lane, 2001 to 2012"),
        *("SKILLS AND TOOLS", "Fleshing knife, beam, patience"),
        *("AWARDS", "Silver medal, Leather Fair of 2010"),
        *("P U B L I C A T I O N S", "“Oak bark and other tannins”, 2014"),
        *("C O N T A C T   D E T A I L S", "tanner@mill-lane.example, 01632 960 188"),
        *("Hobbies", "A B C of knots; plan B; vitamin C"),
    ]
    for number, line in enumerate(lines, 1):
        text = canvas.beginText(50, TOP - 20 * number)
        text.setFont("Helvetica-Bold" if number % 2 else "Helvetica", 12)
        text.setCharSpace(headings.get(number, 0))
        text.textOut(line)
        text.setCharSpace(0)
        canvas.drawText(text)
    canvas.save()


def draw_form() -> None:
    """Draw a form that is filled in: labels at the left, above, and at the right of boxes."""
    canvas = Canvas("reportlab-form.pdf", pagesize=A4)
    canvas.setFont("Helvetica", 10)
    labels = {780: "Registration for the spring course", 745: "Family name", 715: "Trade"}
    labels |= {685: "What do you expect of us?", 613: "I eat no meat", 591: "I come by car"}
    for y, label in {**labels, 560: "Room", 520: "Signed in Turku on 4 May"}.items():
        canvas.drawString(70 if y in (613, 591) else 50, y, label)
    form = canvas.acroForm
    form.textfield(name="family", value="Haapasalo", x=150, y=738, width=200, height=18)
    form.textfield(name="trade", value="Cooper, third generation", x=150, y=708, width=200, height=18)
    form.textfield(name="wish", value="To learn how to bend staves without steam", x=50, y=640, width=400, height=36)
    form.checkbox(name="meat", checked=True, x=50, y=610, size=14)
    form.checkbox(name="car", checked=False, x=50, y=588, size=14)
    options = ["single", "shared", "none"]
    form.choice(name="room", value="shared", options=options, x=150, y=553, width=120, height=18)
    canvas.save()


def draw_japanese() -> None:
    """Draw lines in a font that is not embedded."""
    canvas = Canvas("reportlab-japanese.pdf", pagesize=A4)
    canvas.setFont("HeiseiMin-W3", 12)
    for number, line in enumerate(Path("reportlab-japanese.txt").read_text().splitlines()):
        canvas.drawString(60, 760 - 22 * number, line)
    canvas.save()


def draw_justified() -> None:
    """Write paragraphs whose spaces are stretched."""
    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("Liberation", fname="LiberationSerif-Regular.ttf")
    pdf.set_font("Liberation", size=11)
    for paragraph in Path("fpdf2-justified.txt").read_text().splitlines():
        pdf.multi_cell(90, 6, paragraph, align="J", new_x="LMARGIN")
    pdf.output("fpdf2-justified.pdf")


def main() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", "DejaVuSans.ttf"))
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    draw_spaced_letters()
    draw_form()
    draw_japanese()
    draw_justified()
    for name in ("columns-by-rows", "sidebar-by-rows", "labelled-rows", "table"):
        columns = Path(f"reportlab-{name}.columns").read_text().split("\n\n")
        parts = [column.splitlines() for column in columns]
        draw_by_rows(f"reportlab-{name}", [(int(x), [line.strip("-") for line in lines]) for x, *lines in parts])


if __name__ == "__main__":
    main()
