// The ledger's old entries move into files while the system runs: stories, proofs and the export read across both places, a copy takes the
// files along, and a copy that is put back has those of its own time (design: a ledger that anybody can check).
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { close, viaGrpc } from "../lib/client.mjs";
import { build } from "../lib/instance.mjs";
import { requestId, stated } from "../lib/values.mjs";
import { readLedger } from "./lib/ledger.mjs";
import { Resp } from "./lib/resp.mjs";
import { ok, processes, root, run, within } from "./lib/world.mjs";

const perFile = 16_384;
const scratch = mkdtempSync(join(tmpdir(), "brobygger-moved-")), copy = join(scratch, "copy"), ledgerDir = join(run, "ledger");
const configured = join(run, "config/consent.textproto"), config = readFileSync(configured, "utf8");
const command = (name, ...args) => execFileSync(join(root, "deploy/local", name), args, { env: process.env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const verifier = ["services/ledger", "."].map((d) => join(build, d)).flatMap((d) => readdirSync(d).filter((f) => f === "brobygger-verify").map((f) => join(d, f)))[0];
const verify = (...args) => promisify(execFile)(verifier, args).then(({ stdout }) => ({ code: 0, said: stdout }), (e) => ({ code: e.code, said: e.stderr }));
const files = () => readdirSync(ledgerDir).filter((f) => f.endsWith(".ledger")).sort();
const reader = "borger-2";  // reads under a login of one's own
const story = async () => {
  const entries = [];
  for (let page_token = ""; ;) {
    const page = await ok(reader, "brobygger.ledger.v1.LedgerService/GetCitizenAccessStory", { page_size: 50, page_token });
    entries.push(...page.entries);
    page_token = page.nextPageToken;
    if (!page_token) return entries.map(({ number, textDa }) => `${number} ${textDa}`);
  }
};
const store = async (...call) => {
  const trust = await Resp.connect("trust");
  try { return await trust.call(...call); } finally { trust.close(); }
};
const firstInStore = async () => Number((await store("XRANGE", "consent:{trust}:ledger", "-", "+", "COUNT", "1"))[0][0].toString().split("-")[0]);
const written = async () => Number((await store("GET", "consent:{trust}:ledger-head")).readBigUInt64BE(0));
// Entries about nobody, as the rules write them.
async function grow(count) {
  const trust = await Resp.connect("trust");
  try {
    for (let done = 0; done < count; done += 1000) {
      await Promise.all(Array.from({ length: Math.min(1000, count - done) }, () =>
        trust.call("FCALL", "bb_append", "1", "consent:{trust}:", "", Buffer.concat([Buffer.from([0x08, 2, 0x12, 16]), randomBytes(16), Buffer.from([0x1a, 16]), randomBytes(16), Buffer.from([0x22, 0])]))));
    }
  } finally {
    trust.close();
  }
}

let told;
before(async () => {
  const demo = process.env.BROBYGGER_DEMO ?? join(root, "deploy/local/demo");
  const { value } = JSON.parse(readFileSync(join(demo, "accounts.json"), "utf8")).accounts.find((a) => a.id === reader).identifier;
  await ok("perron-4-1", "brobygger.registry.v1.RegistryService/EnsureCitizen", { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value }, presence: stated(), request_id: requestId() });
  for (let i = 0; i < 5; i++) await story();
  told = await story();
  await processes("stop", "consent");
  writeFileSync(configured, config.replace(/^ledger_keep:.*$/m, "ledger_keep: 1"));
  await processes("start", "consent");
});
after(async () => {
  writeFileSync(configured, config);
  await processes("stop", "consent").catch(() => {});
  await processes("start", "redis-records", "redis-trust", "consent", "dropin", "housing", "clinic").catch(() => {});
  close();
  rmSync(scratch, { recursive: true, force: true });
  for (const dir of [run, join(run, "redis-records"), join(run, "redis-trust")]) {
    for (const name of readdirSync(dir)) if (/^(data|ledger)\.before-/.test(name)) rmSync(join(dir, name), { recursive: true });
  }
});

test("old entries move, and stories, proofs and the export are what they were", { timeout: 300_000 }, async () => {
  await grow(perFile + 100);
  const settled = async () => (await written()) <= (files().length + 1) * perFile && (await firstInStore()) === files().length * perFile + 1;
  assert.ok(await within(60_000, async () => files().length >= 1 && (await settled())), "whole files of what is old, and the store has let go of it");
  assert.equal(await firstInStore(), files().length * perFile + 1);
  const now = await story();
  assert.deepEqual(now.slice(-told.length), told, "the same story, entry for entry");
  const rows = await readLedger();
  assert.deepEqual(rows.map((row) => row.number), Array.from({ length: rows.length }, (_, i) => i + 1), "every entry in one of both places, once");
  const explained = await ok(reader, "brobygger.ledger.v1.LedgerService/ExplainDecision", { number: told.at(-1).split(" ")[0] });
  assert.equal(explained.entry.textDa, told.at(-1).replace(/^\d+ /, ""));
  command("ledger", join(scratch, "ledger.txt"));
  const { code, said } = await verify("ledger", join(run, "ledger-key/public.pem"), join(scratch, "ledger.txt"));
  assert.equal(code, 0, said);
});

test("a copy takes the files along, and putting it back brings its own", { timeout: 300_000 }, async () => {
  const before = files(), length = await written();
  assert.match(command("backup", copy), /ledger: \d+ files/);
  assert.deepEqual(readdirSync(join(copy, "ledger")).sort(), before);
  await grow(perFile);
  assert.ok(await within(60_000, async () => files().length > before.length && (await firstInStore()) > files().length * perFile), "another file");
  // The trust store alone: its files are of a later time, and it does not start.
  await processes("stop", "consent", "redis-trust");
  renameSync(join(run, "redis-trust/data"), join(scratch, "trust"));
  execFileSync("cp", ["-a", join(copy, "trust"), join(run, "redis-trust/data")]);
  await assert.rejects(processes("start", "redis-trust", "consent"));
  assert.match(readFileSync(join(run, "log/consent.log"), "utf8").split("\n--- ").at(-1), /these files are of a later state of the ledger/);
  await processes("stop", "redis-trust");
  rmSync(join(run, "redis-trust/data"), { recursive: true });
  renameSync(join(scratch, "trust"), join(run, "redis-trust/data"));
  await processes("start", "redis-trust", "consent");

  command("restore", copy);
  assert.deepEqual(files(), before);
  assert.deepEqual((await story()).slice(-told.length), told);
  command("ledger", join(scratch, "again.txt"));
  const { code, said } = await verify("ledger", join(run, "ledger-key/public.pem"), join(scratch, "again.txt"));
  assert.equal(code, 0, said);
  assert.ok((await written()) < length + perFile, "the ledger of the copy");
});

test("a file that is gone, or not what was written, refuses to start", { timeout: 120_000 }, async () => {
  const last = join(ledgerDir, files().at(-1)), bytes = readFileSync(last);
  await processes("stop", "consent");
  for (const [spoil, why] of [
    [() => renameSync(last, join(scratch, "aside")), /stand neither in its files nor in the store/],
    [() => writeFileSync(last, Buffer.concat([bytes.subarray(0, 1000), Buffer.from([bytes[1000] ^ 1]), bytes.subarray(1001)])), /is not what was written/],
  ]) {
    spoil();
    await assert.rejects(processes("start", "consent"));
    assert.match(readFileSync(join(run, "log/consent.log"), "utf8").split("\n--- ").at(-1), why);
    writeFileSync(last, bytes);
  }
  await processes("start", "consent");
  const answer = await viaGrpc.call({ method: "brobygger.ledger.v1.LedgerProofService/GetLedgerHead", as: "revisor-1", request: {} });
  assert.equal(answer.code, "OK", answer.reason);
});
