// Clients at work while nemeses come and go; then the whole history is judged.
import { LedgerJudge, readLedger } from "../../faults/lib/ledger.mjs";
import { sleep, within } from "../../faults/lib/world.mjs";
import { nemeses } from "../nemeses/all.mjs";
import { Clients, settle } from "./clients.mjs";
import { Ruler } from "./history.mjs";
import { judge } from "./judge.mjs";
import { everything } from "./site.mjs";

const healing = 120_000;  // ms: within this everybody answers again, by themselves; on a machine that does not stand still it is one or two seconds

// Evils that come together, each over another process or road.
function choose(random, names, most, only) {
  const chosen = [], taken = new Set();
  for (const name of random.some(names, random.integer(1, most))) {
    const { targets } = nemeses[name];
    const free = (targets ?? roadNames).filter((t) => !taken.has(t) && (!only || only.includes(t)));
    if (free.length === 0) continue;
    const target = random.one(free);
    taken.add(target);
    chosen.push({ name, target });
  }
  return chosen;
}
let roadNames = [];

// One gathering of evils; returns what it was. Everything that stands in the way is taken away first, then what died is started, in order.
async function gathering(site, random, chosen, longest) {
  const at = [];
  try {
    for (const { name, target } of chosen) {
      await sleep(random.real(0, 200));
      at.push({ name, target, ...(await nemeses[name].start(site, target, random)) });
    }
    await sleep(random.real(50, longest));
  } finally {
    const order = (e) => (["kill", "power", "rewrite", "disk"].includes(e.name) ? 1 + everything.indexOf(e.target) : 0);
    for (const evil of at.sort((a, b) => order(a) - order(b))) await evil.stop();
  }
  return at;
}

// Plays until `seconds` are over. `names`: which nemeses; `targets`: over whom, if not over all. `ledger`: a LedgerJudge that has seen the ledger so far. Returns { found, figures }.
export async function play({ site, random, names = Object.keys(nemeses), targets, seconds, people = 6, most = 3, longest = 1200, rest, counters, ledger = new LedgerJudge(), say = () => {} }) {
  roadNames = site.network.roads.map((r) => r.name);
  names = names.filter((name) => !site.why.has(name));
  const there = await settle(people);
  ledger.take(await readLedger(ledger.length));
  ledger.wrong = [];
  const ruler = new Ruler().start();
  const clients = await new Clients(there, { rest }).start({ counters });
  const figures = { gatherings: 0, kills: 0, evils: {}, back: [] };
  const failed = [];
  const until = Date.now() + seconds * 1000;
  await sleep(300);
  try {
    while (Date.now() < until && failed.length === 0) {
      if (names.length === 0) { await sleep(100); continue; }
      const before = new Map(everything.map((name) => [name, site.pid(name)]));
      const chosen = choose(random, names, most, targets);
      const evils = await gathering(site, random, chosen, longest);
      const begun = Date.now();
      figures.gatherings++;
      for (const { name, kills = 0 } of evils) {
        figures.evils[name] = (figures.evils[name] ?? 0) + 1;
        figures.kills += kills;
      }
      const told = evils.map((e) => e.what).join("; ");
      say(told);
      if (!(await within(healing, () => site.whole()))) failed.push(`after [${told}] not everything answers again: ${site.missing.join(", ")}`);
      figures.back.push(Date.now() - begun);
      for (const name of everything) {
        if (!evils.some((e) => e.target === name) && site.pid(name) !== before.get(name)) failed.push(`${name} is another process after [${told}]`);
        if (!site.alive(name)) failed.push(`${name} died of [${told}]`);
      }
      await sleep(random.real(50, 250));
    }
  } catch (error) {
    // An evil that could not be done is no finding, and ends the run: nobody goes on asking.
    clients.end();
    await ruler.stop().catch(() => {});
    throw error;
  }
  await clients.stop().catch((error) => failed.push(error.message));
  await ruler.stop();
  const rows = await readLedger(ledger.length);
  ledger.take(rows);
  const { calls } = clients.history;
  const found = [
    ...judge({ calls, ruler, rows, people: there, wrong: ledger.wrong }),
    ...[...failed, ...clients.failed].map((what) => ({ promise: "answers", what })),
  ];
  const looks = calls.filter((c) => c.method.endsWith("/GetCitizenFile") && (c.code === "OK" || c.reason === "CONSENT_REQUIRED"));
  Object.assign(figures, {
    seconds, calls: calls.length, acknowledged: clients.acknowledged, looks: looks.length, permitted: looks.filter((c) => c.code === "OK").length,
    withdrawals: calls.filter((c) => c.method.endsWith("/WithdrawConsents") && c.code === "OK").length, entries: rows.length, tries: clients.tries,
    internal: calls.filter((c) => c.message && c.reason).map((c) => c.message),
  });
  return { found, figures, history: { calls, samples: ruler.samples, rows, people: there } };
}
