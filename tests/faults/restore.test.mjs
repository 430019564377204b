// A copy of both stores is put back, made before a yes was taken back, a code card replaced and a participant forgotten. The copy is sound and
// in itself it would give all of that back: the journal says what it has forgotten, and it is taken away again before anything is
// served (promises P2, P7). Without the journal nothing is served.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { requestId, stated } from "../lib/values.mjs";
import { Resp } from "./lib/resp.mjs";
import { give, incoming, looker, newCitizen, ok, processes, refusalOf, root, run, service, sleep, withdraw, within } from "./lib/world.mjs";

const scratch = mkdtempSync(join(tmpdir(), "brobygger-restore-")), copy = join(scratch, "copy"), journal = join(run, "journal"), aside = join(scratch, "journal");
const command = (name, ...args) => execFileSync(join(root, "deploy/local", name), args, { env: process.env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const configured = join(run, "config/consent.textproto");
let citizen, kept, closedOnes, consents, references, look, aliases;

before(async () => {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  look = await looker("boligenhed-1");
  citizen = await newCitizen("perron-4-nurse");
  kept = await newCitizen("perron-4-nurse");
  closedOnes = await newCitizen("perron-4-nurse");
  consents = {};
  references = {};
  for (const [name, who] of Object.entries({ citizen, kept, closedOnes })) {
    consents[name] = await give(who);
    references[name] = await incoming(known);
  }
  aliases = [];
  for (const alias of ["Gamle", "Nye"]) aliases.push((await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias, request_id: requestId() })).participant.name);
});
after(async () => {
  if (existsSync(aside)) {
    rmSync(journal, { recursive: true, force: true });
    execFileSync("mv", [aside, journal]);
  }
  await processes("start", "redis-records", "redis-trust", "consent", "dropin", "housing").catch(() => {});
  close();
  rmSync(scratch, { recursive: true, force: true });
  for (const store of ["records", "trust"]) {
    const dir = join(run, `redis-${store}`);
    for (const name of readdirSync(dir)) if (name.startsWith("data.before-")) rmSync(join(dir, name), { recursive: true });
  }
});

const answersWith = (reference, code, reason) => within(10_000, async () => {
  const answer = await look(reference, { timeout: 2000 });
  return answer.code === code && (code === "OK" || refusalOf(answer).reason === reason);
});
const alias = (name) => viaGrpc.call({ method: `${service.dropin}/GetParticipant`, as: "perron-4-1", request: { name } });

test("a copy is made while everything runs, and is not readable in itself", { timeout: 120_000 }, async () => {
  for (const who of Object.keys(references)) assert.ok(await answersWith(references[who], "OK"), who);
  command("backup", copy);
  const bytes = Buffer.concat(readdirSync(copy, { recursive: true }).map((f) => join(copy, f)).filter((f) => /\.(aof|rdb)$/.test(f)).map((f) => readFileSync(f)));
  assert.ok(bytes.length > 1000 && bytes.includes("dropin:{perron-4}:"), "the copy holds something");
  assert.ok(!bytes.includes("Et sted at bo") && !bytes.includes("Gamle"), "what was said stands in it in clear");
  assert.throws(() => command("backup", copy), /exists already/);
});

test("what was taken away after the copy stays taken away", { timeout: 300_000 }, async (t) => {
  await withdraw(citizen, consents.citizen);
  await ok("perron-4-1", `${service.registry}/RestrictCitizen`, { citizen: closedOnes, restricted: true, presence: stated(), request_id: requestId() });
  await ok("perron-4-1", `${service.dropin}/ForgetParticipant`, { name: aliases[0], request_id: requestId() });
  const lines = readdirSync(journal).map((f) => readFileSync(join(journal, f), "utf8")).join("");
  assert.match(lines, /^consent:\{trust\}: \d+ [0-9a-f]+ [0-9a-f]{32} [0-9a-f]{16}$/m);
  assert.match(lines, /^dropin:\{perron-4\}: \d+ /m);

  const redis = await Resp.connect("trust");
  await redis.call("RPUSH", "consent:{nobody}:j", "1:x");
  assert.throws(() => command("restore", copy), /would be lost/, "what waits in a store stands nowhere else");
  assert.ok(await answersWith(references.kept, "OK"), "nothing was stopped");
  await redis.call("DEL", "consent:{nobody}:j");
  redis.close();

  t.diagnostic(command("restore", copy).trim().split("\n").slice(-6).join(" | "));
  assert.ok(await answersWith(references.kept, "OK"), "what was not taken away is there");
  assert.ok(await answersWith(references.citizen, "PERMISSION_DENIED", "CONSENT_REQUIRED"), "the yes that was taken back opens nothing");
  assert.ok(await answersWith(references.closedOnes, "PERMISSION_DENIED", "CONSENT_REQUIRED"), "closed doors stay closed");
  assert.equal((await alias(aliases[0])).code, "NOT_FOUND");
  assert.equal((await alias(aliases[1])).code, "OK");
  assert.match(readFileSync(join(run, "log/consent.log"), "utf8"), /store_was_restored/);
});

