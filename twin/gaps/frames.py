"""The words that questions about any subject are made of, in seven languages."""

from __future__ import annotations

from ..text.words import fold_letters

ENGLISH_TEXT = """
a an the this that these those my your his her our their me you i we they he she it us them him do does did done doing
have has had having is are was were be been being am can could would will shall should may might must to of in on at for
with from by about into as and or but if so than then there here any some every all ever also only just please really
actually still now yours mine own tell what which who whom whose when where why how much many long far often soon kind
sort type one ones u ur not no never cannot
"""
GERMAN_TEXT = """
ich du er sie es wir ihr mich mir dich dir uns euch ihnen mein meine dein deine deinen deiner deinem deines sein seine
ihre ihren ihrem ihrer unser der die das den dem des ein eine einen einem einer eines bin bist ist sind seid war warst
waren habe hast hat haben habt hatte hattest wird werden wirst würde würdest kann kannst können könnte könntest könnten
muss musst müssen soll sollte darf dürfen mag magst möchte will willst gibt gibst geht macht machst machen zu zum zur im
am auf aus bei beim bis für mit nach von vom vor über unter um und oder aber wenn ob als wie was wer wem wen wo wohin
woher wann warum wieso weshalb welche welcher welches welchen wieviel viel viele auch noch schon mal eigentlich denn
etwas man da nur sehr bitte nicht kein keine keinen nie
"""
OTHERS_TEXT = """
le la les un une des de du et ou à au aux en dans sur pour par avec est es êtes suis sont avez as ai ont vous tu je nous
il elle on votre vos ton ta tes que qu quel quelle quels quelles qui où quand pourquoi comment combien ne pas faire fais
faites pouvez peux
el los las una unos y o con por para eres está estás soy tienes tiene tengo hay haces hace puedes puede te su sus qué
cuál cuáles quién dónde cuándo cómo cuánto cuánta se lo
il lo gli uno di che è sei sono hai ha ho per con nel della del tuo tua suoi come dove quando chi quale quanto puoi
os uma do da em com você tem é são seu sua quem onde quanto pode qual
het een en van ik ben op met voor bent heb hebt heeft je jij jouw uw wat wie waar wanneer hoe welke kun kan kunt
"""
ARTICLES_TEXT = """
a an the der die das den dem des ein eine einen einem einer eines le la les un une el los las una il lo gli uno os as um
uma de het een
"""
# No preposition, question word, pronoun, tense, “all”, “only”, “still”, “noch”, “encore” or “aún”: each asks for more.
FILLERS_TEXT = """
a an the do does is are am any please pls really actually also so then and ok okay hi hello hey now yet thanks
ein eine einen einem einer eines der die das den dem des denn eigentlich mal bitte auch also und ja jetzt hallo danke
le la les l un une du aussi alors donc et maintenant bonjour salut merci svp
el los las una y también entonces pues ahora hola gracias
il lo gli uno os uma het een
"""
NEGATIONS_TEXT = """
not no never none nobody nothing without cannot isnt arent dont doesnt didnt wont cant couldnt wouldnt shouldnt wasnt
werent havent hasnt hadnt nicht kein keine keinen keinem keiner keines nie niemals ohne nichts pas jamais sans aucun
aucune nunca sin ningún ninguno ninguna non mai senza não nunca sem niet geen nooit zonder
"""
# “Wie”, “qui” and “ou” have other meanings, too.
TIME_TEXT = "when wann quand cuándo cuando quando wanneer"
REASON_TEXT = "why warum wieso weshalb pourquoi perché waarom"
PLACE_TEXT = "where wo woher wohin où dónde donde dove onde waar"
PERSON_TEXT = "who whom wer wem wen quién chi quem"
THING_TEXT = "what which was welche welcher welches que qué quel quelle cosa quale wat welk"
SPEAKER_TEXT = "i me my we us our ich mich mir mein meine meinen wir uns je moi nous yo nosotros io eu ik"
OWNER_TEXT = (
    "you your u du dich dir dein deine deinen sie ihnen ihr ihre vous votre tu te ton ta tes usted ustedes você je jij"
)


def _fold(text: str) -> frozenset[str]:
    return frozenset(map(fold_letters, text.split()))


FRAME = _fold(f"{ENGLISH_TEXT} {GERMAN_TEXT} {OTHERS_TEXT}")
ARTICLES, NEGATIONS, THING = map(_fold, (ARTICLES_TEXT, NEGATIONS_TEXT, THING_TEXT))
FILLERS = _fold(FILLERS_TEXT)
"""The words that a question may have or lack without a change to its answer."""
GERMAN = _fold(GERMAN_TEXT) - _fold(f"{ENGLISH_TEXT} {OTHERS_TEXT}")
"""The words that show a question to be German, in which a capital makes no name."""
SPEAKER, OWNER = _fold(SPEAKER_TEXT), _fold(OWNER_TEXT)
ASKED = {
    word: kind
    for kind, text in {"time": TIME_TEXT, "reason": REASON_TEXT, "place": PLACE_TEXT, "person": PERSON_TEXT}.items()
    for word in _fold(text)
}
"""What a question word asks for."""
