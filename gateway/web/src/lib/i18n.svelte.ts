import { strings, type Key } from "./strings";

export type Language = "da" | "en";
export type { Key };

const stored = "brobygger.language";

function initial(): Language {
  try {
    return localStorage.getItem(stored) === "en" ? "en" : "da";
  } catch {
    return "da";
  }
}

const first = initial();
let language = $state<Language>(first);
document.documentElement.lang = first;

export function currentLanguage(): Language {
  return language;
}

/** What the pages keep in the browser for good is this one word: which language to show. */
export function setLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(stored, next);
  } catch {
    // A browser that keeps nothing shows Danish next time.
  }
}

/** The text of a key in the language of the page, with {name} replaced. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const [danish, english] = strings[key];
  return fill(language === "da" ? danish : english, values);
}

/** The same in a language of its own, such as that of a text. */
export function tIn(tongue: Language, key: Key, values: Record<string, string | number> = {}): string {
  return fill(strings[key][tongue === "da" ? 0 : 1], values);
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Danish or English, whichever the page shows. */
export function pick(danish: string, english: string): string {
  return language === "da" ? danish : english || danish;
}
