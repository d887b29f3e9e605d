# ruff: noqa: E501 - some runs to a line
"""Messages and answers that cost the most to look at: runs, nests and mixtures, each as long as a message may be."""

from __future__ import annotations

import random
from collections.abc import Iterator

LENGTH = 20_000

# fmt: off
RUNS = [
    *"a1é我กあ한मא[(<>@.,;:*_`#|~^\\/-+&!?'\"=%$ \n\t\u0301\u200b\u202e\ufe0f\U0001f600\U0001d7d8\ufdfa\uff11\u0663",
    *("1 ", "1. ", "1.1 ", "1-", "1-2 ", "(1) ", "+1 ", "+1", "++", "12 34 ", "1/", "1 / ", "0 ", "00 ", "2019-", "2019 "),
    *("1,", "1,1 ", "1,000 ", "1111111 ", "01 234 567 ", "+44 20 7946 0000 ", "123-45-67 ", "4111 ", "(020) ", "tel 1 "),
    *("a ", "A ", "Ab ", "Ab. ", "a.", "a.b ", "a.com ", "a.com/", "a.com,", "a-", "a_", "a+", "a%", "a'", "x" * 50 + "."),
    *("a@", "a@b", "a@b.", "a@b.c ", "@a", "a.b@c.d ", "mailto:", "mailto:a", "tel:1", "tel:", "www.", "www.a", "www.a,"),
    *("//", "//a", "a://", "a://b ", "a:", "a:/", "http:", "http://", "http://a", "http://[", "http://[:", "https://a.b/c?d=e&"),
    *("http://a.com ", "https://a.com/?a=1&b=%41 ", "http://" + "é" * 30 + ".de ", "x://y@z:1/", "/a?b#c "),
    *("[a](", "[a](b", "[a](b)", "[a](b ", "[](", "![", "![a](b)", "[[a]", "[a]", "[a][", "](", "](b)", "[a](<", "[a](b \""),
    *("[a](b(", "[a](b()", "[a](b 'c", "[a](http://e.x)", "[a](tel:1 2 3)", "[1](1)", "(a", "(a)", "((", "()", "([", "<a", "<a:"),
    *("<a@", "<a:b>", "<a@b.c>", "<b>", "<!--", "</", "&amp;", "&#1;", "&#x1;", "&a", "& ", "&nbsp", "&#", "&#1114112;"),
    *("*a_", "*a", "**", "**a", "_a_", "*a*_b_", "`a", "``", "```", "`` ` ", "~~a", "- ", "- a\n", "> ", ">- ", "> > a\n"),
    *("# ", "#a\n", "* * ", "1. a\n", "|a", "|-", "|a|\n|-|\n", "\\*", "\\[", "a\n", "\n\n", " \n", "\r\n", "---\n", "a  \n"),
    *("a.B", "aB", "Aa", "AB", "A1", "1a", "a1 ", "Zürich ", "the ", "The Sea ", "I don't ", "x'y ", "sea-sick "),
    *("\u0410\u0430 ", "\u0410a", "a\u0410", "我1", "1我", "我 ", "ก1", "あa", "한a ", "मa", "אa ", "א\u200f", "a\u0301", "\u0301 "),
    *("a\u200b", "a\u200b ", "\u200d", "\U0001f469\u200d", "\U0001f3f4\U000e0067", "א\u200f1", "\u2066a", "\ufe0f\u20e3", "1\ufe0f\u20e3"),
    *("\uff11 ", "\u0663 ", "\u0663,", "\uff0b\uff11", "\u2460", "\u00bd ", "\ufb01", "\u0130 ", "\u1e9e ", "ſ ", "\u0390"),
    *("this is the spare key ", "the spare key to the ", "th es pa re ke y", "yek eraps eht ", "s p a r e ", "spare1key2"),
    *("What is your address? ", "Where? ", "Who?", "α;", "α", "α ", "Biscuit ", "Biscuit 1842. ", "Northwind led ", "a?" ),
    *("call 1 ", "isbn 1 ", "phone ", "tel", "call 1", "DE12 3456 ", "DE12 ", "$1 ", "1/1/2019 ", "1.1.2019 ", "1.0.1 "),
    *("\x00", "\x1f", "\x7f", "\u0085", "\u2028", "\ufffd", "\ufeff", "\u3000", "\u00a0", "\u2003", "\u00ad"),
]
# fmt: on
# After what a run costs most.
OPENED = {
    "[a](": [" ", "a", "<a", "'", "(", "1 "],
    "[a](b": [" ", "(c", ' "', " '", "c"],
    "[": ["1 ", "[1 1 1]", "a.b ", "[a]", "](", "[a] "],
    "![": ["a", "[b]", " "],
    "https://": ["ก", "あa", "a.", "%41", "(", "é", "a-", "1-"],
    "<": ["a:", "b@", "_a_", "1 "],
    "Tel: ": ["1 ", "1 / ", "1-", "(1) ", "+1", "٣ "],
    "isbn": [" ", "-", "1-"],
    "a@": ["b.", "b-", "b", "é."],
    "\u200b": ["\u200b", "\u200d", "\u061c"],
    "1": [".0", "-1", ",1", " 1"],
    "\u0391": ["\u03b1", "\u03b1 "],
    "```\n": ["`", "$1 ", "a"],
    "- ": ["- ", "> ", "\n- "],
    "What is your address? ": ["1 ", "(", "a.B", "A"],
}
ALPHABETS = [
    "01. ",
    "01-/ ",
    "[]()",
    "*_`",
    "@.a",
    "a:/",
    "<>&;",
    "()+ 1",
    "[](a) \n",
    "a.\u0301é",
    "我1 .",
    "aA. \n",
    "?&=%a/:",
]


