// A trust store that was restored from an old copy has forgotten what came after it: looks, and withdrawals. The copy is sound in itself, so
// the consent service serves it; every door refuses it, because the services remember the ledger that they saw (promises P2, P3, P7).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { parse, registry } from "../lib/contracts.mjs";
import { give, incoming, looker, newCitizen, ok, processes, refusalOf, run, service, withdraw, within } from "./lib/world.mjs";

const data = join(run, "redis-trust/data"), copy = `${data}.copy`, later = `${data}.later`;
const stop = () => processes("stop", "consent", "redis-trust"), start = () => processes("start", "redis-trust", "consent");
let citizen, consent, reference, look;

before(async () => {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  citizen = await newCitizen("perron-4-nurse");
  consent = await give(citizen);
  reference = await incoming(known);
  look = await looker("boligenhed-1");
});
// Whatever the test left behind.
after(async () => {
  if (existsSync(later)) {
    await stop();
    rmSync(data, { recursive: true, force: true });
    renameSync(later, data);
  }
  rmSync(copy, { recursive: true, force: true });
  await start().catch(() => {});
  close();
});

const head = async () => {
  const { code, response } = await viaGrpc.call({ method: "brobygger.ledger.v1.LedgerProofService/GetLedgerHead", as: "revisor-1", timeout: 2000 });
  return code === "OK" ? Number(response.head.size) : 0;
};
// The newest head that the drop-in service keeps.
const remembered = () => {
  const bytes = execFileSync("redis-cli", ["-s", join(run, "redis-records/redis.sock"), "--user", "admin", "--no-auth-warning", "GET", "dropin:{witness}:head"],
    { env: { ...process.env, REDISCLI_AUTH: readFileSync(join(run, "redis-records/admin.password"), "utf8") } }).subarray(0, -1);  // its line ends
  return bytes.length === 0 ? 0 : Number(parse(registry().getMessage("brobygger.ledger.v1.LedgerHead"), bytes).size);
};
const answersWith = (code, reason) => within(60_000, async () => {
  const answer = await look(reference, { timeout: 2000 });
  return answer.code === code && (code === "OK" || refusalOf(answer).reason === reason);
});

test("an old copy of the trust store opens no door, and the right one is taken again", { timeout: 120_000 }, async () => {
  assert.ok(await answersWith("OK"));
  await stop();
  cpSync(data, copy, { recursive: true });
  await start();

  // After the copy was made the citizen takes the yes back; a head is over it, and the drop-in service has seen that head.
  assert.ok(await answersWith("OK"));
  let copied = 0;
  assert.ok(await within(60_000, async () => (copied = await head()) > 0));
  await withdraw(citizen, consent);
  assert.ok(await answersWith("PERMISSION_DENIED", "CONSENT_REQUIRED"));
  assert.ok(await within(60_000, async () => (await head()) > copied));
  assert.ok(await within(60_000, () => remembered() > copied), "the drop-in service has not seen it");

  await stop();
  renameSync(data, later);
  cpSync(copy, data, { recursive: true });
  await start();
  assert.ok(await answersWith("UNAVAILABLE", "LEDGER_NOT_CONSISTENT"), "the resurrected yes opens nothing");
  // Also when the service is started anew: what it saw is in its own store.
  await processes("restart", "dropin");
  for (let i = 0; i < 10; i++) assert.notEqual((await look(reference, { timeout: 2000 })).code, "OK", "no look passes, not even the first");
  assert.ok(await answersWith("UNAVAILABLE", "LEDGER_NOT_CONSISTENT"));
  assert.equal((await viaGrpc.call({ method: `${service.dropin}/GetRegular`, as: "perron-4-1", request: { citizen } })).code, "OK", "the own side lives");

  await stop();
  rmSync(data, { recursive: true });
  renameSync(later, data);
  await start();
  assert.ok(await answersWith("PERMISSION_DENIED", "CONSENT_REQUIRED"), "the gate is asked again, and the yes is still taken back");
});
