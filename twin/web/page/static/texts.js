// The page's own words, in its language; the service sends them with the page.

const root = document.documentElement;
const texts = JSON.parse(root.dataset.texts ?? "{}");
const language = root.lang || "en";
const UNITS = [["hour", 3_600], ["minute", 60], ["second", 1]]; // in seconds

export function addTexts(more) {
  Object.assign(texts, more);
}

/** Return a text with `values` in place of the names in braces; "" for a name that is none. */
export function say(name, values = {}) {
  return (Object.hasOwn(texts, name) ? texts[name] : "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Return when something comes that is `seconds` ahead, in the largest unit of which there are two. */
export function sayWhen(seconds) {
  const [unit, size] = UNITS.find(([, each]) => seconds >= 2 * each) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(language).format(Math.ceil(seconds / size), unit);
}

export function sayDays(count) {
  return new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" }).format(count);
}

export function sayNumber(number) {
  return new Intl.NumberFormat(language, { useGrouping: false }).format(number);
}

/** Return the time of an instant, in milliseconds, and its day unless that is today. */
export function sayInstant(instant) {
  const isToday = new Date(instant).toDateString() === new Date().toDateString();
  const day = isToday ? {} : { dateStyle: "medium" };
  return new Intl.DateTimeFormat(language, { ...day, timeStyle: "short" }).format(instant);
}
