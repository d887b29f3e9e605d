"""How a question in German is dressed, and “Sie” for “du”."""

from __future__ import annotations

import re

from .language import Language, match_anywhere, match_end, match_frame, match_start, read_table
from .tokens import fold_accents

TELLING = """
der die das und ist ich mit von für auf ein eine einen einem einer zu im den dem nicht wir sie bei aus seit am zum zur
wer wen wem was wo wann wie warum wieso woher wohin welche welcher welches welchen du dich dir dein deine deinen deinem
deiner hast bist kannst machst gibt kann kostet kosten habe haben sind mir mich mein meine ihr ihre ihnen
"""
SPELLED = """
ne: eine; nen: einen; nem: einem; ner: einer; n: ein; hab: habe; brauch: brauche; mach: mache; find: finde
komm: komme; bekomm: bekomme; krieg: kriege; wieviel: wie viel; wieviele: wie viele; wielange: wie lange
gibts: gibt es; gehts: geht es; ists: ist es; nich: nicht; nix: nichts; is: ist; evtl: eventuell; u: und; &: und
od: oder; gern: gerne; wieso: warum; weshalb: warum; weswegen: warum; e-mail: email
mail: email; web: website; zwei: 2; drei: 3; vier: 4; fünf: 5; sechs: 6; sieben: 7; acht: 8
neun: 9; zehn: 10; elf: 11; zwölf: 12; zwanzig: 20; dreißig: 30; vierzig: 40; fünfzig: 50; hundert: 100; tausend: 1000
homepage: website
"""
ASKING = """
wer  wen  wem  wessen  was(?: für(?: eine?[nmrs]?)?)?  wo  wohin  woher  wann
wie(?: (?:viele?|lange|oft|weit|teuer|alt|hoch|groß|schnell|schwer))?  warum  welche[nmrs]?  wozu  womit  wofür  wovon
woran  worauf  worüber  seit wann  bis wann  ab wann  mit wem  für wen  von wem  bei wem  in welche[nmrs]?
an welche[nmrs]?
"""
OPENING = """
hi+  hallo+(?: zusammen)?  hello  hey+  hei  moin(?: moin)?  servus  grüß (?:gott|Sie|dich)  grüezi
guten (?:tag|morgen|abend)  schönen guten (?:tag|morgen|abend)  tach  na  so  also  ok  okay  äh+m*  hm+  und  aber
ach(?: so)?  oh  entschuldigung  entschuldigen Sie  entschuldige  sorry  verzeihung
(?:nur )?(?:eine )?(?:kurze |kleine |schnelle |dumme |andere )?frage
ich (?:habe|hätte) (?:da |noch )?(?:eine )?(?:kurze |kleine )?frage  sagen Sie  sag  sagt  übrigens  liebe[rs]?
sehr geehrte[rs]?  darf ich fragen  darf ich (?:dich )?(?:etwas|was) fragen  (?:nur )?(?:so )?aus neugier  neugierig
mal
"""
FRAME = """
(?:können|könnten|würden) Sie mir (?:sagen|verraten|erklären|mitteilen)  ich (?:frage|fragte) mich
(?:darf|kann|dürfte|könnte) ich (?:dich )?fragen
ich (?:wollte|möchte|würde|hätte|will) (?:nur |kurz |gerne )*(?:wissen|fragen|gewusst)  mich würde interessieren
mich interessiert  es würde mich interessieren  verraten Sie mir  sagen Sie mir  sag mir
"""
KNOWING = "wissen Sie"
CLOSING = """
danke(?: schön| Ihnen| sehr| im voraus)?  vielen(?: lieben)? dank(?: im voraus)?  besten dank  merci
(?:lg|vg|mfg|(?:viele |liebe |beste |schöne )?grüße|mit freundlichen grüßen|(?:lieben )?gruß)(?: [a-zäöü]+){0,2}
(?:wenn|falls) ich fragen darf  haha+  lol  übrigens  so  bitte
"""
FILLERS = """
denn  eigentlich  mal  bitte  auch  vielleicht  eventuell  wohl  ja  eben  halt  überhaupt  genau  nun  ungefähr
circa  ca  normalerweise  üblicherweise  so(?= eine?[nmr]? )
"""
# Where the price or the time is asked for, “bei dir” says nothing more; elsewhere it is the place.
PRICE = "(?:was|wie viel) kostet|was kosten|wie teuer (?:ist|sind)|wie lange dauert|gibt es"
BY_YOU = re.compile(rf"(?<!\S)((?:{PRICE})(?: \S+)*?) bei Ihnen(?!\S)(?! (?:zu|da))")
REWRITTEN = (
    (re.compile(r"(?<!\S)(?:gerade|derzeit|zurzeit|momentan|in dem moment|im moment|aktuell)(?!\S)"), "jetzt"),
    (re.compile(r"(?<!\S)(Sie|ich|man|ihr) so(?= (?:an|in|mit|bei|am|im|fuer|zu|auf)(?!\S))"), r"\1"),
    (re.compile(r"(?<!\S)koennte ich(?!\S)"), "kann ich"),
    (re.compile(r"(?<!\S)wie lang(?= dauer)"), "wie lange"),
    (BY_YOU, r"\1"),
)
PREPOSITIONS = "für in im am an auf bei beim mit von vom zu zum zur nach aus seit ohne unter über vor während pro um"
ADVERBIAL = "in im am um an während"
MERGED_VERBS = frozenset(
    [
        "haste",
        "biste",
        "kannste",
        "machste",
        "willste",
        "weißte",
        "weisste",
        "magste",
        "kennste",
        "gehste",
        "kommste",
        "wohnste",
    ]
)
FORMAL = read_table("""
bist: sind; hast: haben; kannst: können; willst: wollen; magst: mögen; musst: müssen; darfst: dürfen; sollst: sollen
weißt: wissen; weisst: wissen; gibst: geben; nimmst: nehmen; sprichst: sprechen; hilfst: helfen; triffst: treffen
fährst: fahren; hältst: halten; trägst: tragen; wirst: werden; siehst: sehen; empfiehlst: empfehlen; läufst: laufen
liest: lesen; isst: essen; lässt: lassen; schläfst: schlafen; reist: reisen; wäschst: waschen; wächst: wachsen
vergisst: vergessen; misst: messen; wirfst: werfen; rätst: raten; brätst: braten; gräbst: graben; fällst: fallen
fängst: fangen; lädst: laden; schlägst: schlagen; triffst: treffen; trittst: treten; brichst: brechen; hattest: hatten
warst: waren; wärst: wären; sei: seien; hab: haben; tust: tun; bläst: blasen; stiehlst: stehlen; verlässt: verlassen
hinterlässt: hinterlassen; behältst: behalten; erhältst: erhalten; verträgst: vertragen; berätst: beraten; du: Sie
dir: Ihnen; dein: Ihr; deine: Ihre; deinen: Ihren; deinem: Ihrem; deiner: Ihrer; deines: Ihres
""")
PRONOUNS = frozenset({"du", "dir", "dein", "deine", "deinen", "deinem", "deiner", "deines"})
BEFORE_OBJECT_TEXT = "ich man wir jemand für ohne gegen über an auf um"
BEFORE_OBJECT = frozenset(BEFORE_OBJECT_TEXT.split())
NO_VERBS = frozenset({"womit", "oft", "seit", "mit"})
POLITE = frozenset({"Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres"})


