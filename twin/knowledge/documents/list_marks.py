"""The numbers of ordered lists."""

from __future__ import annotations

from bs4.element import Tag

BULLET = "- "
ROMAN: tuple[tuple[int, str], ...] = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
)
ROMAN += ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
MAX_ROMAN = 4999
LISTS = ("ol", "ul", "menu")


class ListMarks:
    """What the items of a page's open lists begin with (HTML, 4.4.5)."""

    def __init__(self) -> None:
        self._lists: list[tuple[int, int, str] | None] = []  # the next number, the step, the style; None without

    def open(self, tag: Tag) -> None:
        """Begin a list."""
        if tag.name != "ol":
            self._lists.append(None)
            return
        is_reversed = tag.has_attr("reversed")
        count = sum(item.find_parent(LISTS) is tag for item in tag.find_all("li")) if is_reversed else 1
        self._lists.append((_read_number(tag, "start", count), -1 if is_reversed else 1, str(tag.get("type", "1"))))

    def close(self) -> None:
        """End the last list."""
        if self._lists:
            self._lists.pop()

    def next(self, item: Tag) -> str:
        """Return what the next item begins with."""
        if not self._lists or not (found := self._lists[-1]):
            return BULLET
        number, step, style = found
        number = _read_number(item, "value", number)
        self._lists[-1] = (number + step, step, style)
        return f"{write_number(number, style)}. "


def write_number(number: int, style: str) -> str:
    """Return a number in the style that HTML names `1`, `a`, `A`, `i` or `I`."""
    text = str(number)
    if style in ("a", "A") and number > 0:
        text = ""
        while number:
            number, letter = divmod(number - 1, 26)
            text = chr(ord("a") + letter) + text
    elif style in ("i", "I") and 0 < number <= MAX_ROMAN:
        text = ""
        for value, letters in ROMAN:
            text += letters * (number // value)
            number %= value
    return text.upper() if style in ("A", "I") else text


def _read_number(tag: Tag, name: str, default: int) -> int:
    value = str(tag.get(name, "")).strip()
    return int(value) if value.lstrip("-").isascii() and value.lstrip("-").isdigit() and len(value) < 10 else default
