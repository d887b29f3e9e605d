// The language of a text, as far as its commonest words tell, for screen readers' voices; and its direction.

const SCRIPTS = [
  [/\p{Script=Arabic}/u, "ar"], [/\p{Script=Hebrew}/u, "he"], [/[\u3040-\u30ff]/u, "ja"], [/\p{Script=Hangul}/u, "ko"],
  [/\p{Script=Han}/u, "zh"], [/\p{Script=Greek}/u, "el"], [/\p{Script=Thai}/u, "th"], [/\p{Script=Devanagari}/u, "hi"],
];
const WORDS = Object.entries({
  en: "the of and to is that it for was with are this you have what do how i my your does who where",
  de: "der die das und ist nicht ich ein eine zu mit auf für sie von den dem im wie was wer wo haben sind",
  fr: "le la les des est et que une je vous dans pour qui sur pas avec du au il quoi quel êtes mon nous où",
  es: "el la los las que es y en una por con para no se su lo del qué cómo yo está mi quién tiene dónde",
  it: "il di che è la un per non sono con una del mi si della dei le gli come chi cosa dove ho in più",
  pt: "o que de do da em um uma para não com os as é por eu no na se como você qual quem seu minha são",
  nl: "de het een en van is dat ik niet te zijn op met voor in hij wat wie hoe waar ook er uw mijn heb",
  pl: "w i na się nie z do to jest że jak co o po od za kto gdzie mam czy są ale dla przez jestem",
}).map(([tag, words]) => [tag, new Set(words.split(" "))]);
const SAMPLE = 1_000; // characters that are looked at
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Return the direction in which a text is read, "" where it has no letters: from right to left where two letters in five
 * say so. The first letter, by which browsers judge, is often that of a name in another script.
 */
export function findDirection(text) {
  const letters = text.slice(0, SAMPLE).match(/\p{L}/gu);
  if (!letters) return "";
  return letters.filter((letter) => RIGHT_TO_LEFT.test(letter)).length * 5 >= letters.length * 2 ? "rtl" : "ltr";
}

/** Return the BCP 47 tag of a text's language, and "" (unknown, in HTML) where too little tells. */
export function guessLanguage(text) {
  const sample = text.slice(0, SAMPLE);
  const letters = sample.match(/\p{L}/gu) ?? [];
  for (const [script, tag] of SCRIPTS) {
    if (letters.filter((letter) => script.test(letter)).length * 2 > letters.length) return tag;
    if (tag === "ja" && letters.filter((letter) => script.test(letter)).length * 5 > letters.length) return tag;
  }
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = WORDS.map(([tag, common]) => [words.filter((word) => common.has(word)).length, tag]);
  const [[first, tag], [second]] = counts.sort(([one], [other]) => other - one);
  return first >= 2 && first > second && first * 10 >= words.length ? tag : "";
}
