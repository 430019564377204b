// A mixed load whose every acknowledged write is remembered, so that afterwards it can be asked for again. A write that was
// not answered is sent again, with the same request_id, until it is.
import assert from "node:assert/strict";
import { viaGateway, viaGrpc } from "../../lib/client.mjs";
import { born, date, requestId, stated } from "../../lib/values.mjs";
import { subjectOf } from "./ledger.mjs";
import { describe, give, incoming, long, looker, newCitizen, ok, persist, refusalOf, service, sleep, withdraw } from "./world.mjs";

const parts = ["MORNING", "AFTERNOON", "EVENING"].map((p) => `PART_OF_DAY_${p}`);
const days = 31;
const cell = (tally) => `${tally.date.year}-${tally.date.month}-${tally.date.day} ${tally.partOfDay}`;
const pause = () => sleep(Math.random() * 20);

// Visitors of every part of every day that may still be counted.
async function counts() {
  const { tallies } = await ok("perron-4-1", `${service.dropin}/GetVisitTallies`, { first_day: date(1 - days), last_day: date() });
  return new Map(tallies.map((t) => [cell(t), t.visitorsEstimate]));
}

export class Load {
  tries = {};
  looks = [];
  acknowledged = 0;
  #stop = false;
  #running = [];
  #checks = [];
  failed = [];

