/**
 * Taps that are not counted yet, kept on this device so that a lost connection or a reload loses none: a day, a part of it and
 * numbers. A batch is one request under one idempotency key, so that it counts once however often it is sent.
 */
export interface Batch {
  /** The request id. */
  id: string;
  /** Whose house was counted; nobody else's sign-in sends it. */
  agency: string;
  /** The window that counted. */
  tab: string;
  /** The day, 2026-11-22. */
  date: string;
  part: number;
  /** By what was counted: "visitors", or the number of an offer. */
  taps: Record<string, number>;
  /** A digest of who sent it; "" before it was sent. The key is theirs: sent by somebody else it would count again. */
  by: string;
  /** When it was first sent, in ms. */
  at: number;
  /** The service said no. */
  refused: boolean;
}

export type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const prefix = "brobygger.taps.";
/** The service knows a key again for 24 hours; an hour of them is left to the clocks. */
const sure = 23 * 3_600_000;

export function keep(storage: Kept, batch: Batch): void {
  try {
    storage.setItem(prefix + batch.id, JSON.stringify(batch));
  } catch {
    // A browser that keeps nothing still has the taps in memory.
  }
}

export function drop(storage: Kept, id: string): void {
  try {
    storage.removeItem(prefix + id);
  } catch {
    // It was never kept.
  }
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 && (value as number) <= 999;

function parse(text: string | null): Batch | null {
  try {
    const read = JSON.parse(text ?? "") as Batch;
    const texts = [read.id, read.agency, read.tab, read.by].every((part) => typeof part === "string");
    const numbers = Number.isInteger(read.part) && typeof read.at === "number" && Object.values(read.taps).every(isCount);
    return texts && numbers && /^\d{4}-\d\d-\d\d$/.test(read.date) ? { ...read, refused: read.refused === true } : null;
  } catch {
    return null;
  }
}

/** Everything kept on this device, by day; what was sent before is first. */
export function kept(storage: Kept): Batch[] {
  const found: Batch[] = [];
  try {
    for (let index = 0; index < storage.length; index++) {
      const key = storage.key(index) ?? "";
      const batch = key.startsWith(prefix) ? parse(storage.getItem(key)) : null;
      if (batch) found.push(batch);
    }
  } catch {
    return found;
  }
  const rank = (batch: Batch) => `${batch.date} ${batch.by ? 0 : 1} ${batch.id}`;
  return found.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
}

/**
 * What this person may send: what nobody sent yet, and what they sent themselves while the key still counts once. Of the rest
 * nobody can tell whether it was counted: a person has to look.
 */
export function sortOut(batches: Batch[], who: { agency: string; me: string; now: number }): { ready: Batch[]; unsure: Batch[] } {
  const ours = batches.filter((batch) => batch.agency === who.agency);
  const isReady = (batch: Batch) => !batch.refused && (batch.by === "" || (batch.by === who.me && who.now - batch.at < sure));
  return { ready: ours.filter(isReady), unsure: ours.filter((batch) => !isReady(batch)) };
}

export function sum(batches: Batch[]): number {
  return batches.reduce((all, batch) => Object.values(batch.taps).reduce((count, taps) => count + taps, all), 0);
}
