"""Recognize small talk: messages that ask for no fact, so that none can be missing from the documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...text.words import fold_letters
from ..passages import Passage

# Sample messages; one in another language is recognized by a vector near to one of theirs.
SMALL_TALK = tuple(
    Passage("", "", "", text)
    for text in (
        "Hello! Good morning!",
        "How are you?",
        "Who are you?",
        "What is your name?",
        "What do you do?",
        "Tell me about yourself.",
        "What can you tell me?",
        "How can you help me?",
        "Are you a human or an AI?",
        "Thank you!",
        "Goodbye!",
        "Yes, please.",
    )
)
NEAR_SMALL_TALK = 0.88  # cosine
MAX_SMALL_TALK = 500  # characters

# Words of greetings, thanks, assent, laughter, and talk about the chat itself. One line for each: English, German,
# French, Spanish, Italian, Portuguese, Dutch, Turkish and Polish; then what may stand beside them.
CHATTER = """
hi hello hey hiya yo howdy morning afternoon evening night day weekend good nice great cool lovely sweet thanks thank thx ty
cheers welcome bye goodbye cya later soon please pls ok okay okey k kk yes yep yeah yup no nope nah sure right alright
fine exactly true lol lmao rofl haha hahaha hehe hihi hm hmm hmmm hm mhm oh ah aha wow whoa huh oops sorry pardon typo
wait test testing joke jokes funny stupid dumb useless bot chatbot robot machine human person real ai gpt chatgpt llm computer
program fake alive made built shorter short longer simpler briefly again repeat summary english german french spanish
italian portuguese dutch turkish language answer reply speak talk talking chatting chat say help ask question questions
meet see interesting amazing awesome understand understood got it helpful helped correct wrong
hallo hallöchen moin servus grüß gruß grüezi gott tag abend morgen mittag nacht guten gute gutes schönen schöne schönes feierabend
wochenende danke dankeschön dank vielen herzlichen bitte bitteschön tschüss tschüs tschau ciao tschö bis bald dann
wiedersehen ja jo jep nein ne nö doch genau klar okidoki alles gut prima super toll tolle klasse cool krass nett witzig
lustig respekt na wie gehts geht's dir euch hä wat aha achso ach so ähm hihi witz mensch menschen maschine roboter ki echt
echten echter echte kürzer kurz länger einfacher nochmal wiederholen englisch deutsch französisch spanisch italienisch
türkisch sprache sprechen sprichst antworten antworte sagen sag erklären erkläre duzen siezen dumm blöd doof quatsch
unsinn klappe halt sorry vertippt verstanden verstehe stimmt richtig falsch fragen frage helfen hilfe geholfen interessant
bonjour bonsoir salut coucou merci beaucoup revoir bientôt ça va oui non d'accord super parles parlez français anglais
allemand robot humain vrai aide aider bonne bon journée soirée
hola buenas buenos días tardes noches qué tal gracias muchas adiós hasta luego mañana sí vale claro eres humano hablas
español inglés alemán ayuda ayudar jaja jajaja perdón
buongiorno buonasera salve grazie mille prego arrivederci sì certo bene umano parli italiano inglese tedesco aiuto gemacht erschaffen programmiert
olá oi bom boa tarde noite obrigado obrigada tchau sim não tudo bem humano fala português inglês
hoi dag goedemorgen goedemiddag goedenavond dank je wel doei tot ziens ja nee goed mens spreek nederlands engels duits
merhaba selam teşekkürler teşekkür ederim sağol hoşçakal evet hayır iyi günler nasılsın
cześć dzień dobry dobry wieczór dziękuję dzięki do widzenia pa tak nie
"""
BESIDE = """
i i'm im am me my we you u your ur are r is was a an the to of in on at for with and or so too very much more bit now here
there this that it it's all what who how why where can could would will do does did done did let's not just one like really
tell give be been have has had anything everything else site page website whole thing up going come by if today tonight
ich bin mich mir du dich dir er sie ihr wir uns bist ist sind hier das der die ein eine einen einem mit und oder auch schon
mal noch sehr ganz alles was wer wie wo warum kann kannst können könnt könnten wollen willst soll will hat hast hab gemacht
gebaut macht machst in auf zu zum für von an am denn doch jetzt erzähl erzähle ihre eure deine dein dein heute den dem herr frau rede
schreibe seite webseite
je tu vous es êtes suis un une le la et ou que quoi qui peux peut en à de
tú usted soy un una el la y o que quién puedes puede en de te me
"""
WORDS = frozenset(fold_letters(word) for word in f"{CHATTER} {BESIDE}".split())
CHATTER_WORDS = frozenset(map(fold_letters, CHATTER.split()))
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# A message that asks something: by its mark, or by a word of a question or a request, anywhere or at its beginning.
ASKS = re.compile(
    r"[?？؟]|(?<!\w)(?:who|whom|whose|what|wot|wat|which|when|where|why|how|whos|whats|wheres|hows|hw"
    r"|wer|wen|wem|wessen|was|welche[mnrs]?|wann|wo|woher|wohin|womit|wovon|wofür|warum|wieso|weshalb|wie|wieviel"
    r"|qui|que|quoi|quel(?:le)?s?|quand|où|pourquoi|comment|combien|qué|quién|cuál(?:es)?|cuándo|dónde|cómo|cuánt[oa]s?"
    r"|chi|cosa|quale|quando|dove|perché|come|quanto|quanti|quem|qual|onde|por que|wie|welke|wanneer|waar|waarom|hoe)(?!\w)"
    r"|^\W*(?:(?:and|und|so|then|but|ok|hey|hi),? )?(?:(?:do|does|did|are|r|is|was|were|have|has|had|can|could|would|will)"
    r" (?:u|you|your|ur|it|he|she|they|there|the|any)|u (?:got|have|like)|got any|tell|list|show|give|name|describe|explain"
    r"|hast|bist|kannst|machst|magst|spielst|wohnst|arbeitest|gibt|gibts|habt|haben|sind|ist|erzähl\w*|nenn\w*|zeig\w*|beschreib\w*)\b",
    re.IGNORECASE,
)
MIN_KEYWORD = 4  # letters of a word that says what a message is about
MAX_KEYWORDS = 4  # words of a message that is a search rather than a sentence


def is_small_talk(message: str, cosines: Iterable[float] = ()) -> bool:
    """Tell by a message's words, or by the cosines of its vector to those of SMALL_TALK, which may be missing."""
    if len(message) <= MAX_SMALL_TALK:
        words = {fold_letters(word.replace("’", "'")) for word in TOKEN.findall(message)}
        if words <= WORDS and (not words or words & CHATTER_WORDS or len(words) < MAX_KEYWORDS):
            return True
    return max(cosines, default=0.0) >= NEAR_SMALL_TALK


def asks_fact(message: str) -> bool:
    """Return whether a message has the form of a question or request, or is a few words as for a search engine."""
    if len(message) > MAX_SMALL_TALK or ASKS.search(message):
        return True
    words = [fold_letters(word) for word in TOKEN.findall(message)]
    return len(words) <= MAX_KEYWORDS and not any(word in CHATTER_WORDS for word in words)