def list_worst() -> Iterator[tuple[str, str]]:
    """Yield some 220 of them, each with a name."""
    for run in RUNS[::3]:
        yield repr(run), fill(run)
    for opening, runs in OPENED.items():
        for run in runs:
            yield f"{run!r} after {opening!r}", fill(opening, run)[:-1] + "\x01"  # that fails at its end
    for run in RUNS[1::21]:
        yield f"{run!r} in lines", fill(run * 40 + "\n")
    dice = random.Random(8)
    for alphabet in ALPHABETS:
        yield f"any of {alphabet!r}", "".join(dice.choices(alphabet, k=LENGTH))
    for number in range(10):
        yield f"mixture {number}", fill("".join(dice.choices(RUNS, k=LENGTH)))
    for opening, closing in ("[]", "()", "<>", "**", "__", ("[a](", ")"), ("> ", "\n"), ("- ", "\n"), ("<b>", "</b>")):
        half = LENGTH // (len(opening) + len(closing))
        yield f"nested {opening}{closing}", opening * half + closing * half
    yield "lists in lists", fill("".join("  " * depth + "- a\n" for depth in range(100)))
    letters = "".join(chr(dice.randrange(97, 123)) for _ in range(LENGTH))
    yield "words that differ", fill(" ".join(letters[at : at + 4] for at in range(LENGTH)))
    yield "words that begin alike", fill(" ".join(f"abcd{number}x" for number in range(LENGTH)))
    yield "names", fill(" ".join(f"Abcd{letters[at : at + 3]}" for at in range(LENGTH)))
    yield "numbers", fill(" ".join(f"{number:05}" for number in range(LENGTH)))
    yield "phone numbers", fill(" ".join(f"+44 20 7946 {number:04}" for number in range(10_000)))
    yield "links", fill(" ".join(f"http://a{number}.com" for number in range(LENGTH)))
    yield "addresses", fill(" ".join(f"a{number}@exampel.com" for number in range(LENGTH)))


def fill(opening: str, run: str = "") -> str:
    """Return as long a text as a message may be."""
    run = run or opening
    return (opening + run * (LENGTH // len(run) + 1))[:LENGTH]
