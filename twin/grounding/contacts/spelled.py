"""Phone numbers in words: "oh two oh, seven nine four six …"."""

from __future__ import annotations

import re
from typing import Literal

MIN_DIGITS = 7
LONGEST = 200  # characters that one takes; more are something else
HELD = 260  # characters, so that the end of more is more than that, too
# Digits from 0, in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Polish, Russian, Turkish.
DIGITS = """
    zero null zéro cero zero zero nul noll zero ноль sıfır
    one eins un uno uno um een ett jeden один bir
    two zwei deux dos due dois twee två dwa два iki
    three drei trois tres tre três drie tre trzy три üç
    four vier quatre cuatro quattro quatro vier fyra cztery четыре dört
    five fünf cinq cinco cinque cinco vijf fem pięć пять beş
    six sechs six seis sei seis zes sex sześć шесть altı
    seven sieben sept siete sette sete zeven sju siedem семь yedi
    eight acht huit ocho otto oito acht åtta osiem восемь sekiz
    nine neun neuf nueve nove nove negen nio dziewięć девять dokuz
"""
OTHERS = {"oh": 0, "fuenf": 5, "zwo": 2, "ein": 1, "uma": 1, "una": 1, "meia": 6, "één": 1, "нуль": 0, "niner": 9}
# From 10; French and Spanish numbers are read in pairs.
TENS = """
    ten zehn dix diez dieci dez tien tio dziesięć десять
    twenty zwanzig vingt veinte venti vinte twintig tjugo dwadzieścia двадцать
    thirty dreißig trente treinta trenta trinta dertig trettio trzydzieści тридцать
    forty vierzig quarante cuarenta quaranta quarenta veertig fyrtio czterdzieści сорок
    fifty fünfzig cinquante cincuenta cinquanta cinquenta vijftig femtio pięćdziesiąt пятьдесят
    sixty sechzig soixante sesenta sessanta sessenta zestig sextio sześćdziesiąt шестьдесят
    seventy siebzig septante setenta settanta setenta zeventig sjuttio siedemdziesiąt семьдесят
    eighty achtzig octante ochenta ottanta oitenta tachtig åttio osiemdziesiąt восемьдесят
    ninety neunzig nonante noventa novanta noventa negentig nittio dziewięćdziesiąt девяносто
"""
REPEATED = {"double": 2, "doppel": 2, "doble": 2, "triple": 3, "treble": 3}
PLUS = "plus"


def _read_table(table: str, step: int) -> dict[str, int]:
    """Return the words in the lines of a table, each with its line's number times `step`."""
    return {word: number * step for number, line in enumerate(table.strip().split("\n")) for word in line.split()}


VALUES = _read_table(DIGITS, 1) | OTHERS
TEN_VALUES = {word: value + 10 for word, value in _read_table(TENS, 10).items()}
WORDS = {*VALUES, *TEN_VALUES, *REPEATED, PLUS}
WORD = "|".join(  # by their first letter, or each place takes a comparison with each word
    f"{letter}(?:{'|'.join(sorted((word[1:] for word in WORDS if word[0] == letter), key=len, reverse=True))})"
    for letter in sorted({word[0] for word in WORDS})
)
BETWEEN = r"[ ,.;:\-\u2013\u2026/]{1,3}"
SPELLED = re.compile(rf"(?i)(?<!\w)(?:{WORD})(?:{BETWEEN}(?:{WORD})){{{MIN_DIGITS - 3},}}+(?!\w)")
OPEN = re.compile(rf"(?i)(?<!\w)(?:(?:{WORD}){BETWEEN})++\w*\Z")
WORDS_ONLY = re.compile(r"[^\W\d_]+")


def find_spelled(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first run of words for digits that begins between two places."""
    words = WORDS_ONLY.findall(text[start : end + HELD].lower())
    if WORDS.isdisjoint(words) or sum(word in WORDS for word in words) < MIN_DIGITS - 2:
        return None
    match = SPELLED.search(text, start)
    return match if match and match.start() < end else None


def read_spelled(match: re.Match[str]) -> tuple[Literal["number"], str, int] | None:
    """Return the kind, the digits and the start of a phone number in words; None where they are none."""
    digits = read_digits(match.group())
    return ("number", digits, match.start()) if digits else None


def read_digits(words: str) -> str | None:
    """Return the digits of a phone number in words; None where they are too few, too many, or only count."""
    if len(words) > LONGEST:
        return None
    values: list[int] = []
    times = 1
    for word in re.findall(r"\w+", words.casefold()):
        times = REPEATED.get(word, times)
        if (value := VALUES.get(word)) is not None:
            is_unit = bool(values) and values[-1] in TEN_VALUES.values() and value
            values = [*values[:-1], values[-1] + value] if is_unit else values + [value] * times
            times = 1
        elif word in TEN_VALUES:
            values.append(TEN_VALUES[word])
    digits = "".join(map(str, values))
    is_count = values in (sorted(values), sorted(values, reverse=True)) and len(set(values)) > 1
    plus = "+" if words.casefold().startswith(PLUS) else ""
    return f"{plus}{digits}" if len(digits) >= MIN_DIGITS and not is_count else None


def find_open_spelled(text: str, start: int) -> int:
    """Return where, after `start`, a tail of `text` begins that may still become a phone number in words."""
    near = max(start, len(text) - HELD)
    if WORDS.isdisjoint(WORDS_ONLY.findall(text[max(start, len(text) - 40) :].lower())[-2:]):  # most text
        return len(text)
    match = OPEN.search(text, near)
    return match.start() if match else len(text)
