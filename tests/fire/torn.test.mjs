// A file that was torn in the middle of a transaction (a power cut), at any byte of it: what had been acknowledged is there after the next start
// and after the one after it, of the torn transaction there is nothing, and Redis loads its file without an error.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { strangerReference } from "../lib/values.mjs";
import { faults, readLedger } from "../faults/lib/ledger.mjs";
import { long, processes, run } from "../faults/lib/world.mjs";
import { Resp } from "../faults/lib/resp.mjs";

const name = "redis-trust", directory = join(run, name, "data/appendonlydir");
const newest = () => join(directory, readdirSync(directory).filter((f) => f.includes(".incr.aof")).sort((a, b) => Number(a.split(".")[2]) - Number(b.split(".")[2])).at(-1));
const multi = "*1\r\n$5\r\nMULTI\r\n", exec = "*1\r\n$4\r\nEXEC\r\n";
const log = () => readFileSync(join(run, `log/${name}.log`), "utf8");
const cuts = long ? 100 : 8;

// Nobody else may see what is going to be cut off: an entry that somebody saw must not be gone.
before(() => processes("stop", "consent"));
after(() => processes("start", name, "consent"));

// A question to the gate's own function about somebody who does not exist: one transaction with an entry.
async function ask() {
  const head = Buffer.concat([Buffer.from([0x08, 1, 0x12, 16]), Buffer.alloc(16, 1), Buffer.from([0x1a, 16]), Buffer.alloc(16, 2), Buffer.from([0x22, 0])]);
  const trust = await Resp.connect("trust");
  await trust.call("FCALL", "bb_authorise", 1, "consent:{trust}:", "boligenhed", strangerReference().slice("citizens/".length), "perron-4", 3, 2, head, 0);
  trust.close();
}
let known;  // what builds that were broken on purpose have left in this ledger
const entries = async () => {
  const rows = await readLedger(), { wrong } = faults(rows);
  known ??= wrong;
  assert.deepEqual(wrong, known);
  return rows.length;
};
const again = async () => {
  await processes("kill", name);
  await processes("start", name);
};

test("a transaction torn at any byte leaves nothing, after one start and after two", async () => {
  const begun = log().length;
  for (let i = 0; i < cuts; i++) {
    const at = await entries(), from = statSync(newest()).size;
    await ask();
    await processes("kill", name);
    const written = readFileSync(newest()).subarray(from), first = written.indexOf(multi), all = written.indexOf(exec) + exec.length - first;
    assert.ok(first >= 0 && all > 100);
    const kept = 1 + Math.floor(((all - 2) * i) / (cuts - 1));
    truncateSync(newest(), from + first + kept);
    await processes("start", name);
    assert.equal(await entries(), at, `${kept} of ${all} bytes`);
    await ask();
    await again();
    assert.equal(await entries(), at + 1, `${kept} of ${all} bytes, second start`);
  }
  assert.ok(!/AOF-loading-client/.test(log().slice(begun)), "Redis found errors in its own file");
});

// What was acknowledged is never taken off: a file that is damaged before its end is not mended, and Redis does not start.
test("a file that is damaged before its end starts nothing", async () => {
  const file = newest();
  await ask();
  const at = await entries();
  await processes("kill", name);
  const whole = readFileSync(file), damaged = Buffer.from(whole);
  damaged[damaged.lastIndexOf("MULTI")] = 0x58;
  writeFileSync(file, damaged);
  await assert.rejects(processes("start", name), /damaged before its end/);
  assert.deepEqual(readFileSync(file), damaged);
  writeFileSync(file, whole);
  await processes("start", name);
  assert.equal(await entries(), at);
});
