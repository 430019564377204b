// Clients of every kind, each call of which is written into a history. What was not answered is sent again with the same request_id.
import { viaGateway, viaGrpc } from "../../lib/client.mjs";
import { methodOf, parse, jsonOf } from "../../lib/contracts.mjs";
import { born, date, requestId, stated } from "../../lib/values.mjs";
import { subjectOf } from "../../faults/lib/ledger.mjs";
import { agreed, give, home, incoming, looker, ok, persist, refusalOf, service, sleep, withdraw } from "../../faults/lib/world.mjs";
import { History } from "./history.mjs";

const patience = 120_000;
const adviser = ["boligenhed-1", "boligenhed-2"], counter = ["perron-4-1", "perron-4-2"];
const lastMonth = () => ({ first_day: date(-30), last_day: date() });
const doors = [`${service.dropin}/GetCitizenFile`, `${service.card}/GetCitizenFile`];

// Citizens of perron-4 whom boligenhed has a reference of; no yes stands.
export async function settle(count) {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  const people = [], by = `staff:perron-4:${requestId().slice(0, 8)}`;  // one registers so many in an hour and no more
  for (let i = 0; i < count; i++) {
    const { citizen } = await ok(by, `${service.registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
    const consent = await give(citizen);
    const reference = await incoming(known);
    await withdraw(citizen, consent);
    people.push({ citizen, reference, subject: await subjectOf("boligenhed", reference), mark: `Ild${people.length}-${requestId().slice(0, 6)}`, file: 0, card: 0 });
  }
  return people;
}

// The clients at work until stop(). `steps`: how long each rests between two calls, at most (ms).
export class Clients {
  history = new History();
  failed = [];                 // what no client should have been answered
  tries = {};
  #stop = false;
  #running = [];
  #grpc = this.history.of(viaGrpc);
  #gateway = this.history.of(viaGateway);

  constructor(people, { rest = 20 } = {}) {
    this.people = people;
    this.rest = rest;
  }

  get acknowledged() { return new Set(this.history.calls.filter((c) => c.code === "OK" && c.request.request_id).map((c) => c.request.request_id)).size; }

  #spawn(work) {
    this.#running.push((async () => {
      while (!this.#stop) { await work(); await sleep(Math.random() * this.rest); }
    })().catch((error) => this.failed.push(`${error.message}`)));
  }
  #keepUp = (as, method, request, more = {}) => persist(as, method, request, { client: this.#grpc, tries: this.tries, patience, ...more });
  #read = (as, method, request, more = {}) => this.#grpc.call({ as, method, request, timeout: 3000, ...more });

  async start({ lookers = 8, counters = 4, readers = 2 } = {}) {
    const cells = await this.#emptied(2 * counters);
    await this.#keepUp("perron-4-1", `${service.dropin}/GetVisitTallies`, lastMonth());  // what there was before anybody counted
    for (const one of this.people) { this.#giver(one); this.#writer(one); }
    for (let n = 0; n < lookers; n++) await this.#looker(adviser[n % 2], doors[n % 4 === 3 ? 1 : 0]);
    for (let n = 0; n < readers; n++) this.#reader(counter[n % 2]);
    const left = new Map(cells.map((cell) => [cell, 900]));
    for (let n = 0; n < counters; n++) this.#counter(counter[n % 2], left, n % 3 === 2 ? this.#gateway : this.#grpc);
    this.#screener();
    return this;
  }

  // Parts of days to count in: few, so that counters meet, and set back to nothing, since each holds 999.
  async #emptied(count) {
    const method = (name) => `${service.dropin}/${name}`;
    const { tallies } = await persist("perron-4-1", method("GetVisitTallies"), lastMonth());
    const cells = Array.from({ length: 31 }, (_, d) => ["MORNING", "AFTERNOON", "EVENING"].map((p) => ({ date: date(-d), part_of_day: `PART_OF_DAY_${p}` }))).flat().slice(0, count);
    for (const cell of cells) {
      const there = tallies.find((t) => t.partOfDay === cell.part_of_day && ["year", "month", "day"].every((part) => t.date[part] === cell.date[part]));
      if (there) await persist("perron-4-1", method("CorrectVisitTally"), { ...cell, visitors_estimate: 0, etag: there.etag, request_id: requestId() });
    }
    return cells;
  }

  // Gives, takes back, gives again; now and then a yes over a yes.
  #giver(one) {
    const call = (as, method, request) => this.#keepUp(as, method, request);
    this.#spawn(async () => {
      const consent = await give(one.citizen, { call });
      await sleep(Math.random() * 60);
      if (Math.random() < 0.8) await withdraw(one.citizen, consent, { call });
    });
  }

  #writer(one) {
    this.#spawn(async () => {
      const file = ++one.file;
      await this.#keepUp("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen: one.citizen, presence: stated(), request_id: requestId(), shared: { goals: "Et sted at bo", how_to_meet: `${one.mark} ${file}` } });
      const card = ++one.card;
      await this.#keepUp("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen: one.citizen, presence: stated(), request_id: requestId(), card: { preferred_name: `${one.mark} ${card}`, phone: "" } });
    });
  }

  // The people on their own side.
  #reader(as) {
    this.#spawn(async () => {
      const { citizen } = this.people[Math.floor(Math.random() * this.people.length)];
      await this.#read(as, Math.random() < 0.5 ? `${service.dropin}/GetRegular` : `${service.card}/GetCitizenCard`, { citizen });
    });
  }

  async #looker(as, method) {
    const look = await looker(as, method);
    const { method: { output } } = methodOf(method);
    this.#spawn(async () => {
      const { reference } = this.people[Math.floor(Math.random() * this.people.length)];
      const request = { citizen: reference, holder: "agencies/perron-4", purpose: home, categories: agreed };
      const answer = await this.history.record({ as, method, request }, async () => {
        const raw = await look(reference, { timeout: 3000 });
        if (raw.code === "OK") return { code: "OK", response: jsonOf(output, parse(output, raw.bytes)) };
        return { code: raw.code, reason: refusalOf(raw).reason, message: raw.message };
      });
      const name = `look ${answer.code} ${answer.reason ?? ""}`.trim();
      this.tries[name] = (this.tries[name] ?? 0) + 1;
      if (answer.code === "OK" || answer.reason === "CONSENT_REQUIRED") return;
      if (!["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL"].includes(answer.code)) throw new Error(`a look was answered ${answer.code} ${answer.reason}`);
      await sleep(20);
    });
  }

  #counter(as, left, client) {
    this.#spawn(async () => {
      const cell = [...left.keys()].filter((c) => left.get(c) > 0)[Math.floor(Math.random() * left.size)];
      if (!cell) return sleep(200);
      left.set(cell, left.get(cell) - 1);
      await this.#keepUp(as, `${service.dropin}/RecordVisitTally`, { ...cell, add_visitors: 1, request_id: requestId() }, { client });
    });
  }

  #screener() {
    const [{ reference: citizen }] = this.people;
    this.#spawn(async () => {
      const { screening } = await this.#keepUp("boligenhed-1", `${service.housing}/CreateScreening`, {
        citizen, presence: stated(), request_id: requestId(),
        answers: { screened_on: date(), birth_date: born(30), living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_1_TO_6_MONTHS", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED" },
      });
      await this.#keepUp("boligenhed-1", `${service.housing}/CompleteScreening`, { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() });
      await sleep(50);
    });
  }

  end() { this.#stop = true; }

  // Ends when every write has been answered, and reads all that was written.
  async stop() {
    this.end();
    await Promise.all(this.#running);
    for (const { citizen } of this.people) {
      await this.#keepUp("perron-4-1", `${service.dropin}/GetRegular`, { citizen });
      await this.#keepUp("perron-4-1", `${service.card}/GetCitizenCard`, { citizen });
    }
    await this.#keepUp("perron-4-1", `${service.dropin}/GetVisitTallies`, lastMonth());
    for (let page_token = ""; ;) {
      const page = await this.#keepUp("boligenhed-1", `${service.housing}/ListScreenings`, { citizen: this.people[0].reference, page_token });
      if (!(page_token = page.nextPageToken)) break;
    }
  }
}
