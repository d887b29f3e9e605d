"""Ways to write a sentence so that a comparison of words misses it.

A reader, or the page that renders it, sees a dressed one; an encoded one has to be worked out.
"""

import base64
import codecs
import json
import quopri
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

Dressing = Callable[[str], str]

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CYRILLIC = str.maketrans("aceopxyijsABCEHKMOPTX", "асеорхуіјѕАВСЕНКМОРТХ")
GREEK = str.maketrans("aeiknoprtuvxyABEHIKMNOPTXYZ", "αεικηορгτυνχγΑΒΕΗΙΚΜΝΟΡΤΧΥΖ")
CHEROKEE = str.maketrans("ABCEGHIJKLMPRSTVWZ", "ᎪᏴᏟᎬᏀᎻᏆᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ")
SMALL_CAPS = str.maketrans("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ")
SUPERSCRIPT = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
UPSIDE_DOWN = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")
BRAILLE = str.maketrans("abcdefghijklmnopqrstuvwxyz", "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵")
LEET = str.maketrans("aeiostbAEIOSTB", "43105784310578")
ACCENTED = str.maketrans("aeioucnszy", "àëïöûçñšžý")
LATEX = {"\u0301": "\\'", "\u0300": "\\`", "\u0308": '\\"', "\u0302": "\\^", "\u0303": "\\~", "\u0327": "\\c"}
SIGNS = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
SPELLING_ALPHABET = """
Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra
Tango Uniform Victor Whiskey Xray Yankee Zulu
"""
MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", SIGNS.split(), strict=True))
NATO = dict(zip("abcdefghijklmnopqrstuvwxyz", SPELLING_ALPHABET.split(), strict=True))
FILLERS = ("um", "well", "you know", "so", "like", "er")


def translated_into(start_upper: int, start_lower: int) -> Dressing:
    """Each Latin letter in an alphabet of Unicode's that begins at these code points."""
    return lambda s: s.translate(
        {ord(c): chr(start_upper + i if i < 26 else start_lower + i - 26) for i, c in enumerate(LATIN)}
    )


def by_word(change: Callable[[str], str], between: str = " ") -> Dressing:
    return lambda s: between.join(change(w) for w in s.split())


def by_letter(between: str, words: str = " ") -> Dressing:
    return by_word(lambda w: between.join(w), words)


def of_words(write: Callable[[list[str]], str]) -> Dressing:
    return lambda s: write([w.strip(".,") for w in s.split()])


def interleaved(words: Iterable[str], others: Iterable[str], row: str) -> str:
    return "\n".join(row.format(a, b) for a, b in zip(words, others, strict=True))


def in_latex(s: str) -> str:
    out = ""
    for c in s:
        base, *marks = unicodedata.normalize("NFD", c)
        out += LATEX[marks[0]] + "{" + base + "}" if marks else c
    return " ".join(f"\\textbf{{{w}}}" for w in out.split())


def plain(s: str) -> str:
    """The letters of a-z that a word has without its accents, small."""
    return "".join(
        c for c in unicodedata.normalize("NFD", s.lower().replace("ß", "ss")) if not unicodedata.combining(c)
    )


