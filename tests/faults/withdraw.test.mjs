// Promise P2: a withdrawal is final when it returns. 64 readers look at citizens whose consents are withdrawn and given
// again, and the history is judged by the order of the ledger; then the same against a gate in two steps, which the same
// judgement has to find out.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startControl } from "./lib/control.mjs";
import { long, root } from "./lib/world.mjs";

const exec = promisify(execFile);
const readers = 64;
async function play(env, withdrawals, citizens) {
  const { stdout } = await exec(process.execPath, [join(root, "tests/faults/lib/withdrawing.mjs"), withdrawals, readers, citizens].map(String), { env, maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
const told = (r) => `${r.withdrawals} withdrawals in ${r.seconds.toFixed(1)} s under ${readers} readers: p50 ${r.p50.toFixed(1)} ms, p99 ${r.p99.toFixed(1)} ms; ` +
  `${r.looks} looks answered, ${r.permitted} permitted, ${r.entries} entries; ${r.late} permits after the withdrawal's own entry`;

test("no permit after the withdrawal's own entry, and no answer without its entry", async (t) => {
  const wanted = Number(process.env.BROBYGGER_WITHDRAWALS ?? (long ? 1200 : 160));
  const r = await play(process.env, wanted, long ? 16 : 8);
  t.diagnostic(`figure: ${told(r)}`);
  await t.test("the ledger's order holds: dense numbers and chains, time that never falls, no permit under a withdrawn consent", () => {
    assert.equal(r.wrong, 0, r.first.join("\n"));
    assert.equal(r.late, 0);
  });
  await t.test("every answer, permitted or refused, has an entry of its own, made while the call was under way", () => {
    assert.equal(r.unmatched, 0, JSON.stringify(r.unmatchedFirst));
    assert.ok(r.entries >= r.looks, `${r.looks} answers, ${r.entries} entries`);
  });
  await t.test("no client saw a permit between a withdrawal that had returned and the next giving", () => assert.equal(r.seen, 0));
  await t.test("every refusal is the same bytes, and nothing else was answered", () => {
    assert.equal(r.differing, 0);
    assert.deepEqual(r.other, {});
  });
  await t.test("there was something to see", () => {
    assert.ok(r.withdrawals >= wanted && r.given >= wanted);
    assert.ok(r.permitted > wanted / 2 && r.looks - r.permitted > wanted / 2, told(r));
  });
});

test("control: a gate that judges in one step and writes in another is found out", async (t) => {
  const control = startControl();
  try {
    let r;
    for (let tried = 0; tried < 5 && !r?.late; tried++) r = await play(control.env, long ? 400 : 60, 8);
    t.diagnostic(told(r));
    assert.ok(r.late > 0, `the checker did not notice: ${told(r)}`);
    assert.ok(r.wrong >= r.late);
  } finally {
    control.stop();
  }
});
