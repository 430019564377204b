// The load of the withdrawal test: readers look at many citizens while their consents are withdrawn and given again. A
// program of its own, so that it runs against whichever instance its environment names:
//
//   node withdrawing.mjs WITHDRAWALS READERS CITIZENS   -> one line of JSON, judged by the order of the ledger
import { close } from "../../lib/client.mjs";
import { faults, readLedger, subjectOf, unmatched } from "./ledger.mjs";
import { give, incoming, looker, newCitizen, ok, percentile, refusalOf, service, sleep, withdraw } from "./world.mjs";

const [withdrawals, readers, citizens] = process.argv.slice(2).map(Number);
const advisers = ["boligenhed-1", "boligenhed-2"];

const before = (await readLedger()).length;
const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
const people = [];
for (let i = 0; i < citizens; i++) {
  const citizen = await newCitizen(i % 2 ? "perron-4-2" : "perron-4-nurse");
  const consent = await give(citizen);
  const reference = await incoming(known);
  people.push({ citizen, reference, consent, subject: await subjectOf("boligenhed", reference), closed: [] });
}

const looks = [], withdrawMs = [];
const other = {};       // answers that are neither a permit nor the refusal
let refusal, differing = 0, given = 0, done = 0, stop = false;

async function read(n) {
  const person = advisers[n % advisers.length];
  const look = await looker(person);
  while (!stop) {
    const one = people[Math.floor(Math.random() * people.length)];
    const answer = await look(one.reference);
    if (answer.code !== "OK") {
      const { reason, bytes } = refusalOf(answer);
      if (reason !== "CONSENT_REQUIRED") { other[`${answer.code} ${reason}`] = (other[`${answer.code} ${reason}`] ?? 0) + 1; continue; }
      refusal ??= bytes;
      if (bytes !== refusal) differing++;
    }
    looks.push({ subject: one.subject, person, permitted: answer.code === "OK", from: answer.from, to: answer.to, one });
  }
}

async function takeBackAndGiveAgain(one) {
  while (done < withdrawals) {
    done++;
    const from = performance.now();
    await withdraw(one.citizen, one.consent);
    withdrawMs.push(performance.now() - from);
    const closed = { from: Date.now(), to: Infinity };
    one.closed.push(closed);
    await sleep(Math.random() * 10);
    closed.to = Date.now();
    one.consent = await give(one.citizen);
    given++;
    await sleep(Math.random() * 20);
  }
}

const reading = Array.from({ length: readers }, (_, n) => read(n));
const begun = Date.now();
await Promise.all(people.map(takeBackAndGiveAgain));
const took = Date.now() - begun;
stop = true;
await Promise.all(reading);
for (const one of people) await withdraw(one.citizen, one.consent);

const rows = await readLedger();
const { wrong, late } = faults(rows);
const entries = rows.slice(before).filter((r) => r.kind === 1 && people.some((p) => p.subject === r.subject)).length;
const without = unmatched(looks, rows.slice(before));
// What a client can see for itself: a look that began after a withdrawal had returned, and ended before the next giving.
const seen = looks.filter((l) => l.permitted && l.one.closed.some((c) => l.from > c.from && l.to < c.to)).length;
console.log(JSON.stringify({
  withdrawals: withdrawMs.length, given, looks: looks.length, permitted: looks.filter((l) => l.permitted).length, entries, rows: rows.length - before, seconds: took / 1000,
  p50: percentile(withdrawMs, 0.5), p99: percentile(withdrawMs, 0.99), late, wrong: wrong.length, first: wrong.slice(0, 5), seen, differing, other,
  unmatched: without.length, unmatchedFirst: without.slice(0, 3).map(({ one, ...l }) => l),
}));
close();
