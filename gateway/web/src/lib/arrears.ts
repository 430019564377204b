/** What somebody wrote as an amount owed: whole kroner; undefined if nothing was written, null if it is no such amount. */
export function arrearsFrom(text: string): number | undefined | null {
  const written = text.trim();
  if (written === "") return undefined;
  return /^\d{1,6}$/.test(written) ? Number(written) : null;
}
