// Promises P1, P2, P3 and P7 under everything that can go wrong with machines, at random and together, from a printed seed. What every
// client was answered is judged as one history, with the ledger. A short form of about a minute; with BROBYGGER_LONG=1 until 1,000
// kills and a million acknowledged writes (BROBYGGER_KILLS, BROBYGGER_WRITES).
//
//   BROBYGGER_SEED=…    plays the same evils again      BROBYGGER_EVILS=kill,pause    these only
//   BROBYGGER_MINUTES=…  of the long run, a piece of so many minutes; the next one goes on from there (BROBYGGER_REPORT, a line for each history)
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { LedgerJudge } from "../faults/lib/ledger.mjs";
import { long, root } from "../faults/lib/world.mjs";
import { nemeses } from "./nemeses/all.mjs";
import { seeded } from "./lib/random.mjs";
import { play } from "./lib/play.mjs";
import { Report, Sum } from "./lib/report.mjs";
import { Site } from "./lib/site.mjs";

const seed = Number(process.env.BROBYGGER_SEED ?? Math.floor(Math.random() * 1e9));
// In the long run kills come oftener: a thousand are asked for.
const names = process.env.BROBYGGER_EVILS?.split(",") ?? [...Object.keys(nemeses), ...(long ? Array(8).fill("kill") : [])];
const seconds = Number(process.env.BROBYGGER_SECONDS ?? (long ? 90 : 60));     // of one history
const wanted = { kills: Number(process.env.BROBYGGER_KILLS ?? (long ? 1000 : 1)), writes: Number(process.env.BROBYGGER_WRITES ?? (long ? 1_000_000 : 1)) };
const end = Date.now() + 60_000 * Number(process.env.BROBYGGER_MINUTES ?? Infinity);
const load = long ? { people: 10, rest: 6, counters: 12 } : {};
const file = process.env.BROBYGGER_REPORT ?? join(root, "build/fire-report.jsonl");

let site;
before(async () => { site = await Site.prepare(); });
after(async () => { await site?.restore(); close(); });

test(`the promises under fire, seed ${seed}`, async (t) => {
  for (const [name, why] of site.why) t.diagnostic(`left out: ${name}, ${why}`);
  mkdirSync(dirname(file), { recursive: true });
  const report = long ? new Report(file, wanted) : undefined;
  const ledger = new LedgerJudge(), sum = report?.sum() ?? new Sum(), begun = sum.histories;
  if (begun > 0) t.diagnostic(`goes on from ${sum}`);
  const found = [];
  const seen = () => sum.acknowledged > 500 && sum.permitted > 20 && sum.looks > sum.permitted + 20 && sum.gatherings > 5;
  do {
    // Each history has a seed of its own: it can be played again without those before it.
    const own = seed + sum.histories - begun, from = Date.now();
    const one = await play({ site, random: seeded(own), names, seconds, ledger, ...load, say: (what) => process.env.BROBYGGER_TELL && console.log(`# ${what}`) });
    found.push(...[...one.found, ...one.figures.internal.map((what) => ({ promise: "errors", what }))].map((f) => ({ ...f, what: `seed ${own}: ${f.what}` })));
    const figures = { ...one.figures, seed: own, seconds: (Date.now() - from) / 1000, faults: found.length };
    sum.add(figures);
    report?.add(figures);
    if (long) console.log(`# ${sum}`);
    if (found.length > 0) writeFileSync(join(dirname(file), `fire-${own}.json`), JSON.stringify({ found, ...one.history }));
  } while (found.length === 0 && !(sum.reaches(wanted) && (seen() || sum.histories - begun >= 10)) && Date.now() < end);
  t.diagnostic(`figure: fire: ${sum}`);
  if (report) t.diagnostic(`a line for each history: ${file}`);
  t.diagnostic(Object.entries(sum.tries).sort().map(([code, n]) => `${code}: ${n}`).join(", "));
  const of = (...promises) => found.filter((f) => promises.includes(f.promise)).map((f) => f.what);
  for (const [title, promises] of [
    ["P1: nothing was shown without a yes, and nothing of anybody else", ["P1"]],
    ["P2: no permit after a withdrawal, by the ledger's order and by what clients saw", ["P2"]],
    ["P3: every answered look has an entry of its own", ["P3"]],
    ["P7: nothing acknowledged is lost or done twice", ["P7"]],
    ["everything finds together again by itself, and everybody is answered in the end", ["answers"]],
    ["no service makes an error of its own out of it", ["errors"]],
  ]) await t.test(title, () => assert.equal(of(...promises).length, 0, of(...promises).slice(0, 10).join("\n")));
  const piece = Date.now() >= end && !sum.reaches(wanted);
  await t.test("there was something to see", () => assert.ok(seen(), `${sum}`));
  await t.test(`${wanted.kills} kills and ${wanted.writes} acknowledged writes`, { skip: piece && "a piece of the long run; the next one goes on" }, () => assert.ok(sum.reaches(wanted), `${sum}`));
});
