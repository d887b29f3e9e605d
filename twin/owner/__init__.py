"""What the owner does at the desk: sign in, read, mark, archive, delete and export conversations."""

from .accounts import LINK_SECONDS, SESSION_SECONDS, Accounts, SignIn
from .desk import Desk
from .dossier import AskedQuestion, Dossier, Judgement
from .inbox import Inbox
from .listing import Cursor, Entry, Page, fetch_page, find_sessions
from .presence import Presence
from .views import View, ViewName
from .visitors import Left, Visitors
from .watch import Answered, Awaited, News, Spoken, Watch

__all__ = [
    "LINK_SECONDS",
    "SESSION_SECONDS",
    "Accounts",
    "Answered",
    "AskedQuestion",
    "Awaited",
    "Cursor",
    "Desk",
    "Dossier",
    "Entry",
    "Inbox",
    "Judgement",
    "Left",
    "News",
    "Page",
    "Presence",
    "SignIn",
    "Spoken",
    "View",
    "ViewName",
    "Visitors",
    "Watch",
    "fetch_page",
    "find_sessions",
]
