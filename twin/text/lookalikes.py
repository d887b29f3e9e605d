"""Characters that look like Latin letters, and the letters that a reader takes them for.

Unicode's confusables (UTS 39) of the scripts that have many, and what people write for style: small capitals, letters
turned upside down or with hooks and bars, faux Cyrillic, and emoji with a letter.
"""

from __future__ import annotations

import unicodedata

from .invisible import INVISIBLE_RUN

# By the Latin letter: small ones, since words are compared without case.
ALIKE = """
a ɑαаᎪᗅꓮᴀɐⲁª
b ƅβвьᏏᏴᑲᖯᗷꓐꞵʙⲃбɓ
c ςсᏟⲥꓚᴄɔƈϲ¢
d ԁᎠᏧᑯᗞᗪꓒꓓᴅđðɗɖ
e εеҽᎬⴹꓰꬲᴇǝəɛэзⲉɘє
f ϝքᖴẝꓝꞙꬵꜰɟƒ
g ɡԍցᏀᏳᶃꓖɢƃɠ
h һհᎻᏂᕼɥʜħⲏнɦ
i ᏆıɩɪιіӏᎥꙇᴉɨⲓ
j ʝϳјᎫᒍꓙᴊɾ
k κкᏦᛕⲕꓗᴋʞƙ
l ǀᏞᒪᛁⳑⵏꓡꓲʟłլƚ
m μмϻᎷᗰᛖⲙꓟᴍɯɱ
n ηոռⲛꓠɴиппŋɲπ
o οσоօ〇ⲟⵔꓳꬽᴏᴑøө
p ρрᏢᑭⲣꓑᴘƥþ
q ԛզⵕꞯʠ
r гᎡᎱᏒᖇᴦⲅꓣꭇꭈʀɹя
s ƽѕտᏕᏚꓢꜱʂ
t τтᎢⲧꓔᴛʇŧƭ
u υսሀᑌᴜꓴꞟꭎꭒʋцʉ
v νѵᏙᐯᴠⴸꓦꛟʌⱱ
w ѡԝաᎳᏔᴡꓪʍωшɰ
x χхᕁᕽⲭⵝꓫꭓ
y уγүყᎩᎽᶌỿⲩꓬꭚʏʎƴɣ
z ζᏃᴢꓜⲍʐ
"""
LETTERS = {ord(alike): line[0] for line in ALIKE.split("\n") if line for alike in line[2:]}
# Greek capitals that look like another letter than the small one does.
GREEK_CAPITALS = str.maketrans("ΗΝΥΜ", "hnym")
GREEK = range(0x370, 0x400)
BRAILLE = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"
FIRST_LETTERS = (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicators
SYMBOLS = {  # that are no letters to Python, nor to NFKC
    **{ord(cell): chr(97 + index) for index, cell in enumerate(BRAILLE)},
    **{first + index: chr(97 + index) for first in FIRST_LETTERS for index in range(26)},
    **{0xE0000 + code: chr(code) for code in range(0x20, 0x7F)},  # tags, which no reader sees and a program reads
}


def show_characters(text: str) -> str:
    """Return the characters that a reader takes these for: without invisible ones, by NFKC, and emoji as letters."""
    if text.isascii():
        return text
    return INVISIBLE_RUN.sub("", unicodedata.normalize("NFKC", text.translate(SYMBOLS)))


def fold_lookalikes(word: str) -> str:
    """Return the letters and digits of a word without case and accents, look-alikes as Latin letters."""
    if word.isascii() and word.isalnum():  # most are, and the rest takes long
        return word.lower()
    if not all(ord(character) in GREEK for character in word):
        word = word.translate(GREEK_CAPITALS)
    letters = unicodedata.normalize("NFKD", word.casefold()).translate(LETTERS)
    return "".join(filter(str.isalnum, letters))
