"""Recognize an answer that says in words that it does not know."""

from __future__ import annotations

import re
from itertools import islice

MAX_READ = 600  # characters
MAX_SENTENCES = 2  # of the beginning, which would say so
# Regular expressions, one a line, by language; a space stands for white space.
PHRASES = """
(do not|don't|didn't|cannot|can't|couldn't|wouldn't|won't|not able to|unable to) (really |actually |honestly |)(know|say|tell|answer|speak to|recall)\\b
(i have|i've got|i've|hmm?,|sorry,) no (idea|answer|information|details|record|knowledge|clue)|^no idea
(isn't|is not|not|never) (something |anything |)(that |)(i have|i've|i) (ever |)(written|wrote|mentioned|shared|documented)
(nothing|no mention|no information|no details) (about|on|of|in my|in the|is (written|said|mentioned))
(do not|don't|doesn't|does not|didn't|never|nowhere) (mention|say|state|have (any|an answer|that|this|it|details|information))\\b
(documents|notes|files|cv|pages|website) (do not|don't|doesn't|does not|didn't) (contain|cover|include|list|record|go into)
(isn't|is not|'s not|not|aren't|are not) (mentioned|recorded|documented|(covered |listed |included |anywhere |)in (my|the|any of my|what i) (documents|notes|files|sources|have|wrote|'ve))|(information|detail|details|data) (isn't|is not|aren't|are not) (covered|listed|available|included)|that's not (covered|listed)
(haven't|have not|have never|i never|i've never) (shared|said|written|wrote|told|published|noted|mentioned|recorded) (anything|that|this|it|about|a word)|outside (of |)what i know|no record of|not that i know of
(could not|couldn't|cannot|can't) find (that|this|it|any|anything|an answer|the answer)\\b|(isn't|is not|not) something (that |)i (can|could) (say|speak|tell|answer|share)
\\b(says?|said|written) nothing (about|on|of)|there is nothing|there's nothing
(rather|better|prefer|want) (not|to not) (guess|say|speculate|make)|only be guessing|\\bi'd be guessing|won't make (something|anything|it) up
(do not|don't) have (an answer|that information|any information|details)|\\bnot sure\\b|(got|have) me there|\\bbeats me\\b
(weiß|weiss) (ich|das ich|es) (\\w+ ){0,4}(nicht|nichts)\\b|(weiß|weiss) ich(,| ) ?(leider |)nicht|ich weiß (\\w+ ){0,4}nicht
keine (ahnung|antwort|angabe|auskunft|information)|überfragt|muss ich (leider |)passen
nichts (\\w+ |)(notiert|festgehalten|vermerkt|hinterlegt|aufgeschrieben|vorliegen)|(liegt|liegen) mir (\\w+ ){0,3}(nichts|keine)
(nichts|nicht) (sagen|beantworten|verraten|dazu|darüber|bekannt)|(dazu|darüber|davon|hierzu) kann ich (\\w+ ){0,4}(nichts?|keine)\\b
(steht|stehen|findet|finde|finde ich|geht|gibt es|sagen|sage) (\\w+ ){0,8}(nichts|nicht hervor|nirgends|kein wort)
(nie|nicht|nichts) (etwas |)(darüber |dazu |)(ge|auf)(schrieben|geschrieben|äußert)|müsste ich raten|nicht raten|nur raten
(je ne|je n'en|j'en ne|on ne) (\\w+ ){0,3}?((sais|saurais|connais|trouve) (\\w+ ){0,3}?(pas|rien|aucun|aucune|dire|dans)|(peux|pourrais) (\\w+ ){0,3}?(dire|répondre|préciser|confirmer))\\b
je n'(en |)ai (\\w+ ){0,2}?(pas|rien|aucune?|jamais) (\\w+ ){0,4}?(informations?|réponse|idée|trace|mention|données?|écrit|noté|trouvé|parlé)
aucune idée|me posez une colle|(ne|n'en) (disent|dit|parlent|mentionnent) rien|rien (écrit|trouvé)|pas (répondre|la réponse|de réponse)|ne saurais
no (lo |)(sé|sabría)\\b|ni idea|no (aparece|hay|consta|figura|dice|dicen) nada|no (dispongo|tengo) (de |)(esa|la|ninguna) (información|respuesta)
prefiero no|nunca he escrito|no puedo (decir|ayudar|responder)|no (tengo|encuentro) (información|nada)|me has pillado
non (lo |ne |)(so|saprei)\\b|non ne ho|minima idea|nessuna idea|non se ne parla|non dicono nulla|non dice nulla|non ho (mai |)(scritto|questa|quest'|informazioni|la risposta|risposta)
preferisco non|mai scritto|non abbia la risposta|non posso (dir|rispond)
não (\\w+ )?(sei|saberia)\\b|menor ideia|não (dizem|diz|há|consta) nada|não tenho (essa|esta|a|nenhuma) (informação|resposta)|prefiro não|nunca escrevi|só poderia responder inventando|não posso (dizer|responder)
weet ik (\\w+ ){0,3}niet|weet ik niets|ik weet (het |dat |)(\\w+ ){0,2}niet\\.|geen idee|staat (daar |)(niets|niks)|antwoord op schuldig|nooit over geschreven|niets over (zeggen|vinden)|niets vinden|niet weten|liever niet|niet naar raden|geen (antwoord|informatie)
nie wiem|nie mam pojęcia|nie ma o tym|wolę nie|trudno (mi |)powiedzieć|nic mi nie wiadomo|nie potrafię|nic nie znajduję|nie znam odpowiedzi|nie mam (takich|tej|takiej) informacji|nie mogę (powiedzieć|odpowiedzieć)
bilmiyorum|fikrim yok|bilgim yok|bilgi yok|geçmiyor|istemem|diyemem|veremiyorum|bulamadım|hiç yazmadım|bilemiyorum
(わかりません|分かりません|わからない|知りません|存じません|存じ上げません)(。|$|が|ね|で)|お答えできません|お答えでき|書かれていません|書いたことがない|控えて|見当たりません|答えを持ち合わせて|情報は(\\w|、){0,20}ありません
"""
# Their beginnings make the same words an assertion.
EXCEPTIONS = """
never know\\b|can't say (enough|no)\\b|cannot say (enough|no)\\b|know how to (thank|tell)|how (hard|much|good)|had no idea|don't know (what i would|where i would|how i)|wusste ich nicht|wusste nicht|man (ja |)nie|weet je het nooit|wist toen niet|non si sa|nunca se sabe|ne sait jamais|nie wiadomo!|何をするかわかりません
"""


def _compile(lines: str) -> re.Pattern[str]:
    return re.compile("|".join(line.replace(" ", r"\s+") for line in lines.strip().split("\n")), re.IGNORECASE)


ABSTAINS, ASSERTS = _compile(PHRASES), _compile(EXCEPTIONS)
SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*")


def abstains(answer: str) -> bool:
    """Return whether an answer says, in ten languages, in its beginning that it does not know; most wordings are known."""
    beginning = answer[:MAX_READ].replace("’", "'")
    sentences = [match[0] for match in islice(SENTENCE.finditer(beginning), MAX_SENTENCES)]
    return any(ABSTAINS.search(sentence) and not ASSERTS.search(sentence) for sentence in sentences)
