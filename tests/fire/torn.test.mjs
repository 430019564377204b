// A file that was torn in the middle of a transaction (a power cut), at any byte of it: what had been acknowledged is there after the next start
// and after the one after it, of the torn transaction there is nothing, and Redis loads its file without an error.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { strangerReference } from "../lib/values.mjs";
import { faults, readLedger } from "../faults/lib/ledger.mjs";
import { long, looker, processes, refusalOf, run, within } from "../faults/lib/world.mjs";

const name = "redis-trust", directory = join(run, name, "data/appendonlydir");
const newest = () => join(directory, readdirSync(directory).filter((f) => f.includes(".incr.aof")).sort((a, b) => Number(a.split(".")[2]) - Number(b.split(".")[2])).at(-1));
const multi = "*1\r\n$5\r\nMULTI\r\n", exec = "*1\r\n$4\r\nEXEC\r\n";
const size = () => statSync(newest()).size;
const log = () => readFileSync(join(run, `log/${name}.log`), "utf8");
after(close);

test("a transaction torn at any byte leaves nothing, after one start and after two", async (t) => {
  const look = await looker("boligenhed-1");
  const refused = async () => {
    const answer = await look(strangerReference(), { timeout: 2000 });
    return answer.code !== "OK" && refusalOf(answer).reason === "CONSENT_REQUIRED";
  };
  const rows = async () => (await readLedger()).length;
  const begun = log().length, cuts = long ? 60 : 6;
  for (let i = 0; i < cuts; i++) {
    assert.ok(await within(20_000, refused));
    const before = await rows(), from = size();
    assert.ok(await refused());
    assert.equal(await rows(), before + 1);
    await processes("kill", name);
    // The transaction that wrote the entry: the signer writes one of its own every second.
    const written = readFileSync(newest()).subarray(from), entry = written.indexOf("ledger-head");
    const first = written.lastIndexOf(multi, entry), all = written.indexOf(exec, entry) + exec.length - first;
    assert.ok(first >= 0 && all > exec.length);
    const kept = 1 + Math.floor(((all - 2) * i) / (cuts - 1));
    truncateSync(newest(), from + first + kept);
    await processes("start", name);
    assert.equal(await rows(), before, `${kept} of ${all} bytes`);
    assert.ok(await within(20_000, refused));
    const since = await rows();
    assert.ok(since > before);
    await processes("kill", name);
    await processes("start", name);
    assert.equal(await rows(), since, `${kept} of ${all} bytes, second start`);
    assert.deepEqual(faults(await readLedger()).wrong, [], `${kept} of ${all} bytes, second start`);
  }
  assert.doesNotMatch(log().slice(begun), /AOF-loading-client/);
  t.diagnostic(`${cuts} cuts`);
});

// What was acknowledged is never taken off: a file that is damaged before its end is not mended, and Redis does not start.
test("a file that is damaged before its end starts nothing", async () => {
  const file = newest();
  await processes("kill", name);
  const whole = readFileSync(file), damaged = Buffer.from(whole);
  damaged[damaged.lastIndexOf("MULTI")] = 0x58;
  writeFileSync(file, damaged);
  try {
    await assert.rejects(processes("start", name), /damaged before its end/);
    assert.deepEqual(readFileSync(file), damaged);
  } finally {
    writeFileSync(file, whole);
    await processes("start", name);
  }
  assert.deepEqual(faults(await readLedger()).wrong, []);
});
