"""Units of measure and currencies, which are the same in any language."""

from __future__ import annotations

from ...text.words import fold_letters

# One line for each: English, German, French, Spanish, Italian, Portuguese, Dutch.
TABLE = """
year years jahr jahre jahren ans année années año años anno anni ano anos jaar jahrelang yr yrs
month months monat monate monaten mois mes meses mese mesi mês maand maanden
week weeks woche wochen semaine semaines semana semanas settimana settimane weken
day days tag tage tagen jour jours día días giorno giorni dia dias dag dagen
hour hours stunde stunden heure heures hora horas ore uur uren
minute minutes minuten minuto minutos minuti min mins
second seconds sekunde sekunden seconde secondes segundo segundos secondi seconden
€ euro euros eur
£ pound pounds pfund livre livres libra libras sterling gbp
$ dollar dollars dólar dólares dollari usd
% percent prozent pourcent procent
page pages seite seiten página páginas pagina pagine bladzijden
kilometre kilometres kilometer kilometers km kilomètres kilómetros chilometri quilômetros
metre metres meter meters m mètres metros metri quadratmeter m² m2 sqm qm
foot feet ft
centimetre centimetres zentimeter cm millimetre millimeter mm
gram grams gramm g kilo kilos kilogramm kilograms kg
degree degrees grad degrés grados gradi graus graden
"""
KEYS = {
    word if not word.isalpha() else fold_letters(word): line.split()[0]
    for line in TABLE.strip().split("\n")
    for word in line.split()
}
"""The unit that a folded word or a sign means."""

DAYS = {"year": 365.25, "month": 30.4, "week": 7, "day": 1, "hour": 1 / 24, "minute": 1 / 1440, "second": 1 / 86_400}
"""The days that a unit of time has."""

MONEY = ("€", "£", "$")

SCALES = {
    1_000: "k thousand tausend tsd mille mil mila duizend",
    1_000_000: "m mio million millions millionen millones milioni milhões miljoen",
    1_000_000_000: "bn mrd billion billions milliarde milliarden milliard milliards miliardi miljard",
}
SCALE_OF = {word: scale for scale, words in SCALES.items() for word in words.split()}
"""What a word for a large number multiplies by."""
