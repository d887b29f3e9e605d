"""The text of a saved mail (RFC 5322), or of a page that a browser saved as one (MHTML, RFC 2557)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from ..extraction import Extraction, Unreadable
from ..html import html_to_text
from ..plain.encoding import decode

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
    if part.get_content_subtype() in ("html", "xhtml+xml"):
        return html_to_text(text if is_certain and charset else data, address)
    return text if is_certain and charset else decode(data)[0]
