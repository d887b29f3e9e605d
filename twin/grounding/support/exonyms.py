"""Names of places, peoples and languages that differ by language."""

from __future__ import annotations

from ...text.words import fold_letters

# One line for each; English, German, and some of French, Spanish and Italian.
TABLE = """
germany german germans deutschland deutsch deutsche deutscher allemagne allemand alemania alemán
britain british uk england english großbritannien britisch englisch anglais inglés
france french frankreich französisch français francés
italy italian italien italienisch italiano
spain spanish spanien spanisch español
portugal portuguese portugiesisch portugués
netherlands dutch holland niederlande niederländisch
belgium belgian belgien belgisch
austria austrian österreich österreichisch
switzerland swiss schweiz schweizer suisse suiza
denmark danish dane dänemark dänisch
norway norwegian norwegen norwegisch
sweden swedish schweden schwedisch
finland finnish finnland finnisch
iceland icelandic island isländisch
ireland irish irland irisch
scotland scottish schottland schottisch
wales welsh walisisch
poland polish polen polnisch
czechia czech tschechien tschechisch
hungary hungarian ungarn ungarisch
romania romanian rumänien rumänisch
greece greek griechenland griechisch
turkey turkish türkei türkisch türkiye
russia russian russland russisch
ukraine ukrainian ukrainisch
croatia croatian kroatien kroatisch
europe european europa europäisch
africa african afrika afrikanisch
america american usa amerika amerikanisch
canada canadian kanada kanadisch
brazil brazilian brasilien brasilianisch brasil
mexico mexican mexiko mexikanisch
india indian indien indisch
china chinese chinesisch
japan japanese japanisch
korea korean koreanisch
australia australian australien australisch
egypt egyptian ägypten ägyptisch
nigeria nigerian nigerianisch
arabic arab arabisch
hebrew hebräisch
milan mailand milano
munich münchen
cologne köln
vienna wien
prague prag praha
warsaw warschau warszawa
rome rom roma
florence florenz firenze
venice venedig venezia
naples neapel napoli
turin torino
genoa genua
geneva genf genève
zurich zürich
berne bern
basle basel
brussels brüssel bruxelles
antwerp antwerpen
ghent gent
copenhagen kopenhagen københavn
gothenburg göteborg
lisbon lissabon lisboa
moscow moskau
athens athen
nuremberg nürnberg
hanover hannover
brunswick braunschweig
saxony sachsen sächsisch
bavaria bavarian bayern bayerisch
thuringia thüringen
hesse hessen
danube donau
rhine rhein
baltic ostsee
tyrol tirol
lucerne luzern
strasbourg straßburg
hague haag
bruges brügge
cracow krakau kraków
peking beijing
tokyo tokio
bucharest bukarest
cairo kairo
msc master masters
bsc bachelor bachelors
phd doctorate
"""
SAME = {fold_letters(word): line.split()[0] for line in TABLE.strip().split("\n") for word in line.split()}
"""The name that stands for a folded word's others."""
