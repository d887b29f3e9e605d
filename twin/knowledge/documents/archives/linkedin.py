"""LinkedIn's export: which of its files and columns describe the owner."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import PurePosixPath

READ = """Profile Profile_Summary Positions Education Skills Languages Certifications Projects Publications Patents
Honors Courses Organizations Volunteering Test_Scores Causes_You_Care_About Recommendations_Received"""
DESCRIBING = [name.replace("_", " ").lower() for name in READ.split()]
OTHER_FILES = """Connections Messages Invitations Email_Addresses Registration Ad_Targeting Recommendations_Given
Contacts ImportedContacts Imported_Contacts PhoneNumbers Phone_Numbers Whatsapp_Phone_Numbers Rich_Media Shares Comments
Reactions SearchQueries Search_Queries Receipts"""
OTHERS = {name.replace("_", " ").lower() for name in OTHER_FILES.split()}  # private, or about others
# LinkedIn shows these to nobody.
SIGNS = ({"First Name", "Maiden Name"}, {"Authority", "License Number"}, {"Job Title", "Creation Date", "Status"})
HIDDEN_COLUMNS = {"Address", "Birth Date", "Zip Code", "Maiden Name", "Instant Messengers", "License Number"}


def is_export(names: list[str]) -> bool:
    """Return whether an archive with these files is LinkedIn's."""
    known = {_name(name) for name in names if name.lower().endswith(".csv")}
    return bool(known & OTHERS) or len(known & {*DESCRIBING}) > 1


def describes_owner(name: str) -> bool:
    """Return whether a file of the export describes the owner, or is an article of theirs."""
    path = PurePosixPath(name)
    is_article = path.suffix.lower() == ".html" and any(part.lower() == "articles" for part in path.parts[:-1])
    return is_article or (path.suffix.lower() == ".csv" and _name(name) in DESCRIBING)


def is_left_out(name: str) -> bool:
    """Return whether a file is named as one of an unpacked export that is private, or about others."""
    return name.lower().endswith(".csv") and _name(name) in OTHERS


def is_table(text: str) -> bool:
    """Return whether a table's header is one of the export's with what LinkedIn does not show."""
    header = {cell.strip() for cell in next(csv.reader([text.lstrip("\ufeff").partition("\n")[0][:2000]]), [])}
    return any(header >= signs for signs in SIGNS)


def rank(name: str) -> tuple[int, str]:
    """Return where a file belongs: the profile first."""
    return DESCRIBING.index(_name(name)) if _name(name) in DESCRIBING else len(DESCRIBING), name


def drop_hidden(text: str) -> str:
    """Return a table without the columns and the recommendations that LinkedIn does not show."""
    rows = list(csv.reader(StringIO(text.lstrip("\ufeff"), newline="")))
    header = rows[0] if rows else []
    shown = [place for place, name in enumerate(header) if name.strip() not in HIDDEN_COLUMNS]
    status = header.index("Status") if "Status" in header else None
    written = StringIO()
    writer = csv.writer(written)
    for number, row in enumerate(rows):
        is_hidden = number > 0 and status is not None and row[status : status + 1] not in ([], ["VISIBLE"])
        if not is_hidden:
            writer.writerow([row[place] for place in shown if place < len(row)])
    return written.getvalue()


def _name(path: str) -> str:
    return PurePosixPath(path).stem.replace("_", " ").lower()
