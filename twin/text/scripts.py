"""Writing systems, as ranges of characters for the brackets of a regular expression."""

from __future__ import annotations

SOUTHEAST_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
HIRAGANA = "\u3040-\u309f"  # which Japanese inflects with
KANA = f"{HIRAGANA}\u30a0-\u30ff"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HANGUL = "\uac00-\ud7a3"  # syllables
UNSPACED = SOUTHEAST_ASIAN + KANA + HAN  # no spaces between words
UNSPACED_NAMES = UNSPACED + HANGUL  # no space after a name: Korean sets its particles there
# Letters and digits of the scripts that put spaces between words, and after a name.
SPACED = (
    "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u0300-\u037d\u037f-\u0386\u0388-\u055f\u0561-\u0588"
    "\u0591-\u05bd\u05bf-\u05f2\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u0710-\u0963\u0966-\u0df3\u10a0-\u16ff"
    f"\u1c80-\u1fff\u2c00-\u2dff\ua640-\ua7ff{HANGUL}"
)
# Marks that are parts of words: for Python's \w they are not, and Hindi or Arabic would fall to pieces.
# The index of passages holds words cut by these, so that another list here needs another SCHEMA_VERSION there.
COMBINING_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd"
    "\u0a01-\u0a03\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3e-\u0d4d\u0dca-\u0ddf"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u20d0-\u20f0"
)
# Blocks with such marks, whole: where a mark too many does no harm, but a missing one would.
MARKED_BLOCKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u109f\u1780-\u17d3"
