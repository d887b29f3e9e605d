"""Months and weekdays, whose names are the same dates in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...text.words import fold_letters

# One line for each, from CLDR: English, German, French, Spanish, Italian, Portuguese, Dutch.
MONTHS = """
january jan januar jänner janvier enero gennaio janeiro januari
february feb februar février febrero febbraio fevereiro februari
march mar märz mars marzo março maart
april apr avril abril aprile
may mai mayo maggio maio mei
june jun juni juin junio giugno junho
july jul juli juillet julio luglio julho
august aug août agosto augustus
september sep sept septembre septiembre settembre setembro
october oct oktober okt octobre octubre ottobre outubro
november nov novembre noviembre novembro
december dec dezember dez décembre diciembre dicembre dezembro
"""
WEEKDAYS = """
monday montag lundi lunes lunedì segunda maandag mondays montags
tuesday dienstag mardi martes martedì terça dinsdag tuesdays dienstags
wednesday mittwoch mercredi miércoles mercoledì quarta woensdag wednesdays mittwochs
thursday donnerstag jeudi jueves giovedì quinta donderdag thursdays donnerstags
friday freitag vendredi viernes venerdì sexta vrijdag fridays freitags
saturday samstag sonnabend samedi sábado sabato zaterdag saturdays samstags
sunday sonntag dimanche domingo domenica zondag sundays sonntags
"""
# Abbreviations, which count beside a number or another one only.
SHORT_WEEKDAYS = """
mo mon lun
di tue tues mar
mi wed mer mié
do thu thur thurs jeu jue
fr fri ven vie
sa sat sam sáb
so sun dim dom
"""
AMBIGUOUS_TEXT = """
may mar march mars mai mei dec sexta quarta quinta segunda jan jun jul sep set mon sat sun
"""
AMBIGUOUS = frozenset(AMBIGUOUS_TEXT.split())
WORD = re.compile(r"(?<!\w)[^\W\d_]{2,}")
DAYS_BETWEEN = re.compile(
    r"(?<!\w)([^\W\d_]{2,})\.?\s*(?:[-–—]|bis|to|through|until|à|au|a|al|tot|t/m)\s*([^\W\d_]{2,})", re.IGNORECASE
)
BESIDE_NUMBER = re.compile(r"\s*\.?,?\s*\d")
AFTER_NUMBER = re.compile(r"\d(?:st|nd|rd|th)?[.,]?\s*(?:of|de|di)?\s*$")


@dataclass(frozen=True)
class CalendarName:
    """A month or weekday that a text names; `implied` are those that it says, more than one for a range of days."""

    start: int
    end: int
    key: str
    implied: frozenset[str]


def _number(name: str, table: str) -> dict[str, str]:
    lines = enumerate(table.split("\n")[1:-1], 1)
    return {fold_letters(word): f"{name} {number}" for number, line in lines for word in line.split()}


KEYS = _number("month", MONTHS) | _number("weekday", WEEKDAYS)
"""What a folded word means: `month 3` or `weekday 1` (Monday)."""

SHORT_KEYS = _number("weekday", SHORT_WEEKDAYS)


def find_dates(text: str) -> Iterator[CalendarName]:
    """Yield the months and weekdays in a text; ambiguous words, such as May, only beside a number."""
    for match in WORD.finditer(text):
        word = fold_letters(match[0])
        key = KEYS.get(word)
        if key and (word not in AMBIGUOUS or (match[0][0].isupper() and _is_beside_number(text, match))):
            yield CalendarName(*match.span(), key, frozenset({key}))
    for match in DAYS_BETWEEN.finditer(text):
        first, last = (SHORT_KEYS.get(word) or KEYS.get(word) for word in map(fold_letters, match.groups()))
        if first and last and first.startswith("weekday") and last.startswith("weekday"):
            days = range(int(first[-1]), int(last[-1]) + 1)
            yield CalendarName(*match.span(1), first, frozenset(f"weekday {day}" for day in days))


def _is_beside_number(text: str, match: re.Match[str]) -> bool:
    return bool(BESIDE_NUMBER.match(text, match.end()) or AFTER_NUMBER.search(text, 0, match.start()))
