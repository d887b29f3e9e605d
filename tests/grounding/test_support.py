"""The names, numbers and dates of an answer: those that stand in what the model was given, and those that do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.grounding.support import Claims, Collection, Facts, merge_spans

YEAR = 2026


def find_unsupported(answer: str, *documents: str, question: str = "", beside: tuple[str, ...] = ()) -> list[str]:
    """Return the parts of an answer that nothing supports."""
    collection = Collection(map(Facts.of, documents))
    claims = Claims.read(answer, question, collection, [Facts.of(text) for text in beside], YEAR)
    spans = merge_spans(claims.find_unsupported())
    assert all(0 <= start < end <= len(answer) for start, end in spans)
    return [answer[start:end] for start, end in spans]


SUPPORTED = [  # an answer, and a document
    # Numbers in digits and in words
    ("I led 7 people.", "I led seven people."),
    ("I led seven people.", "I led 7 people."),
    ("I have twenty-three hives.", "I have 23 hives."),
    ("Ich leitete sieben Leute.", "Ich habe 7 Leute geleitet."),
    ("Ich habe dreiundzwanzig Bienenstöcke.", "I have 23 hives."),
    ("Je suis chez nous avec douze chats.", "I have 12 cats."),
    ("Tengo doce gatos.", "I have 12 cats."),
    ("Ho dodici gatti.", "I have 12 cats."),
    ("Tenho doze gatos.", "I have 12 cats."),
    ("Ik heb twaalf katten.", "I have 12 cats."),
    ("I have 12 cats.", "Ik heb twaalf katten."),
    ("I have a dozen cats.", "I have 12 cats."),
    ("Wir sind zu viert.", "We are 4."),
    ("I was twice in Fife.", "I was in Fife 2 times."),
    # Groups and decimals of both kinds
    ("It has 1200 employees.", "It has 1,200 employees."),
    ("Die Firma hat 1.200 Leute.", "It has 1,200 employees."),
    ("Die Firma hat 1 200 Leute.", "It has 1,200 employees."),
    ("It has 1200 employees.", "Die Firma hat 1’200 Leute."),
    ("It costs 1,350.50.", "Es kostet 1.350,50."),
    ("It weighs 2.5 kg.", "Das Boot wiegt 2,5 kg."),
    ("I have 3k readers.", "I have 3,000 readers."),
    ("I have 2.5 million readers.", "I have 2,500,000 readers."),
    ("Ich habe drei Millionen Leser.", "I have 3 million readers."),
    ("It costs 16,800 euros.", "| Neue Geige | 16.800 € |"),
    ("Half? It is 50 percent.", "It is 50%."),
    # Dates
    ("It was on 14 March 1985.", "Born on 1985-03-14."),
    ("It was on March 14, 1985.", "Geboren am 14.03.1985."),
    ("It was on March 14th, 1985.", "Geboren am 14. März 1985."),
    ("Das war am 14. März 1985.", "It was on 14 March 1985."),
    ("Je suis né le 14 mars 1985.", "It was on 14 March 1985."),
    ("Fue el 14 de marzo de 1985.", "It was on 14 March 1985."),
    ("Since 03/2021.", "Since March 2021."),
    ("Seit Oktober 2018 bin ich dort.", "10/2018 – 12/2020"),
    ("In October 2018.", "2018-10 to 2020-12"),
    ("Until 2019.", "I was there 2015–2019."),
    ("I may do so.", "Yes."),
    # Times
    ("We open at 6:30 pm.", "We open at 18:30."),
    ("We open at 18:30.", "We open at 6:30 p.m."),
    ("Wir öffnen um 18.30 Uhr, und das ist so.", "We open at 18:30."),
    ("Wir öffnen um 9 Uhr, und das ist so.", "We open at 9 am."),
    ("From 9 to 5 pm.", "Open from 9:00 to 17:00."),
    # Ranges of weekdays
    ("I work on Wednesday.", "Monday to Friday"),
    ("Mittwochs ist die Werkstatt auf.", "Mo–Fr: 9–17 Uhr"),
    ("On Tuesdays, yes.", "Open Mon-Fri."),
    ("Le mercredi, je suis là.", "Open Monday until Friday."),
    # Units
    ("I was there for seven months.", "It lasted 7 months."),
    ("Ich war sieben Monate dort, und das ist wahr.", "It lasted 7 months."),
    ("There were 7.", "There were 7 boats."),
    # Inflected names
    ("I know Anna's brother.", "My friend Anna has a brother."),
    ("Ich war in Münchens Norden, und das ist schön.", "Ich war lange in München."),
    ("The Northwinds sail.", "I worked at Northwind."),
    ("I sing in the Tide Choir.", "I am in the Bedminster Tide Choir."),
    # German nouns are no names, and names among them are
    ("Ich mag den Kaffee, das Brot und die Ruhe am Abend.", "Ich wohne in Fife."),
    ("Ich bekam den Deutschen Buchpreis.", "Ich habe 2019 den Deutschen Buchpreis bekommen."),
    # Acronyms and what they stand for
    ("I worked at the WHO.", "I worked at the World Health Organization."),
    ("I worked at the World Health Organization.", "I worked at the WHO."),
    ("I studied at the Massachusetts Institute of Technology.", "I studied at MIT."),
    ("I studied at ETH Zürich.", "Ich habe an der ETH Zürich studiert."),
    # Names in translation
    ("I lived in Vienna.", "Ich habe in Wien gewohnt."),
    ("Ich habe in Kopenhagen gelebt.", "I lived in Copenhagen."),
    ("I speak German.", "Ich komme aus Deutschland."),
    ("I studied at the University of Bremen.", "Ich habe an der Universität Bremen studiert."),
    ("Ich habe an der Universität Bremen studiert.", "I studied at the University of Bremen."),
    # Numbers that follow from others
    ("I am 41 years old.", "Born on 14 March 1985."),
    ("I am 40.", "Born on 14 March 1985."),
    ("Ich bin 41, und das ist gut.", "Geboren am 14. März 1985."),
    ("I have 9 animals: 4 dogs and 5 cats.", "I have 4 dogs and 5 cats."),
    ("4 of 9 are dogs, so 5 are not.", "Of my 9 animals, 4 are dogs."),
    ("That is 25%: 5 of 20.", "I own 5 of the 20 boats."),
    ("With 20% VAT, £1,200 is £1,440.", "It costs £1,200. VAT is 20%."),
    ("It took two years.", "It took 24 months."),
    ("It took 90 minutes.", "It took 1.5 hours."),
    ("It takes 14 days.", "It takes 2 weeks."),
    ("It takes seven days.", "It takes a week."),
    ("Since 2021, so for 5 years.", "I have been there since 2021."),
    ("It is 2026.", "Nothing."),
    ("I'm open from 14:00 to 16:00.", "Open from 2 to 4 p.m."),
    ("Call (020) 7946-0958.", "Phone: +44 20 7946 0958"),
    ("It has 40 square metres.", "My studio has 40 m²."),
    ("Der Umsatz lag bei 5 Mio. Euro.", "Wir machten 5 Millionen Euro Umsatz."),
    ("I'm open from 8am to 5pm, so 8:00–17:00.", "Open 8 to 5."),
    ("I have been at Kestrel for six years.", "I have been at Kestrel since 2020."),
    ("I use three woods: oak, ash and walnut.", "Woods: oak, ash, walnut."),
    ("I teach two courses, BIO210 and BIO315.", "BIO210 and BIO315"),
    ("I have a Master's.", "MSc, 2011."),
    ("My APIs are open.", "I write an API."),
    # Numbers and capitals that claim nothing
    ("1. **Measure** – I come.\n2. **Design** – I draw.\n3. **Build** – I build.", "Nothing."),
    ("Merry Christmas! In the 2000s I sailed.", "Nothing."),
    ("BTW, I sail. FYI: ASAP.", "Nothing."),
    ("Employer: Kestrel\n- Sailing", "I sail for Kestrel."),
    ("| Boat | Year |\n|---|---|\n| Kittiwake | 2019 |", "The Kittiwake is of 2019."),
    ("One of them is first.", "Nothing."),
    ("**Boats**: I sail. **Bikes:** I ride.", "Nothing."),
    ("# My Boats And Bikes\nI sail.", "Nothing."),
    ("Hello! I'm an AI. OK? See the FAQ.", "Nothing."),
    # Contacts, which are checked as such
    ("Write to ada17@fife.example.", "Nothing."),
    ("See https://fife.example/Zorblax/1742 or www.fife.example/99.", "Nothing."),
    # Titles
    ("I love “Blue Train”.", "My favourite song is Blue Train."),
    ("As they say, “this is it”.", "Nothing."),
]


@pytest.mark.parametrize(("answer", "document"), SUPPORTED)
def test_what_stands_there_in_any_form_is_supported(answer: str, document: str) -> None:
    assert find_unsupported(answer, document) == []


@pytest.mark.parametrize(
    "text", ["Open 0 000 h", "0'000 Uhr", "0 012 to 2 pm", "00.0.0 am", "9,99 Uhr", "1 111 bis 2 h"]
)
def test_odd_hours_are_numbers(text: str) -> None:
    assert find_unsupported(text, text, question=text) == []


UNSUPPORTED = [  # an answer, a document, and the parts of the answer that nothing supports
    # Numbers in digits and in words
    ("I led 8 people.", "I led seven people.", ["8"]),
    ("I led eight people.", "I led 7 people.", ["eight"]),
    ("I have twenty-four hives.", "I have 23 hives.", ["twenty-four"]),
    ("Ich leitete acht Leute, und das ist wahr.", "Ich habe 7 Leute geleitet.", ["acht"]),
    ("Je suis chez nous avec treize chats.", "I have 12 cats.", ["treize"]),
    ("Tengo trece gatos.", "I have 12 cats.", ["trece"]),
    ("Ho tredici gatti.", "I have 12 cats.", ["tredici"]),
    ("Tenho treze gatos.", "I have 12 cats.", ["treze"]),
    ("Ik heb dertien katten.", "I have 12 cats.", ["dertien"]),
    # Groups and decimals
    ("It has 1,300 employees.", "It has 1200 employees.", ["1,300"]),
    ("Die Firma hat 12.000 Leute.", "It has 1,200 employees.", ["12.000"]),
    ("It weighs 25 kg.", "Das Boot wiegt 2,5 kg.", ["25"]),
    ("I have 3 million readers.", "I have 3,000 readers.", ["3 million"]),
    # Dates
    ("It was on 15 March 1985.", "Born on 1985-03-14.", ["15"]),
    ("It was on 14 April 1985.", "Born on 1985-03-14.", ["April"]),
    ("It was on 14 March 1986.", "Born on 1985-03-14.", ["1986"]),
    ("Je suis né le 14 avril 1985.", "It was on 14 March 1985.", ["avril"]),
    ("In May 2019.", "In April 2019.", ["May"]),
    ("Until 2020.", "I was there 2015–2019.", ["2020"]),
    # Times
    ("We open at 6:30 am.", "We open at 18:30.", ["6:30 am"]),
    ("We open at 19:30.", "We open at 6:30 pm.", ["19:30"]),
    ("Wir öffnen um 19.30 Uhr, und das ist so.", "We open at 18:30.", ["19.30"]),
    # Ranges of weekdays
    ("I work on Saturday.", "Monday to Friday", ["Saturday"]),
    ("Sonntags ist die Werkstatt auf.", "Mo–Fr: 9–17 Uhr", ["Sonntags"]),
    # Units
    ("It lasted seven years.", "It lasted 7 weeks.", ["seven"]),
    ("It costs £16,800.", "| Neue Geige | 16.800 € |", ["16,800"]),
    ("I met 50 people.", "It is 50%.", ["50"]),
    # Names
    ("I know Bertha's brother.", "My friend Anna has a brother.", ["Bertha"]),
    ("I sail with Captain Zorblax.", "My boat is called Kittiwake.", ["Captain Zorblax"]),
    ("I sail the Kittiwake and the Petrel.", "My boat is called Kittiwake.", ["Petrel"]),
    ("I use MongoDB.", "I use PostgreSQL.", ["MongoDB"]),
    ("I love “The Sea”.", "My favourite song is Blue Train.", ["The Sea"]),
    ("Mit Sabine war ich in Hamburg, und das war schön.", "Ich war lange in München.", ["Sabine", "Hamburg"]),
    ("Ich bekam den Deutschen Buchpreis.", "Ich wohne in Fife.", ["Deutschen Buchpreis"]),
    ("Ich bekam den Österreichischen Buchpreis.", "Der Deutsche Buchpreis", ["Österreichischen Buchpreis"]),
    ("I worked at the WTO.", "I worked at the World Health Organization.", ["WTO"]),
    ("I worked at the World Trade Organization.", "I worked at the WHO.", ["World Trade Organization"]),
    ("I lived in Prague.", "Ich habe in Wien gewohnt.", ["Prague"]),
    ("I speak Italian.", "Ich komme aus Deutschland.", ["Italian"]),
    ("I was at the University of Hamburg.", "Ich habe in Bremen studiert.", ["University of Hamburg"]),
    ("- Google\n- **Kestrel Health**", "I worked for Kestrel Health.", ["Google"]),
    ("Employer: Google", "I worked for Kestrel Health.", ["Google"]),
    ("| Boat | Year |\n|---|---|\n| Petrel | 2019 |", "The Kittiwake is of 2019.", ["Petrel"]),
    ("Ich habe den German Design Award gewonnen.", "I won an award for design.", ["German Design Award"]),
    # Numbers that follow from nothing
    ("I am 52 years old.", "Born on 14 March 1985.", ["52"]),
    ("I have 8 animals: 4 dogs and 5 cats.", "I have 4 dogs and 5 cats.", ["8"]),
    ("That is 35%: 5 of 20.", "I own 5 of the 20 boats.", ["35"]),
    ("With 20% VAT, £1,200 is £1,540.", "It costs £1,200. VAT is 20%.", ["1,540"]),
    ("It took three years.", "It took 24 months.", ["three"]),
]


@pytest.mark.parametrize(("answer", "document", "unsupported"), UNSUPPORTED)
def test_what_stands_nowhere_is_not(answer: str, document: str, unsupported: list[str]) -> None:
    assert find_unsupported(answer, document) == unsupported


def test_what_the_question_said_is_supported() -> None:
    assert find_unsupported("Yes, Zorblax was there in 1742.", question="Was it Zorblax, in 1742?") == []
    assert find_unsupported("Three days cost £1,860.", "A day costs £620.", question="And three days?") == []
    assert find_unsupported("Three days cost £1,960.", "A day costs £620.", question="And three days?") == ["1,960"]
    assert find_unsupported("Nice to meet you, Bob!", question="Hi, I'm Bob.") == []


def test_what_the_persona_or_the_conversation_said_is_supported() -> None:
    beside = ("You are Roger J. Campbell, born in 1971.", "I told you of Zorblax.")
    assert find_unsupported("I am Roger Campbell, 55 years old, and know Zorblax.", beside=beside) == []
    assert find_unsupported("I am Roger Campbell, 65 years old.", beside=beside) == ["65"]


def test_any_of_the_documents_may_support_it() -> None:
    assert find_unsupported("I led 7 people, with Anna.", "I led seven.", "My friend is Anna.") == []


def test_the_words_of_a_name_have_to_stand_together() -> None:
    apart = "My friend is Anna. " + "Then came another day, and with it the wind and the rain. " * 3 + "Mr Winter left."
    assert find_unsupported("I met Anna Winter.", "I met Anna Winter.") == []
    assert find_unsupported("I met Anna Winter.", "I met Anna, of the Winter family.") == []
    assert find_unsupported("I met Anna Winter.", apart) == ["Anna Winter"]


@pytest.mark.parametrize(
    "before", ["", "\U0001f642", "\U0001f469\U0001f3fd\u200d\u2695\ufe0f", "é", "e\u0301", "漢字。"]
)
def test_positions_are_in_code_points(before: str) -> None:
    answer = f"{before} I sail with Captain Zorblax since 1742."
    claims = Claims.read(answer, "", Collection([]), [], YEAR)
    spans = merge_spans(claims.find_unsupported())
    assert spans == [(len(before) + 13, len(before) + 28), (len(before) + 35, len(before) + 39)]


def test_positions_are_right_in_a_long_answer() -> None:
    answer = "I sail a boat, and I like it. " * 100 + "I sail with Captain Zorblax. " + "I like it. " * 100
    assert find_unsupported(answer) == ["Captain Zorblax"]


def test_a_language_is_told_by_the_question_where_the_answer_shows_none() -> None:
    german = "Hast du eine Katze, und wie viele sind es?"
    assert find_unsupported("Kaffee, Brot, Ruhe.", question=german) == []
    assert find_unsupported("Zwölf!", "I have 12 cats.", question=german) == []
    assert find_unsupported("Dreizehn!", "I have 12 cats.", question=german) == ["Dreizehn"]


PARTS = [
    "I ",
    "Anna ",
    "Zorblax",
    " 7",
    "1,200",
    "seven ",
    "2015-03-14",
    ":30",
    "%",
    "€",
    ". ",
    "\n",
    "“",
    "”",
    "März ",
    "am ",
]
TEXTS = st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=20).map("".join)


@settings(max_examples=100)
@given(TEXTS, TEXTS)
def test_any_text_is_supported_by_itself(text: str, other: str) -> None:
    find_unsupported(text, other, question=other)
    text = unicodedata.normalize("NFKC", text)
    assert find_unsupported(text, text) == []


@pytest.mark.parametrize("part", ["A", "1 ", "1-", "A. ", "“A ", "Zorblax ", "seven ", "é", "漢", "1,000,"])
def test_hostile_answers_end(part: str) -> None:
    text = part * (20_000 // len(part))
    find_unsupported(text, text, question=text)
