import { Code } from "@connectrpc/connect";
import { PartOfDay, type VisitTally } from "../gen/brobygger/dropin/v1/tally_pb";
import { DropinService } from "../gen/brobygger/dropin/v1/dropin_service_pb";
import type { OfferKind } from "../gen/brobygger/dropin/v1/offer_pb";
import { client, newRequestId } from "./api";
import { fromIso, toIso } from "./civil";
import { today } from "./dates";
import { failureOf } from "./errors";
import { current } from "./session.svelte";
import { drop, keep, kept, sortOut, sum, type Batch } from "./taps";

/** What is counted: visits, or one offer. */
export type Counted = "visitors" | OfferKind;

const calm = 2500;
const patience = [3000, 5000, 10_000, 20_000];
const lock = "brobygger.taps.";
/** What no further try changes. After anything else the same is sent again: nobody can tell whether it got through. */
const final = [Code.InvalidArgument, Code.OutOfRange, Code.FailedPrecondition, Code.NotFound];

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Counts taps and sends them as increments. 1. A tap shows at once and is kept on this device at once. 2. Taps wait a moment, so that
 * one taken back at once is never sent. 3. A batch keeps its request id until the server has answered, so that trying again counts
 * once, also after a reload. 4. What the server says is the number; several tablets may count together.
 */
export class Counter {
  part = $state<PartOfDay>(PartOfDay.MORNING);
  /** What a correction was refused for. */
  failure = $state.raw<unknown>(null);
  /** The last try did not get through. */
  waiting = $state(false);
  /** What nobody can send any more: a person says whether it was counted. */
  unsure = $state<Batch[]>([]);
  private tallies = $state<VisitTally[]>([]);
  private queue = $state<Batch[]>([]);
  private taps = $state<{ part: PartOfDay; what: Counted; id: string }[]>([]);
  private sent = $state<{ part: PartOfDay; what: Counted }[]>([]);
  private busy = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private counted = 0;
  private stopped = false;
  private me = "";
  private release = () => {};
  private readonly tab = newRequestId();
  private readonly agency = current.session.agency;
  private readonly mayCorrect: boolean;

