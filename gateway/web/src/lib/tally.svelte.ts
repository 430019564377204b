import { PartOfDay, type VisitTally } from "../gen/brobygger/dropin/v1/tally_pb";
import { DropinService } from "../gen/brobygger/dropin/v1/dropin_service_pb";
import type { OfferKind } from "../gen/brobygger/dropin/v1/offer_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RecordVisitTallyRequestSchema } from "../gen/brobygger/dropin/v1/tally_pb";
import { client, newRequestId } from "./api";
import { today } from "./dates";

/** What is counted: visits, or one offer. */
export type Counted = "visitors" | OfferKind;

interface Batch {
  part: PartOfDay;
  taps: Map<Counted, number>;
  request: MessageInitShape<typeof RecordVisitTallyRequestSchema>;
}

const calm = 2500;

/**
 * Counts taps and sends them as increments. 1. A tap shows at once. 2. Taps wait a moment, so that one taken back at once is never
 * sent. 3. A batch keeps its request id until the server has answered, so that trying again counts once. 4. What the server says
 * is the number; several tablets may count together.
 */
export class Counter {
  part = $state<PartOfDay>(PartOfDay.MORNING);
  failure = $state<unknown>(null);
  private tallies = $state<VisitTally[]>([]);
  private waiting = $state<{ part: PartOfDay; what: Counted }[]>([]);
  private sending = $state.raw<Batch | null>(null);
  private sent = $state<{ part: PartOfDay; what: Counted }[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly mayCorrect: boolean;

  constructor(mayCorrect: boolean) {
    this.mayCorrect = mayCorrect;
    const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hour12: false, timeZone: "Europe/Copenhagen" }).format(new Date()));
    this.part = hour < 12 ? PartOfDay.MORNING : hour < 17 ? PartOfDay.AFTERNOON : PartOfDay.EVENING;
  }

  async load(): Promise<void> {
    const day = today();
    const answer = await client(DropinService).getVisitTallies({ firstDay: day, lastDay: day });
    this.tallies = answer.tallies;
  }

  tallyOf(part: PartOfDay): VisitTally | undefined {
    return this.tallies.find((tally) => tally.partOfDay === part);
  }

  known(part: PartOfDay, what: Counted): number {
    const tally = this.tallyOf(part);
    if (!tally) return 0;
    return what === "visitors" ? tally.visitorsEstimate : (tally.offerCounts.find((count) => count.offer === what)?.count ?? 0);
  }

  /** The number to show: what the server said, and the taps on their way. */
  shown(part: PartOfDay, what: Counted): number {
    const waiting = this.waiting.filter((tap) => tap.part === part && tap.what === what).length;
    const sending = this.sending?.part === part ? (this.sending.taps.get(what) ?? 0) : 0;
    return this.known(part, what) + waiting + sending;
  }

  get unsaved(): number {
    let count = this.waiting.length;
    for (const taps of this.sending?.taps.values() ?? []) count += taps;
    return count;
  }

  get last(): Counted | null {
    const waiting = this.waiting.findLast((tap) => tap.part === this.part);
    if (waiting) return waiting.what;
    if (!this.mayCorrect || this.sending) return null;
    return this.sent.findLast((tap) => tap.part === this.part)?.what ?? null;
  }

  add(what: Counted): void {
    if (this.shown(this.part, what) >= 999) return;
    this.waiting.push({ part: this.part, what });
    this.schedule(calm);
  }

  /** Takes the last tap of this part of the day back: unsent, it is dropped; sent, the number is corrected. */
  async undo(): Promise<void> {
    const index = this.waiting.findLastIndex((tap) => tap.part === this.part);
    if (index >= 0) {
      this.waiting.splice(index, 1);
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

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (!this.sending) {
      const part = this.waiting[0]?.part;
      if (part === undefined) return;
      const taps = new Map<Counted, number>();
      for (const tap of this.waiting) if (tap.part === part) taps.set(tap.what, (taps.get(tap.what) ?? 0) + 1);
      this.waiting = this.waiting.filter((tap) => tap.part !== part);
      const offers = [...taps].flatMap(([what, count]) => (what === "visitors" ? [] : [{ offer: what, count }]));
      this.sending = {
        part,
        taps,
        request: { date: today(), partOfDay: part, addVisitors: taps.get("visitors") ?? 0, addOffers: offers, requestId: newRequestId() },
      };
    }
    const batch = this.sending;
    try {
      const answer = await client(DropinService).recordVisitTally(batch.request);
      this.failure = null;
      this.put(answer.tally);
      for (const [what, count] of batch.taps) for (let index = 0; index < count; index++) this.sent.push({ part: batch.part, what });
      this.sending = null;
      if (this.waiting.length > 0) this.schedule(calm);
    } catch (thrown) {
      this.failure = thrown;
      this.schedule(10_000);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    if (this.unsaved > 0) void this.flush();
  }

  private put(tally: VisitTally | undefined): void {
    if (tally) this.tallies = [...this.tallies.filter((other) => other.partOfDay !== tally.partOfDay), tally];
  }

  private schedule(after: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), after);
  }
}
