// What clients asked and were answered, each with when; and how long the ledger was meanwhile, so that "before" and "while" are told
// by the ledger's own order and by no clock that a test may set.
import { describe, sleep } from "../../faults/lib/world.mjs";
import { Resp } from "../../faults/lib/resp.mjs";

export const now = () => performance.now();

// Calls as they were made: { client, as, method, request, from, to, code, reason, response }. `to` is Infinity and `code` undefined while
// nothing was answered. A call that is kept up is there as often as it was sent.
export class History {
  calls = [];

  // A client (lib/client.mjs) whose calls are written here.
  of(client) {
    return {
      name: client.name,
      call: (call) => this.record(call, () => client.call(call)),
    };
  }

  async record({ as, method, request }, send) {
    const call = { as, method, request, from: now(), to: Infinity };
    this.calls.push(call);
    const answer = await send().catch((error) => ({ code: "UNAVAILABLE", reason: "", message: `${error}` }));
    call.to = now();
    call.code = answer.code;
    if (answer.code === "OK") call.response = answer.response;
    else call.reason = answer.reason ?? "";
    if (["INTERNAL", "UNKNOWN"].includes(answer.code)) call.message = describe(answer);
    return answer;
  }
}

// Asks the trust store again and again for the number of the newest entry.
export class Ruler {
  static #key = "consent:{trust}:ledger-head";
  samples = [];   // { from, to, number }: asked, heard
  #stop = false;
  #running;

  start() { this.#running = this.#run(); return this; }

  async #run() {
    while (!this.#stop) {
      let trust;
      try {
        trust = await Resp.connect("trust");
        // A Redis that has come back answers from a file that may not be on the disk; it syncs it with the next write.
        await trust.call("SET", "fire:ruler", "1");
        while (!this.#stop) {
          await this.#sample(trust);
          await sleep(1);
        }
      } catch {
        await sleep(20);
      } finally {
        trust?.close();
      }
    }
  }

  async #sample(trust) {
    const from = now();
    const head = await trust.call("GET", Ruler.#key);
    this.samples.push({ from, to: now(), number: head ? Number(head.readBigUInt64BE(0)) : 0 });
  }

  // Ends after one more sample, so that everything answered before has an entry below it.
  async stop() {
    this.#stop = true;
    await this.#running;
    const trust = await Resp.connect("trust");
    await trust.call("SET", "fire:ruler", "1");
    await this.#sample(trust);
    trust.close();
  }

  // The newest entry that was certainly there at this moment; entries made later have higher numbers.
  floor(moment) { const at = this.#last(moment, (s) => s.to); return at < 0 ? 0 : this.samples[at].number; }
  // No entry that was there at this moment has a higher number.
  ceiling(moment) { const at = this.#last(moment, (s) => s.from) + 1; return at < this.samples.length ? this.samples[at].number : Infinity; }

  // Index of the last sample whose moment is before this one, -1 if there is none.
  #last(moment, of) {
    let low = 0, high = this.samples.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (of(this.samples[middle]) < moment) low = middle + 1; else high = middle;
    }
    return low - 1;
  }
}