  constructor(mayCorrect: boolean) {
    this.mayCorrect = mayCorrect;
    const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hour12: false, timeZone: "Europe/Copenhagen" }).format(new Date())) % 24;
    this.part = hour < 12 ? PartOfDay.MORNING : hour < 17 ? PartOfDay.AFTERNOON : PartOfDay.EVENING;
  }

  /** Takes up what was left on this device by windows that are closed, and sends it. */
  async start(): Promise<void> {
    void navigator.locks.request(lock + this.tab, () => new Promise<void>((resolve) => (this.release = resolve)));
    this.me = await digest(`${this.agency} ${current.session.person}`);
    const open = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
    const left = kept(localStorage).filter((batch) => batch.tab !== this.tab && !open.has(lock + batch.tab));
    const { ready, unsure } = sortOut(left, { agency: this.agency, me: this.me, now: Date.now() });
    this.queue = [...ready, ...this.queue];
    this.unsure = unsure;
    if (ready.length > 0) await this.flush();
  }

  /** Reads today's numbers; anew if some were counted meanwhile, since the answer may be older than those. */
  async load(): Promise<void> {
    for (let known = -1; known !== this.counted; ) {
      known = this.counted;
      const day = today();
      const answer = await client(DropinService).getVisitTallies({ firstDay: day, lastDay: day });
      if (known === this.counted) this.tallies = answer.tallies;
    }
  }

  tallyOf(part: PartOfDay): VisitTally | undefined {
    const day = toIso(today());
    return this.tallies.find((tally) => tally.partOfDay === part && toIso(tally.date) === day);
  }

  known(part: PartOfDay, what: Counted): number {
    const tally = this.tallyOf(part);
    if (!tally) return 0;
    return what === "visitors" ? tally.visitorsEstimate : (tally.offerCounts.find((count) => count.offer === what)?.count ?? 0);
  }

  /** The number to show: what the server said, and the taps on their way. */
  shown(part: PartOfDay, what: Counted): number {
    const day = toIso(today());
    return this.queue.reduce((all, batch) => all + (batch.part === part && batch.date === day ? (batch.taps[what] ?? 0) : 0), this.known(part, what));
  }

  get unsaved(): number {
    return sum(this.queue);
  }

  get last(): Counted | null {
    const tap = this.taps.findLast((one) => one.part === this.part && this.notSent(one.id));
    if (tap) return tap.what;
    if (!this.mayCorrect || this.busy || this.waiting) return null;
    return this.sent.findLast((one) => one.part === this.part)?.what ?? null;
  }

  add(what: Counted): void {
    if (this.shown(this.part, what) >= 999) return;
    const date = toIso(today());
    let batch = this.queue.find((one) => one.tab === this.tab && one.by === "" && one.part === this.part && one.date === date);
    if (!batch) {
      this.queue.push({ id: newRequestId(), agency: this.agency, tab: this.tab, date, part: this.part, taps: {}, by: "", at: 0, refused: false });
      batch = this.queue[this.queue.length - 1] as Batch;
    }
    batch.taps[what] = (batch.taps[what] ?? 0) + 1;
    keep(localStorage, batch);
    this.taps.push({ part: this.part, what, id: batch.id });
    this.schedule(calm);
  }

  /** Takes the last tap of this part of the day back: unsent, it is dropped; sent, the number is corrected. */
  async undo(): Promise<void> {
    const index = this.taps.findLastIndex((one) => one.part === this.part && this.notSent(one.id));
    if (index >= 0) {
      const [tap] = this.taps.splice(index, 1);
      if (tap) this.lessOne(tap.id, tap.what);
      return;
    }
    const what = this.last;
    if (what === null) return;
    await this.correct(this.part, (read, key) => (key === what ? Math.max(0, read - 1) : read));
    const at = this.sent.findLastIndex((tap) => tap.part === this.part && tap.what === what);
    if (at >= 0) this.sent.splice(at, 1);
  }

  /** Sets numbers of a part of today, by what they are now. Read anew first, so that nobody's counting is lost. */
  async correct(part: PartOfDay, change: (now: number, what: Counted) => number, also: Counted[] = []): Promise<void> {
    this.failure = null;
    try {
      await this.load();
      const tally = this.tallyOf(part);
      if (!tally) return;
      const offers = new Set([...tally.offerCounts.map((count) => count.offer), ...also.filter((what) => what !== "visitors")]);
      const answer = await client(DropinService).correctVisitTally({
        date: today(),
        partOfDay: part,
        visitorsEstimate: change(tally.visitorsEstimate, "visitors"),
        offerCounts: [...offers].map((offer) => ({ offer, count: change(this.known(part, offer), offer) })).filter((count) => count.count > 0),
        etag: tally.etag,
        requestId: newRequestId(),
      });
      this.put(answer.tally);
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }

  /** Sends what waits, one batch after the other, until one does not get through. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.busy || this.me === "") return;
    this.busy = true;
    try {
      for (;;) {
        // While somebody taps, only what they tapped before a pause is sent.
        const batch = this.queue.find((one) => one.by !== "" || one.tab !== this.tab || this.timer === undefined);
        if (!batch) break;
        if (batch.by === "" && !navigator.onLine) {
          this.later();
          break;
        }
        if (!(await this.send(batch))) break;
      }
    } finally {
      this.busy = false;
    }
  }

  /** What was unsure is counted after all, under a new key, or was counted already. */
  settle(batch: Batch, count: boolean): void {
    this.unsure = this.unsure.filter((one) => one.id !== batch.id);
    drop(localStorage, batch.id);
    if (!count) return;
    const anew = { ...batch, id: newRequestId(), tab: "", by: "", at: 0, refused: false };
    keep(localStorage, anew);
    this.queue.push(anew);
    void this.flush();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    const left = this.queue.length > 0 ? this.flush() : Promise.resolve();
    void left.finally(() => this.release());
  }

  private async send(batch: Batch): Promise<boolean> {
    const first = batch.by === "";
    if (first) {
      [batch.by, batch.at] = [this.me, Date.now()];
      keep(localStorage, batch);
    }
    try {
      const answer = await client(DropinService).recordVisitTally({
        date: fromIso(batch.date),
        partOfDay: batch.part,
        addVisitors: batch.taps["visitors"] ?? 0,
        addOffers: Object.entries(batch.taps).flatMap(([what, count]) => (what === "visitors" ? [] : [{ offer: Number(what), count }])),
        requestId: batch.id,
      });
      if (first) this.put(answer.tally);
      else await this.putOld(answer.tally);
      [this.waiting, this.tries] = [false, 0];
      for (const tap of this.taps.filter(({ id }) => id === batch.id)) this.sent.push({ part: tap.part, what: tap.what });
      this.remove(batch.id);
      return true;
    } catch (thrown) {
      if (!final.includes(failureOf(thrown).code)) {
        this.later();
        return false;
      }
      const refused = { ...batch, refused: true };
      this.remove(batch.id);
      keep(localStorage, refused);
      this.unsure = [...this.unsure, refused];
      return true;
    }
  }

  private notSent(id: string): boolean {
    return this.queue.some((batch) => batch.id === id && batch.by === "");
  }

  private lessOne(id: string, what: Counted): void {
    const batch = this.queue.find((one) => one.id === id);
    if (!batch) return;
    const left = (batch.taps[what] ?? 0) - 1;
    if (left > 0) batch.taps[what] = left;
    else delete batch.taps[what];
    if (Object.keys(batch.taps).length > 0) keep(localStorage, batch);
    else this.remove(id);
  }

  private remove(id: string): void {
    this.queue = this.queue.filter((batch) => batch.id !== id);
    this.taps = this.taps.filter((tap) => tap.id !== id);
    drop(localStorage, id);
  }

  private put(tally: VisitTally | undefined): void {
    this.counted++;
    if (tally && toIso(tally.date) === toIso(today())) this.tallies = [...this.tallies.filter((other) => other.partOfDay !== tally.partOfDay), tally];
  }

  /**
   * What was sent before is answered as it was then: the numbers may be older than those that are known. Whoever may read reads them
   * anew; for others the larger count stands, since counts grow.
   */
  private async putOld(tally: VisitTally | undefined): Promise<void> {
    this.counted++;
    if (this.mayCorrect) return this.load().catch(() => {});
    const all = (one: VisitTally | undefined) => (one ? one.visitorsEstimate + one.offerCounts.reduce((sum, { count }) => sum + count, 0) : -1);
    if (tally && all(tally) > all(this.tallyOf(tally.partOfDay))) this.put(tally);
  }

  private later(): void {
    this.waiting = true;
    this.schedule(patience[Math.min(this.tries++, patience.length - 1)] ?? calm);
  }

  private schedule(after: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), after);
  }
}