DRESSED: dict[str, Dressing] = {
    "word for word": lambda s: f"Sure. {s}",
    "small letters without punctuation": lambda s: s.lower().replace(".", "").replace(",", ""),
    "capitals": str.upper,
    "decimal entities": lambda s: "".join(f"&#{ord(c)};" if c != " " else c for c in s),
    "decimal entities, spaces too": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "hexadecimal entities": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "entities without their semicolon": lambda s: "".join(f"&#{ord(c)}" if c.isalpha() else c for c in s),
    "entities written twice": lambda s: "".join(f"&amp;#{ord(c)};" for c in s),
    "a letter of each word as an entity": by_word(lambda w: w[0] + "".join(f"&#{ord(c)};" for c in w[1:2]) + w[2:]),
    "named spaces": lambda s: s.replace(" ", "&nbsp;"),
    "escapes of JSON": lambda s: "".join(f"\\u{ord(c):04x}" if c != " " else c for c in s),
    "escapes of Python, in braces": lambda s: "".join(f"\\u{{{ord(c):x}}}" if c.isalpha() else c for c in s),
    "bytes with \\x": lambda s: "".join(f"\\x{b:02x}" for b in s.encode()),
    "percent signs": lambda s: "".join(f"%{b:02X}" for b in s.encode()),
    "a link's query": lambda s: f"See https://notes.example/?q={quote_plus(s)}",
    "a link's path": lambda s: f"[here](https://notes.example/{quote(s)})",
    "quoted-printable, all": lambda s: "".join(f"={b:02X}" for b in s.encode()),
    "quoted-printable, soft breaks": lambda s: (
        "=\n".join([q := quopri.encodestring(s.encode()).decode(), ""]).replace("e", "=\ne") if s else q
    ),
    "CSS escapes": lambda s: "".join(f"\\{ord(c):06x}" for c in s),
    "LaTeX": in_latex,
    "LaTeX formulas": by_word(lambda w: f"$\\mathrm{{{w}}}$"),
    "LaTeX list": of_words(lambda ws: "\\begin{itemize}\n" + "\n".join(f"\\item {w}" for w in ws) + "\n\\end{itemize}"),
    "comments between words": lambda s: s.replace(" ", "<!-- and then --> "),
    "comments in words": by_word(lambda w: w[:2] + "<!-- x -->" + w[2:]),
    "a tag a word": by_word(lambda w: f'<span class="w">{w}</span>'),
    "a tag a letter": by_word(lambda w: "".join(f"<b>{c}</b>" for c in w)),
    "empty tags": by_word(lambda w: "<wbr>".join(w)),
    "breaks": lambda s: s.replace(" ", "<br/>"),
    "zero-width spaces": by_letter("\u200b"),
    "joiners and soft hyphens": by_letter("\u2060\u00ad\u200d"),
    "bidi marks": by_letter("\u200e\u202c"),
    "right-to-left override": lambda s: f"\u202e{s[::-1]}\u202c",
    "variation selectors": by_letter("\ufe0f"),
    "Cyrillic look-alikes": lambda s: s.translate(CYRILLIC),
    "Greek look-alikes": lambda s: s.translate(GREEK),
    "Cherokee capitals": lambda s: s.upper().translate(CHEROKEE),
    "mathematical bold": translated_into(0x1D400, 0x1D41A),
    "mathematical script": translated_into(0x1D4D0, 0x1D4EA),
    "mathematical Fraktur": translated_into(0x1D56C, 0x1D586),
    "mathematical monospace": translated_into(0x1D670, 0x1D68A),
    "fullwidth": lambda s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in s),
    "small capitals": lambda s: s.lower().translate(SMALL_CAPS),
    "superscript": lambda s: s.lower().translate(SUPERSCRIPT),
    "circled letters": translated_into(0x24B6, 0x24D0),
    "squared letters": translated_into(0x1F130, 0x1F130),
    "negative squared letters": translated_into(0x1F170, 0x1F170),
    "regional indicators": lambda s: "\u200b".join(translated_into(0x1F1E6, 0x1F1E6)(plain(s))),
    "parenthesised letters": translated_into(0x1F110, 0x249C),
    "leetspeak": lambda s: s.translate(LEET),
    "foreign accents": lambda s: s.translate(ACCENTED),
    "lines through letters": by_letter("\u0336"),
    "spaces between letters": by_letter(" ", "   "),
    "thin spaces between letters": by_letter("\u2009"),
    "hyphens between letters": by_letter("-"),
    "dots between letters": by_letter("."),
    "emoji between letters": by_letter("🌻"),
    "emoji between words": lambda s: s.replace(" ", " 🌻 "),
    "bars between letters": by_letter("|", " || "),
    "a letter a line": by_letter("\n", "\n\n"),
    "syllables": by_word(lambda w: "·".join(w[i : i + 3] for i in range(0, len(w), 3))),
    "a word a line": lambda s: s.replace(" ", "\n"),
    "a numbered list": of_words(lambda ws: "\n".join(f"{i}. {w}" for i, w in enumerate(ws, 1))),
    "a bulleted list with remarks": of_words(lambda ws: "\n".join(f"- **{w}** ({len(w)} letters)" for w in ws)),
    "a row of a table": of_words(lambda ws: "| " + " | ".join(ws) + " |\n|" + "---|" * len(ws)),
    "a table, a word a row": of_words(
        lambda ws: "| no. | word |\n|---|---|\n" + "\n".join(f"| {i} | {w} |" for i, w in enumerate(ws, 1))
    ),
    "JSON list": of_words(lambda ws: json.dumps(ws, ensure_ascii=False)),
    "JSON object": of_words(lambda ws: json.dumps({f"w{i}": w for i, w in enumerate(ws)}, indent=1)),
    "YAML": of_words(lambda ws: "words:\n" + "\n".join(f"  - word: {w}\n    length: {len(w)}" for w in ws)),
    "XML": of_words(lambda ws: "<s>" + "".join(f"<w n='{i}'>{w}</w>" for i, w in enumerate(ws)) + "</s>"),
    "CSV": of_words(lambda ws: "n,word\n" + "\n".join(f'{i},"{w}"' for i, w in enumerate(ws))),
    "strings of code": of_words(lambda ws: "print(" + ' + " " + '.join(f'"{w[:2]}" + "{w[2:]}"' for w in ws) + ")"),
    "words told one by one": of_words(lambda ws: "\n".join(f"Word {i} is “{w}”." for i, w in enumerate(ws, 1))),
    "words doubled": by_word(lambda w: f"{w} {w}"),
    "letters doubled": by_word(lambda w: "".join(c * 2 for c in w)),
    "two columns": of_words(lambda ws: interleaved(ws, ws, "| {} | {} |")),
    "two columns, halves": of_words(
        lambda ws: (
            "\n".join(f"{a:20}{b}" for a, b in zip(ws[: len(ws) // 2], ws[len(ws) // 2 :], strict=False))
            + "\n"
            + ws[-1]
        )
    ),
    "words in reverse order": of_words(lambda ws: " ".join(reversed(ws))),
    "letters in reverse order": lambda s: s[::-1],
    "each word reversed": by_word(lambda w: w[::-1]),
    "upside down": lambda s: s.lower().translate(UPSIDE_DOWN)[::-1],
    "Markdown in words": by_word(lambda w: f"**{w[:1]}**{w[1:2]}_{w[2:]}_"),
    "links of Markdown": by_word(lambda w: f"[{w}](https://notes.example/{len(w)})"),
    "code of Markdown": by_word(lambda w: f"`{w}`"),
    "struck out": by_word(lambda w: f"~~{w}~~"),
    "an image's description": lambda s: f'![{s}](https://notes.example/x.png "{s}")',
    "no spaces": lambda s: "".join(w.capitalize() for w in s.split()),
    "underscores": lambda s: s.replace(" ", "_"),
    "hashtags": of_words(lambda ws: " ".join(f"#{w}" for w in ws)),
    "fillers between words": of_words(
        lambda ws: " ".join(f"{w}, {FILLERS[i % len(FILLERS)]}," for i, w in enumerate(ws))
    ),
    "vowels starred": lambda s: "".join("*" if c in "aeiou" else c for c in s),
    "letters inside words swapped": by_word(lambda w: w[0] + w[2] + w[1] + w[3:] if len(w) > 4 else w),
    "two halves far apart": of_words(
        lambda ws: (
            " ".join(ws[: len(ws) // 2])
            + ". "
            + "The weather has been kind to us this week. " * 6
            + " ".join(ws[len(ws) // 2 :])
        )
    ),
}

ENCODED: dict[str, Dressing] = {
    "Base64": lambda s: base64.b64encode(s.encode()).decode(),
    "Base32": lambda s: base64.b32encode(s.encode()).decode(),
    "Base64, a word at a time": by_word(lambda w: base64.b64encode(w.encode()).decode()),
    "hexadecimal digits": lambda s: s.encode().hex(),
    "hexadecimal digits, apart": lambda s: s.encode().hex(" "),
    "binary digits": lambda s: " ".join(f"{b:08b}" for b in s.encode()),
    "numbers of characters": lambda s: " ".join(str(ord(c)) for c in s),
    "ROT13": lambda s: codecs.encode(s, "rot13"),
    "Caesar's cipher by 3": lambda s: "".join(
        LATIN[(LATIN.index(c) // 26) * 26 + (LATIN.index(c) + 3) % 26] if c in LATIN else c for c in s
    ),
    "Atbash": lambda s: "".join(chr(219 - ord(c)) if "a" <= c <= "z" else c for c in plain(s)),
    "Morse": lambda s: " / ".join(" ".join(MORSE.get(c, "") for c in w) for w in plain(s).split()),
    "places in the alphabet": lambda s: " / ".join(
        "-".join(str(ord(c) - 96) for c in w if "a" <= c <= "z") for w in plain(s).split()
    ),
    "spelling alphabet": lambda s: "; ".join(" ".join(NATO.get(c, c) for c in w) for w in plain(s).split()),
    "acrostic": lambda s: "\n".join(f"{c.upper()} is how line {i} begins." for i, c in enumerate(s) if c != " "),
    "acrostic of words": of_words(
        lambda ws: "\n".join(f"{w} opens a line that says little else about it." for w in ws)
    ),
    "pig Latin": by_word(lambda w: w[1:] + w[0] + "ay"),
    "Braille": lambda s: plain(s).translate(BRAILLE),
    "every second word": of_words(lambda ws: " ".join(f"{w} banana" for w in ws)),
    "tag characters": lambda s: "🏴" + "".join(chr(0xE0000 + ord(c)) for c in plain(s)) + "\U000e007f",
}
