// Master keys are changed while services serve; the change is killed half way, again and again, and goes on. At the end no wrapped key in the
// stores needs the old ones. And no key stands where it does not belong: in arguments, environments, logs or core files.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { requestId } from "../lib/values.mjs";
import { describe, give, incoming, looker, newCitizen, ok, processes, root, run, service, sleep, within } from "./lib/world.mjs";

const rotate = join(root, "deploy/local/rotate");
const keyFiles = () => readdirSync(join(run, "keys"), { recursive: true }).filter((f) => f.endsWith(".key")).map((f) => join(run, "keys", f));
let look, reference;

before(async () => {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  await give(await newCitizen("perron-4-nurse"));
  reference = await incoming(known);
  look = await looker("boligenhed-1");
});
after(close);

test("master keys change while everything serves, also when the change is killed", { timeout: 300_000 }, async (t) => {
  const first = new Map(keyFiles().filter((f) => f.endsWith(".master.key")).map((f) => [f, readFileSync(f, "utf8")]));
  assert.ok(first.size > 5);
  let going = true, looks = 0, made = 0;
  const failed = [];
  const load = [(async () => {
    while (going) {
      const answer = await look(reference, { timeout: 5000 });
      looks++;
      if (answer.code !== "OK") failed.push(`look: ${answer.code} ${answer.message}`);
    }
  })(), (async () => {
    // Each makes a data key.
    for (; going; made++) await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias: `r${made}`, request_id: requestId() }).catch((e) => failed.push(`${e.message}`));
  })()];
  // Killed with all that it has started, at other moments each time.
  const halfWay = () => keyFiles().some((f) => /master\.old\.key$/.test(f));
  for (const moment of [...[30, 60, 120, 200, 300, 500].map((ms) => () => sleep(ms)), () => within(60_000, halfWay, 5)]) {
    const child = spawn(rotate, { env: process.env, detached: true, stdio: "ignore" }), ended = once(child, "exit");
    await moment();
    try { process.kill(-child.pid, "SIGKILL"); } catch { /* it was through */ }
    await ended;
  }
  const told = execFileSync(rotate, { env: process.env, encoding: "utf8" });
  t.diagnostic(told.trim().split("\n").slice(0, 4).join(" | "));
  assert.match(told, /went on, /, "no kill came between");
  assert.match(told, /may go once no backup from before is kept/);
  execFileSync(rotate, ["--remove-old"], { env: process.env });
  going = false;
  await Promise.all(load);
  assert.deepEqual(failed, [], "nobody noticed");
  assert.ok(looks > 10 && made > 3, `${looks} looks, ${made} new data keys`);
  t.diagnostic(`${looks} looks and ${made} new data keys meanwhile`);
  assert.deepEqual(keyFiles().filter((f) => /master\.(old|new)\.key$/.test(f)), []);
  for (const [file, text] of first) assert.notEqual(readFileSync(file, "utf8"), text, file);
  // Started anew, with the new keys alone, everything is read.
  await processes("restart", "consent", "dropin", "housing");
  let read;
  const opens = () => within(60_000, async () => (read = await look(reference, { timeout: 5000 })).code !== "UNAVAILABLE");
  assert.ok((await opens()) && read.code === "OK", describe(read));  // a door that was there before the consent service asks it again in a moment
  const { participants } = await ok("perron-4-1", `${service.dropin}/ListParticipants`, { page_size: 25 });
  assert.ok(participants.length > 0);
});

test("no key stands in arguments, environments or logs, and none is left in a core file", { timeout: 60_000 }, async () => {
  const secrets = new Map(keyFiles().map((f) => [f, readFileSync(f, "utf8").trim()]));
  for (const store of ["records", "trust"]) {
    for (const f of readdirSync(join(run, `redis-${store}`)).filter((f) => f.endsWith(".password"))) secrets.set(`${store}/${f}`, readFileSync(join(run, `redis-${store}`, f), "utf8").trim());
  }
  const where = new Map(readdirSync(join(run, "log")).map((f) => [`log/${f}`, readFileSync(join(run, "log", f))]));
  for (const name of ["consent", "dropin", "housing", "gateway"]) {
    const pid = await processes("pid", name);
    for (const what of ["cmdline", "environ"]) where.set(`${name} ${what}`, readFileSync(`/proc/${pid}/${what}`));
    assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /Max core file size\s+0\s+0/, `${name} may leave a core file`);
  }
  assert.ok(where.size > 8 && secrets.size > 20);
  for (const [at, bytes] of where) {
    for (const [file, secret] of secrets) {
      assert.ok(!bytes.includes(secret) && !bytes.includes(Buffer.from(secret, "hex").length === 32 ? Buffer.from(secret, "hex") : secret), `${file} stands in ${at}`);
    }
  }
  assert.ok(existsSync(join(run, "log/consent.log")));
});