def _make_formal(tokens: list[str]) -> list[str]:
    """Return the words in lower case, but for “Sie” and “Ihr”, which also stand for “du” and “dein”.

    “Sie” as an object becomes “dich”: who supports your parents is not whom your parents support.
    """
    is_written_small = not any(character.isupper() for token in tokens for character in token)
    words: list[str] = []
    for place, token in enumerate(tokens):
        word = token.casefold() if "ß" not in token else token.lower()
        word = word.replace("'", "")
        if word in MERGED_VERBS:
            words += [word[:-1], "du"]
        elif token in POLITE and place:
            words.append(token)
        elif is_written_small and word == "sie":
            words.append("Sie")
        else:
            words.append(word)
    subjects = [place for place, word in enumerate(words) if word == "du"]
    verbs = {place for subject in subjects for place in (subject - 1, subject + 1, len(words) - 1)}
    for place in range(1, len(words)):
        if words[place] == "Sie" and _takes_object(words[place - 1], place - 1):
            words[place] = "dich"
    return [
        FORMAL[word] if word in PRONOUNS else _make_plural(word) if place in verbs else word
        for place, word in enumerate(words)
    ]


def _takes_object(word: str, place: int) -> bool:
    """Return whether “Sie” behind this word is no subject: another one is there, or a verb of the third person."""
    return word in BEFORE_OBJECT or (place < 2 and word.endswith("t") and word not in NO_VERBS)


def _make_plural(verb: str) -> str:
    """Return the form of a verb that goes with “Sie” for the one that goes with “du”; other words as they are."""
    if verb in FORMAL:
        return FORMAL[verb]
    for ending, length, plural in (
        ("ierst", 2, "en"),
        ("elst", 2, "n" if not verb.endswith(("ielst", "eelst", "ehlst")) else "en"),
        ("erst", 2, "n"),
        ("est", 3, "en"),
        ("sst", 1, "en"),
        ("zt", 1, "en"),
        ("xt", 1, "en"),
        ("ßt", 1, "en"),
        ("st", 2, "en"),
    ):
        if verb.endswith(ending) and len(verb) > len(ending) + 1:
            return verb[:-length] + plural
    return verb


def fold_umlauts(word: str) -> str:
    """Return a word with ae, oe, ue and ss for ä, ö, ü and ß, and without other accents."""
    if word.isascii():
        return word
    return fold_accents(word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss"))


GERMAN = Language(
    "de",
    frozenset(TELLING.split()),
    {fold_umlauts(short): fold_umlauts(full) for short, full in read_table(SPELLED).items()},
    REWRITTEN,
    match_anywhere(fold_umlauts(FILLERS)),
    match_start(fold_umlauts(OPENING)),
    match_frame(fold_umlauts(FRAME), fold_umlauts(ASKING), "ob"),
    match_frame(KNOWING, fold_umlauts(ASKING), "ob", "wie man "),
    match_end(fold_umlauts(CLOSING)),
    match_start(fold_umlauts(ASKING)),
    frozenset(fold_umlauts(PREPOSITIONS).split()),
    frozenset(fold_umlauts(ADVERBIAL).split()),
    frozenset({"ist", "sind", "war", "waren", "kostet", "kosten"}),
    fold_umlauts,
    _make_formal,
)
