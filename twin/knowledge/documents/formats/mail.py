"""The text of a saved mail (RFC 5322), or of a page that a browser saved as one (MHTML, RFC 2557)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from ..extraction import Extraction, Unreadable
from ..html import html_to_text
from ..plain.encoding import decode

SIGNATURE = "-- "  # the line before one
FIELDS = ("Subject", "From", "To", "Date")


def mail_to_text(data: bytes) -> Extraction:
    """Return a mail's subject, sender, recipient, date and text; its attachments are named. Raises Unreadable."""
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Unreadable("it is no mail")
    head = [f"{name}: {' '.join(str(message[name]).split())}" for name in FIELDS if message[name]]
    bodies = (message.get_body((kind,)) for kind in ("plain", "html"))
    text = next((text for body in bodies if body and (text := _read_part(body)).strip()), "")
    names = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    lost = (f"not read: the attachments {', '.join(names)}",) if names else ()
    return Extraction("\n\n".join(["\n".join(head), text]), lost)


def saved_page_to_text(data: bytes) -> Extraction:
    """Return the text of a page that was saved with its pictures. Raises Unreadable."""
    message = message_from_bytes(data, policy=policy.default)
    page = next(
        (part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")), None
    )
    if not isinstance(page, MIMEPart):
        raise Unreadable("it holds no page")
    address = str(page["Content-Location"] or message["Snapshot-Content-Location"] or "")
    return Extraction(_read_part(page, address))


def _read_part(part: MIMEPart, address: str = "") -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or ""
    try:
        text = data.decode(charset)
        is_certain = "�" not in text
    except (LookupError, UnicodeDecodeError):
        text, is_certain = "", False
    is_html = part.get_content_subtype() in ("html", "xhtml+xml")
    if is_html:
        return html_to_text(text if is_certain and charset else data, address)
    text = text if is_certain and charset else decode(data)[0]
    parameters = dict(part["Content-Type"].params) if part["Content-Type"] else {}
    if str(parameters.get("format", "")).lower() != "flowed":
        return text
    return _join_flowed(text, drops_space=str(parameters.get("delsp", "")).lower() == "yes")


def _join_flowed(text: str, *, drops_space: bool) -> str:
    """Return a text whose lines end where its writer ended them (RFC 3676, 4.1 to 4.5)."""
    lines: list[str] = []
    flows, depth = False, 0
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = len(line) - len(line.lstrip(">"))
        content = line[quoted:].removeprefix(" ")
        if flows and quoted == depth and content != SIGNATURE:
            lines[-1] = (lines[-1].removesuffix(" ") if drops_space else lines[-1]) + content
        else:
            lines.append(f"{'>' * quoted} {content}" if quoted else content)
        flows, depth = content.endswith(" ") and content != SIGNATURE, quoted
    return "\n".join(lines)