test("without its journal a store is not served, and the copy alone would give everything back", { timeout: 300_000 }, async () => {
  await processes("stop", "dropin", "consent");
  execFileSync("mv", [journal, aside]);
  mkdirSync(journal, { mode: 0o700 });
  await assert.rejects(processes("start", "consent"));
  assert.match(readFileSync(join(run, "log/consent.log"), "utf8"), /this is not the store's journal, or it was lost/);
  // Whoever has looked may say that the lines are not needed; the service names them.
  const named = () => readFileSync(join(run, "log/consent.log"), "utf8").match(/.*--without-lines (\S+:\{\S+\}:) (\d+)/s);  // the last
  const [, base, lines] = named();
  assert.equal(base, "consent:{trust}:");
  command("restore", "--without-lines", base, String(Number(lines) - 1));
  await assert.rejects(processes("start", "consent"), "one is still missing");
  // It keeps records of agencies, too: each scope has lines of its own, and is named in its turn.
  for (let before = ""; !(await processes("start", "consent").then(() => true, () => false)); before = named()[1]) {
    assert.notEqual(named()[1], before, "still refused after what it named");
    command("restore", "--without-lines", named()[1], named()[2]);
  }

  // The control: a journal of which somebody has said that its lines are not needed serves the copy as it is.
  execFileSync("cp", ["-a", join(run, "redis-trust/data"), join(scratch, "trust")]);
  await processes("stop", "consent", "redis-trust");
  rmSync(join(run, "redis-trust/data"), { recursive: true });
  execFileSync("cp", ["-a", join(copy, "trust"), join(run, "redis-trust/data")]);
  await processes("start", "redis-trust", "consent");
  const entry = await ok("perron-4-1", `${service.consent}/ListConsents`, { citizen, page_size: 10 });
  assert.ok(entry.consents.some((c) => c.state === "CONSENT_STATE_ACTIVE"), "the yes is back: what the journal is for");

  await processes("stop", "consent", "redis-trust");
  rmSync(join(run, "redis-trust/data"), { recursive: true });
  execFileSync("mv", [join(scratch, "trust"), join(run, "redis-trust/data")]);
  rmSync(journal, { recursive: true });
  execFileSync("mv", [aside, journal]);
  await processes("start", "redis-trust", "consent", "dropin");
  assert.ok(await answersWith(references.citizen, "PERMISSION_DENIED", "CONSENT_REQUIRED"));
});

test("a ledger that lacks what services have seen opens no door until somebody has said that it counts", { timeout: 300_000 }, async () => {
  // The trust store alone goes back; the services remember more.
  assert.ok(await answersWith(references.kept, "OK"));
  await sleep(5000);  // signed within seconds, seen every two
  await processes("stop", "consent", "redis-trust");
  renameSync(join(run, "redis-trust/data"), join(run, "redis-trust/data.before-test"));
  execFileSync("cp", ["-a", join(copy, "trust"), join(run, "redis-trust/data")]);
  await processes("start", "redis-trust", "consent");
  assert.ok(await answersWith(references.kept, "UNAVAILABLE", "LEDGER_NOT_CONSISTENT"));
  command("restore", "--accept-ledger");
  assert.ok(await answersWith(references.kept, "OK"));
  assert.ok(await answersWith(references.citizen, "PERMISSION_DENIED", "CONSENT_REQUIRED"), "the journal counts all the same");
  const lost = readdirSync(run).filter((f) => f.startsWith("ledger-lost-"));
  assert.ok(lost.length > 0 && /dropin:\{witness\}:head [0-9a-f]{20,}/.test(readFileSync(join(run, lost.at(-1)), "utf8")));
});