  #call = (as, method, request, more = {}) => persist(as, method, request, { tries: this.tries, ...more }).then((response) => { this.acknowledged++; return response; });
  #spawn(work) {
    this.#running.push((async () => { while (!this.#stop) { await work(); await pause(); } })().catch((error) => this.failed.push(`${error.stack}`)));
  }

  // Several counters on the same few cells: drop-in's own side, straight and through the gateway.
  async tally(workers) {
    const before = await counts();
    const free = [];
    for (let d = days - 1; d >= 0; d--) for (const part of parts) {  // the oldest first: today is what stories speak of
      const day = date(-d);
      if ((before.get(cell({ date: day, partOfDay: part })) ?? 0) === 0) free.push({ date: day, part_of_day: part });
    }
    // Each holds 999 at most: few, so that counters meet; in the long form enough to last.
    const shared = free.slice(0, long ? 40 : 2 * workers);
    assert.ok(shared.length >= workers, "no days left to count on");
    const added = new Map(), answered = [];
    for (let w = 0; w < workers; w++) {
      const client = w % 3 === 2 ? viaGateway : viaGrpc;
      this.#spawn(async () => {
        const at = shared.filter((c) => (added.get(cell({ date: c.date, partOfDay: c.part_of_day })) ?? 0) < 900);
        const one = at[Math.floor(Math.random() * at.length)];
        if (!one) return sleep(1000);
        const key = cell({ date: one.date, partOfDay: one.part_of_day });
        added.set(key, (added.get(key) ?? 0) + 1);
        const request = { ...one, add_visitors: 1, request_id: requestId() };
        await this.#call(w % 2 ? "perron-4-2" : "perron-4-1", `${service.dropin}/RecordVisitTally`, request, { client });
        await sleep(Math.random() * 80);
        answered.push({ as: w % 2 ? "perron-4-2" : "perron-4-1", request });
      });
    }
    this.#checks.push(["every acknowledged visit is counted exactly once", async () => {
      // First send some acknowledged ones again: the same request_id never counts twice.
      for (const { as, request } of answered.slice(-20).concat(answered.slice(0, 20))) await ok(as, `${service.dropin}/RecordVisitTally`, request);
      const after = await counts();
      for (const [key, sum] of added) assert.equal((after.get(key) ?? 0) - (before.get(key) ?? 0), sum, key);
      return `${answered.length} visits`;
    }]);
  }

  // One writer for each citizen: what stands at the end is what was acknowledged last.
  async regulars(citizens) {
    for (const citizen of citizens) {
      let n = 0, card = 0;
      this.#spawn(async () => {
        await this.#call("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), request_id: requestId(), shared: { goals: `Ønske ${n + 1}` } });
        n++;
        await this.#call("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), request_id: requestId(), card: { preferred_name: `Navn ${card + 1}` } });
        card++;
      });
      this.#checks.push(["the last acknowledged file and card of a citizen stand", async () => {
        const { regular } = await ok("perron-4-1", `${service.dropin}/GetRegular`, { citizen });
        const kept = await ok("perron-4-1", `${service.card}/GetCitizenCard`, { citizen });
        assert.equal(regular.shared.goals, `Ønske ${n}`);
        assert.equal(kept.card.preferredName, `Navn ${card}`);
        return `${n} files, ${card} cards`;
      }]);
    }
  }

  // Screenings of one citizen, one completed after the other.
  async screenings(citizen) {
    const names = [];
    this.#spawn(async () => {
      const { screening } = await this.#call("boligenhed-1", `${service.housing}/CreateScreening`, {
        citizen, presence: stated(), request_id: requestId(),
        answers: { screened_on: date(), birth_date: born(30), living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_1_TO_6_MONTHS", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED" },
      });
      names.push(screening.name);
      await this.#call("boligenhed-1", `${service.housing}/CompleteScreening`, { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() });
    });
    this.#checks.push(["every acknowledged screening is there once, the last one current", async () => {
      const found = [];
      for (let token = ""; ;) {
        const page = await ok("boligenhed-1", `${service.housing}/ListScreenings`, { citizen, page_token: token });
        found.push(...page.screenings);
        if (!(token = page.nextPageToken)) break;
      }
      assert.deepEqual(found.map((s) => s.name).sort(), [...names].sort());
      const { screening } = await ok("boligenhed-1", `${service.housing}/GetScreening`, { name: names.at(-1) });
      assert.equal(screening.state, "SCREENING_STATE_COMPLETED");
      return `${names.length} screenings`;
    }]);
  }

  // Consents of one citizen: given, looked at, often taken back.
  async consents(citizen, reference) {
    const states = new Map();
    const call = (as, method, request) => this.#call(as, method, request);
    this.#spawn(async () => {
      const consent = await give(citizen, { call });
      for (const name of states.keys()) if (states.get(name) === "CONSENT_STATE_ACTIVE") states.set(name, "CONSENT_STATE_SUPERSEDED");
      states.set(consent, "CONSENT_STATE_ACTIVE");
      await sleep(50);
      if (Math.random() < 0.7) {
        await withdraw(citizen, consent, { call });
        states.set(consent, "CONSENT_STATE_WITHDRAWN");
      }
    });
    this.#checks.push(["every acknowledged consent stands as acknowledged", async () => {
      for (const [name, state] of states) {
        const { consent } = await ok("perron-4-1", `${service.consent}/GetConsent`, { name });
        assert.equal(consent.state, state, name);
      }
      return `${states.size} consents`;
    }]);
  }

  // Looks at these references, and at the card door of the same holder.
  async looking(references, workers) {
    const subjects = new Map();
    for (const reference of references) subjects.set(reference, await subjectOf("boligenhed", reference));
    const methods = [`${service.dropin}/GetCitizenFile`, `${service.card}/GetCitizenFile`];
    for (let w = 0; w < workers; w++) {
      const person = w % 2 ? "boligenhed-2" : "boligenhed-1";
      const look = await looker(person, methods[w % 3 === 0 ? 1 : 0]);
      this.#spawn(async () => {
        const reference = references[Math.floor(Math.random() * references.length)];
        const answer = await look(reference, { timeout: 3000 });
        const { reason } = answer.code === "OK" ? { reason: "" } : refusalOf(answer);
        const name = `look ${answer.code} ${reason}`.trim();
        this.tries[name] = (this.tries[name] ?? 0) + 1;
        if (answer.code === "OK" || reason === "CONSENT_REQUIRED") this.looks.push({ subject: subjects.get(reference), person, permitted: answer.code === "OK", from: answer.from, to: answer.to });
        else if (!["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL"].includes(answer.code)) throw new Error(`a look was answered ${describe({ ...answer, reason })}`);
        else await sleep(20);
      });
    }
  }

  async stop() {
    this.#stop = true;
    await Promise.all(this.#running);
  }

  // [title, work] for what has to hold now; the work returns how much of it there was.
  get checks() { return this.#checks; }
}

// The whole mix, running.
export async function mixedLoad() {
  const load = new Load();
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  const pairs = [];
  for (let i = 0; i < 4; i++) {
    const citizen = await newCitizen("perron-4-nurse");
    await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), request_id: requestId(), card: { preferred_name: "Kaffe" } });
    await give(citizen);
    pairs.push([citizen, await incoming(known)]);
  }
  for (const [citizen, reference] of pairs) await load.consents(citizen, reference);
  await load.regulars([await newCitizen("perron-4-nurse"), await newCitizen("perron-4-nurse")]);
  await load.screenings(pairs[0][1]);
  await load.tally(6);
  await load.looking(pairs.map(([, reference]) => reference), 8);
  return load;
}
