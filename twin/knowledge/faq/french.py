"""How a question in French is dressed, and “vous” for “tu”."""

from __future__ import annotations

import re

from .language import Language, match_anywhere, match_end, match_frame, match_start, read_table

TELLING = """
le la les et est une des je suis dans pour avec sur pas au aux mon ma mes qui que quel quelle quels quelles où quand
comment combien pourquoi vous votre vos tu ton ta tes faites fais avez as êtes peux puis est-ce il y
"""
SPELLED = """
cmb: combien; pk: pourquoi; pq: pourquoi; qd: quand; bcp: beaucoup; ds: dans; pr: pour; vs: vous; tjs: toujours
c: c est; svp: s il vous plait; stp: s il vous plait; &: et; e-mail: email; mail: email; deux: 2; trois: 3; quatre: 4
cinq: 5; six: 6; sept: 7; huit: 8; neuf: 9; dix: 10; onze: 11; douze: 12; vingt: 20; trente: 30; cent: 100
mille: 1000
"""
ASKING = """
quel(?:le)?s?  qui  que  qu  quoi  ou  d ou  quand  comment  combien  pourquoi  a qui  avec qui  pour qui  de quoi
en quoi  a quel(?:le)?s?  dans quel(?:le)?s?  depuis quand  depuis combien
"""
OPENING = """
bonjour  bonsoir  salut  coucou  hello  hey  hi  (?:une )?(?:petite )?question(?: rapide)?
j ai une (?:petite )?question  alors  et  mais  bon  ok  euh+  excusez moi  excuse moi  pardon  desolee?  dites moi
dis moi  au fait  par curiosite  simple curiosite  chere?  s il vous plait
"""
FRAME = """
vous (?:pouvez|pourriez|pouriez) me dire  (?:je|j) (?:voulais|voudrais|aimerais|veux|souhaiterais) savoir
je me demand(?:e|ais)  je (?:peux|puis)(?: vous)? demander  dites moi  dis moi
"""
KNOWING = "vous savez"
HOW_TO = (
    r"\S+ (?:(?:s|se|l|le|la|les|y|en) )?(?:on|(?!votre|notre)\S+(?:er|ir|tre|dre|ire))(?!\S)"  # a skill is asked for
)
CLOSING = """
merci(?: beaucoup| d avance| bien)?  s il vous plait  cordialement  bonne journee  a bientot  au fait  par curiosite
"""
FILLERS = "donc  aussi  en fait  exactement  d ailleurs  au juste  s il vous plait  egalement  environ  normalement"
REWRITTEN = (
    (re.compile(r"(?<!\S)(?:actuellement|en ce moment|a l heure actuelle)(?!\S)"), "maintenant"),
    (re.compile(r"(?<!\S)qu est ce (?:que|qu)(?!\S)"), "que"),  # what, and not whether
    (re.compile(r"(?<!\S)est ce (?:que|qu)(?: |$)"), ""),
    (re.compile(r"(?<!\S)(?:ca|cela) coute"), "coute"),
)
INVERTED = re.compile(r"(\w+)-(?:t-)?(tu|vous|je|il|elle|on|nous|ils|elles)")
PREPOSITIONS = "pour en dans avec sans sur par depuis pendant chez avant apres a"
ADVERBIAL = "en dans pendant"
BEFORE_SUBJECT_TEXT = "que qu quand où ou comment combien pourquoi si et mais qui dont quoi ce"
BEFORE_SUBJECT = frozenset(BEFORE_SUBJECT_TEXT.split())
FORMAL = read_table("""
as: avez; es: êtes; peux: pouvez; veux: voulez; fais: faites; vas: allez; dis: dites; sais: savez; viens: venez
prends: prenez; dois: devez; vois: voyez; connais: connaissez; mets: mettez; lis: lisez; écris: écrivez; tiens: tenez
pars: partez; sors: sortez; vends: vendez; apprends: apprenez; comprends: comprenez; réponds: répondez; te: vous
toi: vous; ton: votre; ta: votre; tes: vos; tu: vous
""")


def _make_formal(tokens: list[str]) -> list[str]:
    """Return the words in lower case, the pronoun before its verb, with “vous” and “votre” for “tu” and “ton”."""
    words: list[str] = []
    for token in tokens:
        word = token.casefold()
        if inverted := INVERTED.fullmatch(word):
            words += [inverted[2], inverted[1]]
        elif word.startswith("t'") and len(word) > 2:
            words += ["tu", word[2:]]
        else:
            words += word.replace("'", " ").replace("-", " ").split()
    for place in range(1, len(words)):  # an inversion without its hyphen
        is_verb = words[place] == "tu" and words[place - 1] not in BEFORE_SUBJECT
        if is_verb or (words[place] == "vous" and words[place - 1].endswith("ez")):
            words[place - 1], words[place] = words[place], words[place - 1]
    for place in range(1, len(words)):
        if words[place - 1] == "tu":
            words[place] = _make_plural(words[place])
    return [FORMAL[word] if word in ("te", "toi", "ton", "ta", "tes", "tu") else word for word in words]


def _make_plural(verb: str) -> str:
    if verb in FORMAL:
        return FORMAL[verb]
    if verb.endswith("es"):
        return verb[:-1] + "z"
    return verb[:-1] + "ssez" if verb.endswith("is") else verb


FRENCH = Language(
    "fr",
    frozenset(TELLING.split()),
    read_table(SPELLED),
    REWRITTEN,
    match_anywhere(FILLERS),
    match_start(OPENING),
    match_frame(FRAME, ASKING, "si"),
    match_frame(KNOWING, ASKING, "si", HOW_TO),
    match_end(CLOSING),
    match_start(ASKING),
    frozenset(PREPOSITIONS.split()),
    frozenset(ADVERBIAL.split()),
    frozenset({"est", "sont", "etait", "coute", "coutent"}),
    inflect=_make_formal,
)
