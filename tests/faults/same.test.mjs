// Promise P4: without consent the answer and the work depend on the request only. Looks of one caller about citizens who
// exist, and about references that nobody has, mixed at random: the same bytes but for the request id, and times that
// Welch's t cannot tell apart. The short form reports t; a machine that others use as well says little about it.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { requestId, stated, strangerReference } from "../lib/values.mjs";
import { readLedger } from "./lib/ledger.mjs";
import { long, looker, newCitizen, ok, percentile, refusalOf, service } from "./lib/world.mjs";

const looks = Number(process.env.BROBYGGER_LOOKS ?? (long ? 20_000 : 2_000));  // of each kind
const atOnce = 4;
const people = 12;
const noticeable = 4.5;

after(close);

const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
const variance = (v, m) => v.reduce((a, b) => a + (b - m) ** 2, 0) / (v.length - 1);
function welch(a, b) {
  const ma = mean(a), mb = mean(b);
  return (ma - mb) / Math.sqrt(variance(a, ma) / a.length + variance(b, mb) / b.length);
}
// Without the slowest twentieth of both together, where the machine's own pauses are.
const cropped = (a, b) => { const limit = percentile([...a, ...b], 0.95); return [a.filter((x) => x < limit), b.filter((x) => x < limit)]; };

test(`2 x ${looks} looks without consent, about somebody and about nobody`, async (t) => {
  // Half of them are known to the holder as well, which has a file about them.
  const somebody = [], nobody = [];
  for (let i = 0; i < people; i++) {
    const identifier = { scheme: "IDENTIFIER_SCHEME_CPR", value: `${String(1 + i).padStart(2, "0")}0361${randomInt(4000, 9999)}` };
    if (i % 2) {
      const { citizen } = await ok("perron-4-nurse", `${service.registry}/EnsureCitizen`, { identifier, presence: stated(), request_id: requestId() });
      await ok("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), request_id: requestId(), shared: { goals: "Et sted at bo" } });
    }
    somebody.push((await ok("boligenhed-2", `${service.registry}/EnsureCitizen`, { identifier, presence: stated(), request_id: requestId() })).citizen);
    nobody.push(strangerReference());
  }
  const look = await looker("boligenhed-1");
  for (const one of [...somebody, ...nobody]) await look(one);  // caches of request bytes, tokens, pages
  const before = (await readLedger()).length;

  const times = { somebody: [], nobody: [] }, answers = new Map();
  const order = Array.from({ length: 2 * looks }, (_, i) => i % 2);
  for (let i = order.length - 1; i > 0; i--) { const j = Math.floor(Math.random() * (i + 1)); [order[i], order[j]] = [order[j], order[i]]; }
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (order.length) {
      const known = order.pop() === 1;
      const list = known ? somebody : nobody;
      const answer = await look(list[Math.floor(Math.random() * people)]);
      times[known ? "somebody" : "nobody"].push(answer.us);
      const { bytes } = refusalOf(answer);
      answers.set(bytes, (answers.get(bytes) ?? 0) + 1);
    }
  }));

  const t1 = welch(times.somebody, times.nobody), t2 = welch(...cropped(times.somebody, times.nobody));
  const us = (v) => `mean ${mean(v).toFixed(0)} us, median ${percentile(v, 0.5).toFixed(0)} us`;
  t.diagnostic(`figure: 2 x ${looks} looks: somebody ${us(times.somebody)}; nobody ${us(times.nobody)}; Welch's t ${t1.toFixed(2)}, without the slowest twentieth ${t2.toFixed(2)}`);
  await t.test("one answer, byte for byte, but for the request id", () => {
    assert.equal(answers.size, 1, [...answers.keys()].join("\n\n"));
    assert.ok([...answers.keys()][0].startsWith("PERMISSION_DENIED\n"));
  });
  await t.test("each has one entry in the ledger", async () => {
    assert.equal((await readLedger()).length - before, 2 * looks);
  });
  if (!long) return;
  await t.test(`Welch's t below ${noticeable}`, () => {
    assert.ok(Math.abs(t1) < noticeable, `t = ${t1}`);
    assert.ok(Math.abs(t2) < noticeable, `t = ${t2} without the slowest twentieth`);
  });
});
