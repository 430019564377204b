/** The words of what somebody typed to find a citizen. The register is asked for the first; the others choose among its answers. */
export function wordsOf(typed: string): string[] {
  return typed
    .normalize("NFC")
    .toLocaleLowerCase("da")
    .split(/\s+/u)
    .filter((word) => word !== "");
}

/** Whether a name has every word, whole or begun. */
export function hasWords(name: string, words: string[]): boolean {
  const own = wordsOf(name);
  return words.every((word) => own.some((part) => part.startsWith(word)));
}
