"""Words before a number that tell what it is: a phone's, or something else's."""

from __future__ import annotations

import re

LEAD_CHARACTERS = 64  # before a number, in which one of these begins

# Whole words; `*` stands for endings, `_` for a space.
PHONE_WORDS = """
    appel* arayın arayin ara bel bellen bereik* call cell cellphone cellular celular cep chiam* contact contacto
    contato contatto dial dzwo* erreich* fax* festnetz* handy* hívj* hotline i_am_at i['’]m_at joignable kontakt
    komórk* landline ligar ligue llam* llám* mob mobil* mobile mobiel móvil movil numaram* ph phone* puhelin*
    raggiung* reach_(?:me|us|him|her) ring ringe ringen ruf* signal sms soita* sunați sunati tel tele telefax
    telefon* teléfon* telefone* telefono* telefonsz* telephone* téléphon* volej* whats_?app zadzwo* zavolej*
"""
OWNERS = """
    contact direct ditt her his il ma meine? meine[mnr] meu mi mia min mio mitt mi[nj]n? moj moj[ae] mon my mój
    notre office our unsere work your
"""
NUMBERS = "extension line nummer numbers? numer numeru numero numéro número nº номер"
PHONE_SIGNS = (
    "тел|звон|мобильн|τηλ|κινητ|电话|電話|手机|手機|携帯|هاتف|جوال|رقمي|फ़ोन|फोन|전화|휴대폰|טלפון|โทร"
    "|[\U0001f4de\U0001f4f1\u260e]"
)
# Of registers, ledgers and catalogues, whose numbers may look like a phone's.
IDENTIFIERS = """
    (?:akten|artikel|auftrags|bestell|kunden|matrikel|personal|prüf|rechnungs|register|serien|vertrags)nummer
    aadhaar abn account acn arxiv ausweis* booking bsn btw cas certifi* cif cnpj company_number conto cpf cuit
    curp cvr doi ean ein epsg gstin gtin hra hrb iban imei inn invoice isbn(?:-?1[03])? isni isrc issn jmbg
    konto kontonummer krs kvk licen[cs]e licencia lizenz* member* mitglied* mwst nhs nie nif nip nit npi oab
    oclc oib orcid order organisasjonsnummer organisationsnummer orgnr p\\.?_?iva partita_iva passport patent
    permit pesel pin pmcid pmid policy rcs reference regist* regon rfc security segurança_social
    seguridad_social serial siren siret ssn steuer-?id steuernummer sécurité_sociale tax tckn ticket tin
    tracking tva uic upc ust ust-?id utr vat versicherung* viaf vkn y-tunnus zertifikat* číslo
"""
IDENTIFIER_SIGNS = "[册冊編编證証证卡账帐税]号|инн|огрнип|огрн|кпп|бик|снилс|окпо|едрпоу|番号|代码|代碼|등록번호"
NUMBERED = r"[ .\-]{0,2}(?:n[°ºo]?|nr|num(?:ber|mer)?|id|ref|code|reg\w*)"
SOME_NUMBER = r"[^\W\d_]{2,}[.\- ]{1,2}(?:no\.|nr\.?|n[°º]|id|ref\.?|code)"  # "Part no."
FOREIGN_PREFIX = r"(?:[A-Z]{2,3}[ -]?)?(?:\d{2}[ ])?"  # a country's, of tax numbers; France adds a key
ACRONYM = (  # but of places and phones
    r"(?<!\w)(?!(?:US|USA|UK|UAE|EU|NYC|LA|SF|DC|TEL|FAX|FON|MOB|SMS|PH|GSM)\b)[A-Z]{2,6}[ -]"
)


def _join(words: str) -> str:
    """Return words as alternatives of a pattern, the longest first."""
    patterns = (word.replace("*", r"\w*").replace("_", r"\ ") for word in words.split())
    return "|".join(sorted(patterns, key=len, reverse=True))


OWN_NUMBER = rf"(?:{_join(OWNERS)}) (?:(?!(?:{_join(IDENTIFIERS)})\b)\w+ )?(?:{_join(NUMBERS)})"
PHONE = rf"(?:(?<![^\W\d_])(?:{_join(PHONE_WORDS)}|{OWN_NUMBER})(?![^\W\d_])|{PHONE_SIGNS})"
LITTLE = """
    a al an ar at au auf ben el era es est el in is ist jest la le me mich mir na on op per på to uns unter under us via
    war are now è é är er
"""
ANNOUNCED = re.compile(rf"(?i){PHONE}\.?[^.!?\n]{{0,25}}(?:no\.)?[^.!?\n]{{0,3}}\n?[ ]?\Z")
CALLED = re.compile(rf"(?i){PHONE}{NUMBERED}?\W{{0,4}}(?:\b(?:{_join(LITTLE)})\b\W{{1,3}}){{0,3}}\Z")  # just before
LABELLED = re.compile(
    rf"(?:(?i:(?<![^\W\d_])(?:{_join(IDENTIFIERS)})(?:{NUMBERED})?|{SOME_NUMBER}|{IDENTIFIER_SIGNS}|№)"
    rf"\W{{0,4}}{FOREIGN_PREFIX}|{ACRONYM}|[$€£¥₹₽₩#§〒]\s?|\b[A-Z]{{2}}\d{{2}}(?: ?[0-9A-Z]{{4}}){{0,7}} ?)\Z"
)
TOLD = re.compile("[^\\W\\d_]|[$€£¥₹₽₩#§〒№\U0001f4de\U0001f4f1\u260e]")  # in all of these; rare before other digits


def is_announced(before: str) -> bool:
    """Return whether a word in a text tells that a phone number may follow."""
    return TOLD.search(lead := before[-LEAD_CHARACTERS:]) is not None and ANNOUNCED.search(lead) is not None


def is_called(before: str) -> bool:
    """Return whether a text ends in a word that tells that a phone number follows now."""
    return CALLED.search(before[-LEAD_CHARACTERS:]) is not None


def is_labelled(before: str) -> bool:
    """Return whether a text ends in a word or a sign that tells that a number of another kind follows."""
    return TOLD.search(lead := before[-LEAD_CHARACTERS:]) is not None and LABELLED.search(lead) is not None
