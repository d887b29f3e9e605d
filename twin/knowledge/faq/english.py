"""How a question in English is dressed."""

from __future__ import annotations

import re

from .language import Language, match_anywhere, match_end, match_frame, match_start, read_table
from .tokens import fold_accents

TELLING = """
the and of what where when who whom whose why which how is are was were do does did can could would will have has you
your i my me we our it this that there any been be in for from to with about
"""
SPELLED = """
u: you; ya: you; ur: your; yr: your; r: are; rn: now; pls: please; plz: please; thx: thanks; thanx: thanks; ty: thanks
im: i am; ive: i have; youre: you are; youve: you have; theyre: they are; id: i would; whats: what is
wheres: where is; whos: who is; hows: how is; whens: when is; thats: that is; theres: there is; dont: do not
doesnt: does not; didnt: did not; cant: can not; cannot: can not; wont: will not; isnt: is not; arent: are not
wasnt: was not; werent: were not; havent: have not; hasnt: has not; couldnt: could not; wouldnt: would not
shouldnt: should not; gonna: going to; wanna: want to; gotta: have to; w: with; b4: before; abt: about; bc: because
cuz: because; coz: because; cos: because; til: until; till: until; pics: pictures; pic: picture
fav: favorite; fave: favorite; ppl: people; msg: message; wat: what; wut: what; wot: what; hv: have
y: why; n: and; &: and; tmrw: tomorrow; yrs: years; yr: year; hrs: hours; mins: minutes; wud: would; cud: could
shud: should; analog: analogue; grey: gray; centre: center; theatre: theater; licence: license; programme: program
tho: though; cheque: check; catalog: catalogue; dialog: dialogue; learnt: learned; website: web site; e-mail: email
infos: information; info: information; two: 2; three: 3; four: 4; five: 5; six: 6; seven: 7; eight: 8; nine: 9
ten: 10; eleven: 11; twelve: 12; twenty: 20; thirty: 30; forty: 40; fifty: 50; hundred: 100; thousand: 1000
"""
ASKING = """
what  where  when  who  whom  whose  why  which  how  since when  until when  at what  in what  in which  for how
for what  from where  with whom  with what  about what  by when  on what  to whom
"""
OPENING = """
hi+(?: there)?  hello+(?: there)?  hey+(?: there)?  hiya  heya  howdy  yo  greetings
good (?:morning|afternoon|evening|day)  dear  so  ok  okay  well  um+  uh+  hm+  erm*  and  but  oh  ah  right
excuse me  sorry(?: to bother(?: you)?)?  pardon(?: me)?
(?:a |one |just a |just one |another )?(?:quick |short |small |simple |random |silly )?(?:question|q)(?: for you)?
i (?:have|have got|had) (?:a|one) (?:quick |short |small )?question(?: for you)?
(?:do you have|got|have you got) a (?:sec|second|minute|moment)  (?:just )?out of(?: pure| sheer)? curiosity
(?:just )?curious  by the way  btw  if i may ask  may i ask(?: you)?(?: something)?
(?:can|could|might) i ask(?: you)?(?: something)?  tell me  please  anyway  listen  hope you are(?: doing)? well
nice to meet you  (?:nice|great|lovely|cool) (?:web site|site|page|work)
"""
FRAME = """
(?:can|could|would|will) you (?:tell|inform) me  (?:can|could|would) you let me know  tell me  let me know
i (?:am|was|have been) (?:just )?(?:wondering|curious)(?: to know)?  (?:just |was )?(?:wondering|curious)
i wonder(?:ed)?  i would (?:like|love) to (?:know|ask(?: you)?)  i (?:just )?want(?:ed)? to (?:know|ask(?: you)?)
any idea  (?:would|do) you mind telling me  (?:may|can|could|might) i ask(?: you)?
i need to know  like to know
"""
KNOWING = "do you (?:happen to )?know"
HOW_TO = r"(?:\S+ ){1,2}to(?!\S)"  # a skill is asked for
CLOSING = """
please  thanks?(?: you)?(?: so much| very much| a lot| again| in advance)?  many thanks  cheers
(?:kind |best )?regards(?: [a-z]+){0,2}  best wishes  lol  haha+  though  btw  by the way  if i may(?: ask)?
if you do not mind(?: me asking| my asking| telling me)?  too  by any chance  (?:just )?out of curiosity
(?:just )?curious  exactly  anyway  mate  sir  madam
"""
FILLERS = """
actually  basically  exactly  perhaps  maybe  possibly  please  kindly  also  as well  ever  by the way  btw  really
usually  normally  typically  generally  roughly  approximately  precisely  honestly  by any chance
"""
BRITISH = re.compile(r"(?<!\S)([a-z]{3,})our(s|ed|ite|ites|ing|able|hood)?(?!\S)")
ORGANISE = re.compile(r"(?<!\S)([a-z]{4,})is(e|ed|es|er|ers|ing|ation|ations)(?!\S)")
REWRITTEN = (
    (re.compile(r"(?:at the moment|right now|currently|at present|presently|nowadays|these days)(?!\S)"), "now"),
    (re.compile(r"(?<!\S)(?:may|could|might) (i|we)(?!\S)"), r"can \1"),
    (re.compile(r"(?<!\S)have you got(?!\S)"), "do you have"),
    (re.compile(r"(?<!\S)how (?:do|would|could) (i|we)(?!\S)"), r"how can \1"),
    (re.compile(r"(?<!\S)the (most|best|least)(?!\S)"), r"\1"),
    (BRITISH, r"\1or\2"),
    (ORGANISE, r"\1iz\2"),
)
ENDINGS = {"'re": " are", "'ve": " have", "'ll": " will", "'d": " would", "'m": " am"}
IRREGULAR = {"can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not", "let's": "let us"} | {
    f"{word}'d": f"{word} did" for word in ("why", "how", "where", "when", "what", "who")
}
IS = re.compile(r"(what|where|when|who|why|how|much|many|that|there|here|it|he|she)'s")
PREPOSITIONS = "for in on at with from to by during after before about without under over near through into per as"
ADVERBIAL = "in on at by during near"


def _expand(tokens: list[str]) -> list[str]:
    """Return the words without contractions."""
    return [part for token in tokens for part in _expand_word(token.casefold().strip("'")).replace("'", "").split()]


def _expand_word(word: str) -> str:
    if "'" not in word:
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("n't"):
        return f"{word[:-3]} not"
    if IS.fullmatch(word):
        return f"{word[:-2]} is"
    for ending, full in ENDINGS.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + full
    return word


ENGLISH = Language(
    "en",
    frozenset(TELLING.split()),
    read_table(SPELLED),
    REWRITTEN,
    match_anywhere(FILLERS),
    match_start(OPENING),
    match_frame(FRAME, ASKING, "if|whether"),
    match_frame(KNOWING, ASKING, "if|whether", HOW_TO),
    match_end(CLOSING),
    match_start(ASKING),
    frozenset(PREPOSITIONS.split()),
    frozenset(ADVERBIAL.split()),
    frozenset({"is", "are", "was", "were", "cost", "costs"}),
    fold_accents,
    _expand,
)
