// Promises P1, P2, P3 and P7 under everything that can go wrong with machines, at random and together, from a printed seed. What every
// client was answered is judged as one history, with the ledger. A short form of about a minute; with BROBYGGER_LONG=1 until 1,000
// kills and a million acknowledged writes (BROBYGGER_KILLS, BROBYGGER_WRITES), and a report.
//
//   BROBYGGER_SEED=…    plays the same evils again      BROBYGGER_EVILS=kill,pause    these only
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { LedgerJudge } from "../faults/lib/ledger.mjs";
import { build, long, percentile } from "../faults/lib/world.mjs";
import { nemeses } from "./nemeses/all.mjs";
import { seeded } from "./lib/random.mjs";
import { play } from "./lib/play.mjs";
import { Site } from "./lib/site.mjs";

const seed = Number(process.env.BROBYGGER_SEED ?? Math.floor(Math.random() * 1e9));
const names = process.env.BROBYGGER_EVILS?.split(",") ?? Object.keys(nemeses);
const seconds = Number(process.env.BROBYGGER_SECONDS ?? (long ? 90 : 60));     // of one history
const wanted = { kills: Number(process.env.BROBYGGER_KILLS ?? (long ? 1000 : 1)), writes: Number(process.env.BROBYGGER_WRITES ?? (long ? 1_000_000 : 1)) };

let site;
before(async () => { site = await Site.prepare(); });
after(async () => { await site?.restore(); close(); });

test(`the promises under fire, seed ${seed}`, async (t) => {
  for (const [name, why] of site.why) t.diagnostic(`left out: ${name}, ${why}`);
  const random = seeded(seed), ledger = new LedgerJudge();
  const sum = { histories: 0, seconds: 0, gatherings: 0, kills: 0, evils: {}, calls: 0, acknowledged: 0, looks: 0, permitted: 0, withdrawals: 0, entries: 0, back: [], tries: {} };
  const report = () => `${sum.histories} histories in ${Math.round(sum.seconds)} s: ${sum.gatherings} gatherings of evils (${Object.entries(sum.evils).sort().map(([n, c]) => `${n} ${c}`).join(", ")}), ${sum.kills} kills; ` +
    `${sum.acknowledged} acknowledged writes, ${sum.looks} looks answered (${sum.permitted} permitted), ${sum.withdrawals} withdrawals, ${sum.entries} entries; whole again within p50 ${percentile(sum.back, 0.5)} ms, at most ${Math.max(...sum.back)} ms`;
  const found = [];
  do {
    const begun = Date.now();
    const one = await play({ site, random, names, seconds, ledger, say: (what) => process.env.BROBYGGER_TELL && console.log(`# ${what}`) });
    sum.histories++;
    sum.seconds += (Date.now() - begun) / 1000;
    for (const what of ["gatherings", "kills", "calls", "acknowledged", "looks", "permitted", "withdrawals", "entries"]) sum[what] += one.figures[what];
    for (const what of ["evils", "tries"]) for (const [n, c] of Object.entries(one.figures[what])) sum[what][n] = (sum[what][n] ?? 0) + c;
    sum.back.push(...one.figures.back);
    found.push(...one.found, ...one.figures.internal.map((what) => ({ promise: "errors", what })));
    if (long) console.log(`# ${report()}; ${found.length} faults`);
    if (found.length > 0) writeFileSync(join(build, `fire-${seed}.json`), JSON.stringify(one.history));
  } while (found.length === 0 && (sum.kills < wanted.kills || sum.acknowledged < wanted.writes));
  t.diagnostic(report());
  t.diagnostic(Object.entries(sum.tries).sort().map(([code, n]) => `${code}: ${n}`).join(", "));
  const of = (...promises) => found.filter((f) => promises.includes(f.promise)).map((f) => f.what);
  for (const [title, promises] of [
    ["P1: nothing was shown without a yes, and nothing of anybody else", ["P1"]],
    ["P2: no permit after a withdrawal, by the ledger's order and by what clients saw", ["P2"]],
    ["P3: every answered look has an entry of its own", ["P3"]],
    ["P7: nothing acknowledged is lost or done twice", ["P7"]],
    ["everything finds together again by itself, and everybody is answered in the end", ["answers"]],
    ["no service makes an error of its own out of it", ["errors"]],
  ]) await t.test(title, () => assert.equal(of(...promises).length, 0, `seed ${seed}:\n${of(...promises).slice(0, 10).join("\n")}`));
  await t.test("there was something to see", () => assert.ok(sum.acknowledged > 500 && sum.permitted > 20 && sum.looks > sum.permitted + 20 && sum.gatherings > 5, report()));
});
