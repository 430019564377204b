// Promises P3 and P7: one process after the other is killed without goodbye while a mixed load runs. Nothing that was
// acknowledged is lost or done twice, nothing is shown without its entry in the ledger, and everything finds together again
// by itself.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, viaGateway, viaGrpc } from "../lib/client.mjs";
import { categories, date, purpose, requestId, strangerReference } from "../lib/values.mjs";
import { faults, readLedger, unmatched } from "./lib/ledger.mjs";
import { mixedLoad } from "./lib/load.mjs";
import { agreed, home, long, percentile, processes, service, sleep, within } from "./lib/world.mjs";

const victims = ["consent", "redis-trust", "dropin", "redis-records", "housing", "clinic", "gateway"];
const kills = Number(process.env.BROBYGGER_KILLS ?? (long ? 102 : 12));
const everything = [...victims, "issuer"];
const pids = async () => new Map(await Promise.all(everything.map(async (name) => [name, await processes("pid", name).catch(() => "")])));

after(close);

// A client that has not heard of the death finds out by its keepalive, after 20 seconds.
// One call through every process and each of its connections to a store; a refusal for want of consent is an answer, and so is
// that nobody is there.
async function wholeAgain() {
  const ask = (client, as, method, request) => client.call({ as, method, request, timeout: 5000 }).catch((error) => ({ code: "UNAVAILABLE", message: `${error}` }));
  const stranger = strangerReference();
  const door = { citizen: stranger, purpose: home, categories: agreed };
  const answers = await Promise.all([
    ask(viaGrpc, "boligenhed-1", `${service.dropin}/GetCitizenFile`, { ...door, holder: "agencies/perron-4" }),
    ask(viaGrpc, "perron-4-1", `${service.housing}/GetCitizenFile`, { ...door, holder: "agencies/boligenhed" }),
    ask(viaGrpc, "boligenhed-1", `${service.card}/GetCitizenFile`, { ...door, holder: "agencies/perron-4" }),
    ask(viaGrpc, "perron-4-1", `${service.card}/GetCitizenCard`, { citizen: stranger }),
    ask(viaGrpc, "boligenhed-1", `${service.housing}/ListScreenings`, { citizen: stranger }),
    ask(viaGrpc, "socialtandpleje-1", `${service.clinic}/GetCitizenFile`, { citizen: stranger, purpose: purpose("HEALTH_AND_DENTAL_CARE"), categories: categories("HEALTH"), holder: "agencies/perron-4-clinic" }),
    ask(viaGrpc, "clinic-nurse-1", `${service.clinic}/ListWoundCourses`, { citizen: stranger }),
    ask(viaGateway, "perron-4-1", `${service.dropin}/RecordVisitTally`, { date: date(-31), part_of_day: "PART_OF_DAY_EVENING", add_visitors: 0, request_id: requestId() }),
  ]);
  return answers.every((a) => ["OK", "NOT_FOUND"].includes(a.code) || a.reason === "CONSENT_REQUIRED");
}

test(`${kills} kills under load`, async (t) => {
  const before = (await readLedger()).length;
  const load = await mixedLoad();
  const back = [];
  await t.test("what is killed comes back, and the others find it by themselves", async () => {
    await sleep(1000);
    for (let i = 0; i < kills; i++) {
      const name = victims[i % victims.length];
      const others = await pids();
      await sleep(Math.random() * 600);
      await processes("kill", name);
      await sleep(Math.random() * 400);
      const begun = Date.now();
      await processes("start", name);
      assert.ok(await within(120_000, wholeAgain), `after the ${name} was killed (kill ${i + 1}) not everything answers again`);
      back.push(Date.now() - begun);
      for (const [other, pid] of await pids()) if (other !== name) assert.equal(pid, others.get(other), `${other} died when ${name} was killed`);
    }
    await sleep(500);
  });
  await load.stop();
  // Whom to ask when something was never answered: the client's connections, or the services.
  let told = "";
  if (load.failed.length > 0) {
    const same = await wholeAgain();
    close();
    told = `over the connections of the load everything answers: ${same}; over new ones: ${await wholeAgain()}`;
  }
  const rows = await readLedger();
  t.diagnostic(`figure: ${back.length} kills; everything answered again within p50 ${percentile(back, 0.5)} ms, at most ${Math.max(...back)} ms of the start; ${load.acknowledged} acknowledged writes, ${load.looks.length} looks answered (${load.looks.filter((l) => l.permitted).length} permitted), ${rows.length - before} entries`);
  t.diagnostic(Object.entries(load.tries).sort().map(([code, n]) => `${code}: ${n}`).join(", "));

  await t.test("every write was answered in the end, and no service made an error of its own out of a death", () => {
    assert.equal(load.failed.length, 0, [told, ...load.failed.slice(0, 3)].join("\n"));
    assert.deepEqual(Object.keys(load.tries).filter((code) => /^(look )?(INTERNAL|UNKNOWN) \w/.test(code)), []);
    assert.ok(load.acknowledged > kills * 10, "there was next to no load");
  });
  for (const [title, check] of load.checks) {
    await t.test(title, async (within) => within.diagnostic(`${await check()}`));
  }
  await t.test("the ledger is whole: dense, chained, in order", () => {
    const { wrong } = faults(rows);
    assert.equal(wrong.length, 0, wrong.slice(0, 5).join("\n"));
  });
  await t.test("every look that was answered has its entry", () => {
    const missing = unmatched(load.looks, rows.slice(before));
    assert.equal(missing.length, 0, JSON.stringify(missing.slice(0, 3)));
  });
});
