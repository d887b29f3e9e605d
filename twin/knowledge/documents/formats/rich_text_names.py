"""The names in RTF of characters, of their encodings, and of parts that hold no text (RTF 1.9.1)."""

CHARSETS = {77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254"}
CHARSETS |= {163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}
CHARACTERS = {"emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“"}
CHARACTERS |= {"rdblquote": "”", "tab": " ", "emspace": " ", "enspace": " ", "~": "\xa0", "_": "‑"}
SKIPPED_WORDS = """colortbl info pict pntxtb pntxta annotation atnid atnauthor sn sv shprslt nonesttables nonshppict
bkmkstart bkmkend xe tc object themedata datastore fldtype"""
SKIPPED = frozenset(SKIPPED_WORDS.split())


def find_codec(name: str) -> str:
    """Return the name that Python has for an encoding such as `cp10000`."""
    try:
        "".encode(name)
    except LookupError:
        return {"cp10000": "mac_roman", "cp65001": "utf-8"}.get(name, "cp1252")
    return name
