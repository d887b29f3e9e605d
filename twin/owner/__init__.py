"""What the owner does at the desk: sign in, read, mark, archive, delete and export conversations."""

from .accounts import LINK_SECONDS, SESSION_SECONDS, Accounts, SignIn
from .desk import Desk
from .dossier import AskedQuestion, Dossier, Judgement
from .inbox import Inbox
from .listing import Cursor, Entry, Page, fetch_page, find_sessions
from .views import View, ViewName

__all__ = [
    "LINK_SECONDS",
    "SESSION_SECONDS",
    "Accounts",
    "AskedQuestion",
    "Cursor",
    "Desk",
    "Dossier",
    "Entry",
    "Inbox",
    "Judgement",
    "Page",
    "SignIn",
    "View",
    "ViewName",
    "fetch_page",
    "find_sessions",
]
