"""How a question in Spanish is dressed."""

from __future__ import annotations

import re

from .language import Language, match_anywhere, match_end, match_frame, match_start, read_table

TELLING = """
el los las y una soy en del con para por mi qué cuál cuáles quién quiénes dónde cuándo cómo cuánto cuánta cuántos
cuántas es está son tu tus te eres tienes puedo puedes hay haces trabajas vives cuesta cuestan cobras
"""
SPELLED = """
q: que; k: que; x: por; xq: por que; pq: por que; porq: por que; tb: tambien; tmb: tambien; d: de; pa: para; cn: con
dnd: donde; cdo: cuando; 1er: primer; 1ra: primera; 2do: segundo; &: y; e-mail: email; mail: email; correo: email
fotos: fotografias; foto: fotografia; dos: 2; tres: 3; cuatro: 4; cinco: 5; seis: 6; siete: 7; ocho: 8; nueve: 9
diez: 10; once: 11; doce: 12; veinte: 20; treinta: 30; cien: 100; mil: 1000; pagina: web
"""
ASKING = """
que  cual(?:es)?  quien(?:es)?  a quien(?:es)?  con quien  de quien  para quien  donde  adonde  a donde  de donde
cuando  como  cuant[oa]s?  por que  para que  en que  con que  de que  desde cuando  hasta cuando
"""
OPENING = """
hola+  buenas(?: tardes| noches)?  buenos dias  buen dia  hey  ey  hello  hi  oye  oiga  perdon(?:a|e)?  disculpa
disculpe  (?:una |otra )?(?:pregunta|duda|consulta)(?: rapida)?  tengo una (?:pregunta|duda|consulta)(?: rapida)?  y
pero  bueno  vale  ok  a ver  dime  digame  por curiosidad  por cierto  que tal  como estas  querid[oa]  estimad[oa]
(?:te )?puedo preguntar(?:te)?  una cosa  por favor
"""
FRAME = """
(?:me|nos) (?:puedes|podrias|puede|podria) (?:decir|contar|indicar)
(?:puedes|podrias|puede|podria) (?:decirme|contarme|indicarme)
(?:queria|quisiera|quiero|me gustaria) (?:saber|preguntar(?:te)?)  me pregunto  me preguntaba  dime
(?:te )?puedo preguntar(?:te)?
"""
KNOWING = "sabes"
HOW_TO = r"\S+ (?:se |\S+(?:[aei]r|[aei]r(?:se|l[aeo]s?|me|te))(?!\S))"  # a skill is asked for
CLOSING = """
(?:muchas |mil )?gracias(?: de antemano| por adelantado)?  por favor  porfa(?:vor)?  (?:un )?saludos?  (?:un )?abrazo
si (?:se puede saber|no te importa|puedo preguntar)  (?:ja)+j?  por cierto  por curiosidad
"""
FILLERS = """
por favor  porfa(?:vor)?  pues  de verdad  realmente  exactamente  tambien  mas o menos  por cierto  en realidad
normalmente  aproximadamente
"""
REWRITTEN = ((re.compile(r"(?<!\S)(?:actualmente|en este momento|ahora mismo|hoy en dia)(?!\S)"), "ahora"),)
PREPOSITIONS = "para en con por desde hasta sin sobre durante a"
ADVERBIAL = "en durante"


def _lower(tokens: list[str]) -> list[str]:
    return [token.casefold().replace("'", "") for token in tokens]


SPANISH = Language(
    "es",
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
    frozenset({"es", "son", "fue", "fueron", "era", "eran", "cuesta", "cuestan"}),
    inflect=_lower,
)
