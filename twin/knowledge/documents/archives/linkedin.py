"""LinkedIn's export: which of its files and columns describe the owner."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO
from pathlib import PurePosixPath

from ..extraction import MAX_BYTES

# Files that describe the owner, in the order in which they are read, and their columns.
DESCRIBING_FILES = """
Profile: First Name, Last Name, Maiden Name, Address, Birth Date, Headline, Summary, Industry, Zip Code, Geo Location
Profile Summary: Profile Summary
Positions: Company Name, Title, Description, Location, Started On, Finished On
Education: School Name, Start Date, End Date, Notes, Degree Name, Activities
Skills: Name
Languages: Name, Proficiency
Certifications: Name, Url, Authority, Started On, Finished On, License Number
Projects: Title, Description, Url, Started On, Finished On
Publications: Name, Published On, Description, Publisher, Url
Patents: Title, Description, Patent Number, Application Number, Url, Issued On, Filed On
Honors: Title, Description, Issued On
Courses: Name, Number
Organizations: Name, Position, Description, Started On, Finished On
Volunteering: Company Name, Role, Cause, Started On, Finished On, Description
Test Scores: Name, Score, Description, Date, Url
Causes You Care About: Supported Cause
Recommendations Received: First Name, Last Name, Company, Job Title, Text, Creation Date, Status
"""
# Files that are private, or about others.
OTHER_FILES = """
Connections: First Name, Last Name, URL, Email Address, Company, Position, Connected On
Messages: CONVERSATION ID, CONVERSATION TITLE, FROM, SENDER PROFILE URL, TO, DATE, SUBJECT, CONTENT, FOLDER
Invitations: From, To, Sent At, Message, Direction, inviterProfileUrl, inviteeProfileUrl
Email Addresses: Email Address, Confirmed, Primary, Updated On
Registration: Registered At, Registration Ip, Subscription Types
Ad Targeting: Member Age, Company Names, Company Industries, Degrees, Interface Locales, Job Seniorities, Member Skills
Recommendations Given: First Name, Last Name, Company, Job Title, Text, Creation Date, Status
Contacts: Source, FirstName, LastName, FullName, Companies, Title, Emails, PhoneNumbers, CreatedAt, Created At
Imported Contacts: Source, FirstName, LastName, FullName, Companies, Title, Emails, PhoneNumbers, CreatedAt, Created At
Phone Numbers: Extension, Number, Type
Whatsapp Phone Numbers: Number, Extension, Is_WhatsApp_Number
Rich Media: Date/Time, Media Description, Media Link
Shares: Date, ShareLink, ShareCommentary, SharedUrl, MediaUrl, Visibility
Comments: Date, Link, Message
Reactions: Date, Type, Link
Search Queries: Time, Search Query
Receipts: Transaction Made At, Sub Total, Tax Amount, Total Amount, Currency, Payment Method, Invoice Number
"""
HIDDEN_COLUMNS = {"Address", "Birth Date", "Zip Code", "Maiden Name", "Instant Messengers", "License Number"}
# LinkedIn shows these to nobody.
SIGNS = ({"First Name", "Maiden Name"}, {"Authority", "License Number"}, {"Job Title", "Creation Date", "Status"})
MIN_COLUMNS = 3  # that tell a table of the export where it has columns that are not known
HEAD_LINES, MAX_LINE = 10, 2000  # in which the header stands: connections have remarks before it


def _read_columns(table: str) -> dict[str, set[str]]:
    lines = (line.partition(": ") for line in table.strip().split("\n"))
    return {_name(name): {column.lower() for column in columns.split(", ")} for name, _, columns in lines}


def _name(path: str) -> str:
    return re.sub("[ _]", "", PurePosixPath(path).stem).lower()


DESCRIBING, OTHERS = _read_columns(DESCRIBING_FILES), _read_columns(OTHER_FILES)
RANKS = {name: rank for rank, name in enumerate(DESCRIBING)}


def is_export(tables: Iterable[tuple[str, str]]) -> bool:
    """Return whether an archive with these tables, each its name and the start of its text, is LinkedIn's."""
    names = {_name(name) for name, head in tables if _is_of_export(name, head)}
    return bool(names & OTHERS.keys()) or len(names) > 1


def describes_owner(name: str) -> bool:
    """Return whether a file of the export describes the owner, or is an article of theirs."""
    path = PurePosixPath(name)
    is_article = path.suffix.lower() == ".html" and any(part.lower() == "articles" for part in path.parts[:-1])
    return is_article or (path.suffix.lower() == ".csv" and _name(name) in DESCRIBING)


def has_left_out_name(name: str) -> bool:
    """Return whether a file has the name of one of an unpacked export that is private, or about others."""
    return name.lower().endswith(".csv") and _name(name) in OTHERS


def is_left_out(name: str, head: str) -> bool:
    """Return whether a file with this name and start is one of an unpacked export that is private, or about others."""
    return has_left_out_name(name) and _is_of_export(name, head)


def is_table(text: str) -> bool:
    """Return whether a table's header is one of the export's with what LinkedIn does not show."""
    header = {cell.strip() for cell in next(csv.reader([text.lstrip("\ufeff").partition("\n")[0][:MAX_LINE]]), [])}
    return any(header >= signs for signs in SIGNS)


def rank(name: str) -> tuple[int, str]:
    """Return where a file belongs: the profile first."""
    return RANKS.get(_name(name), len(RANKS)), name


def drop_hidden(text: str) -> str:
    """Return a table without the columns and the recommendations that LinkedIn does not show."""
    csv.field_size_limit(MAX_BYTES)
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


def _is_of_export(name: str, head: str) -> bool:
    """Return whether a table has the columns of the export's with its name; owners have `comments.csv` of their own."""
    known = DESCRIBING.get(_name(name)) or OTHERS.get(_name(name)) or set()
    lines = (line[:MAX_LINE] for line in head.lstrip("\ufeff").splitlines()[:HEAD_LINES])
    headers = ({cell.strip().lower() for cell in row} - {""} for row in csv.reader(lines))
    return any(header and (header <= known or len(header & known) >= MIN_COLUMNS) for header in headers)
