// Somebody is forgotten, or erased from one agency, and after the rewrite nothing of it is left in any file of the store: neither what was said, nor the
// name under which it stood, nor the data key in its wrapped form, nor the key's id. The same search found all of it before.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { nobodysNumber, requestId, stated } from "../lib/values.mjs";
import { ok, persist, processes, root, run, service, within } from "./lib/world.mjs";

after(close);
const store = join(run, "redis-records");
const redis = (...args) => execFileSync("redis-cli", ["-s", join(store, "redis.sock"), "--user", "admin", "--no-auth-warning", ...args], {
  env: { ...process.env, REDISCLI_AUTH: readFileSync(join(store, "admin.password"), "utf8") }, maxBuffer: 1 << 28,
});
const raw = (...args) => redis("--no-raw", ...args);  // for what is printed
const bytesOf = (key) => redis("get", key).subarray(0, -1);
const files = () => readdirSync(store, { recursive: true }).map((f) => join(store, f)).filter((f) => statSync(f).isFile());
// What would tell of a citizen whom both services keep something about.
const tracesOf = (reference) => {
  const keys = raw("--scan", "--pattern", "*:{perron-4}:r:*").toString().split("\n").map((line) => line.replace(/^"|"$/g, "")).filter((key) => key.endsWith(`:${reference}`));
  assert.ok(keys.some((key) => key.startsWith("dropin:")) && keys.some((key) => key.startsWith("registry:")), "both services keep something");
  const traces = { "the reference": Buffer.from(reference) };
  for (const key of keys) {
    const id = bytesOf(key).subarray(9, 25), k = `${key.split("r:")[0]}k:${id.toString("hex")}`;
    Object.assign(traces, { [`${key}: its data key`]: bytesOf(k), [`${key}: the key's id`]: id, [`${key}: the id in hex`]: Buffer.from(id.toString("hex")) });
  }
  return traces;
};
// In which files each of the traces stands.
const search = (traces) => Object.fromEntries(Object.entries(traces).map(([name, bytes]) => [name, files().filter((f) => readFileSync(f).includes(bytes)).map((f) => f.slice(store.length + 1))]));

test("of a participant who was forgotten nothing is left in any file", { timeout: 300_000 }, async (t) => {
  const alias = `Ugle ${Date.now().toString(36)}`;
  const { participant } = await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias, request_id: requestId() });
  const stays = (await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias: `${alias}s ven`, request_id: requestId() })).participant;
  const id = participant.name.split("/")[1], record = `dropin:{perron-4}:r:participant:${id}`;
  const keyId = bytesOf(record).subarray(9, 25);
  const wrapped = bytesOf(`dropin:{perron-4}:k:${keyId.toString("hex")}`);
  assert.equal(wrapped.length, 60);
  const traces = { "the record's name": Buffer.from(id), "the wrapped data key": wrapped, "the key's id": keyId, "the key's id in hex": Buffer.from(keyId.toString("hex")) };
  const before = search(traces);
  for (const [what, where] of Object.entries(before)) assert.ok(where.length > 0, `${what} is nowhere: the search finds nothing`);
  // What was said never stands in a file in clear.
  assert.deepEqual(search({ alias: Buffer.from(alias) }).alias, []);

  await ok("perron-4-1", `${service.dropin}/ForgetParticipant`, { name: participant.name, request_id: requestId() });
  const forgotten = search(traces);
  assert.ok(forgotten["the wrapped data key"].length > 0, "the append-only file still holds what was overwritten: that is why there is a rewrite");
  t.diagnostic(execFileSync(join(root, "deploy/local/rewrite"), { env: process.env, encoding: "utf8" }).trim().replaceAll("\n", " | "));
  assert.deepEqual(search(traces), Object.fromEntries(Object.keys(traces).map((name) => [name, []])));
  assert.equal(raw("exists", record).toString().trim(), "(integer) 0");

  // All else is as it was, in the store and in what Redis would read again.
  assert.equal((await viaGrpc.call({ method: `${service.dropin}/GetParticipant`, as: "perron-4-1", request: { name: participant.name } })).code, "NOT_FOUND");
  assert.equal((await viaGrpc.call({ method: `${service.dropin}/GetParticipant`, as: "perron-4-1", request: { name: stays.name } })).code, "OK");
});

test("a store that is killed while it writes its file anew leaves nothing of it behind", { timeout: 300_000 }, async () => {
  const begun = () => files().filter((f) => /\/temp-/.test(f));
  const alias = `Ravn ${Date.now().toString(36)}`;
  const { participant } = await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias, request_id: requestId() });
  const id = participant.name.split("/")[1], record = `dropin:{perron-4}:r:participant:${id}`;
  const wrapped = bytesOf(`dropin:{perron-4}:k:${bytesOf(record).subarray(9, 25).toString("hex")}`);
  redis("config", "set", "rdb-key-save-delay", "5000");  // microseconds a key: it takes a while
  redis("bgrewriteaof");
  assert.ok(await within(60_000, () => begun().length > 0, 5), "no rewrite");
  await processes("kill", "redis-records");
  assert.ok(begun().length > 0, "the rewrite was through: nothing is seen");
  await processes("start", "redis-records");
  assert.deepEqual(begun(), []);
  await persist("perron-4-1", `${service.dropin}/ForgetParticipant`, { name: participant.name, request_id: requestId() });
  execFileSync(join(root, "deploy/local/rewrite"), { env: process.env });
  assert.deepEqual(search({ id: Buffer.from(id), wrapped }), { id: [], wrapped: [] });
  assert.deepEqual(begun(), []);
});

test("of a citizen whom one agency erases nothing is left there, and all of it with the others", { timeout: 300_000 }, async (t) => {
  const { citizen } = await ok("perron-4-nurse", `${service.registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
  const said = `Et sted ${Date.now().toString(36)}`;
  await ok("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), request_id: requestId(), shared: { goals: said, how_to_meet: "Om formiddagen" } });
  await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), card: { preferred_name: "Ugle" }, request_id: requestId() });
  const traces = tracesOf(citizen.split("/")[1]);
  for (const [what, where] of Object.entries(search(traces))) assert.ok(where.length > 0, `${what} is nowhere: the search finds nothing`);
  const other = await ok("perron-4-nurse", `${service.registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
  await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen: other.citizen, presence: stated(), card: { preferred_name: "Krage" }, request_id: requestId() });

  t.diagnostic(execFileSync(join(root, "deploy/local/erase"), ["perron-4", citizen], { env: process.env, encoding: "utf8" }).trim().replaceAll("\n", " | "));
  assert.deepEqual(search(traces), Object.fromEntries(Object.keys(traces).map((name) => [name, []])));
  assert.equal((await viaGrpc.call({ method: `${service.card}/GetCitizenCard`, as: "perron-4-1", request: { citizen } })).code, "NOT_FOUND");
  const regular = await viaGrpc.call({ method: `${service.dropin}/GetRegular`, as: "perron-4-1", request: { citizen } });
  assert.ok(!JSON.stringify(regular).includes(said), "what was said is still answered");
  assert.equal((await ok("perron-4-1", `${service.card}/GetCitizenCard`, { citizen: other.citizen })).card.preferredName, "Krage");
  const journal = ["consent", "dropin"].map((name) => readdirSync(join(run, "journal")).filter((f) => f.startsWith(`${name}.`)).map((f) => readFileSync(join(run, "journal", f), "utf8")).join(""));
  assert.match(journal[0], /^registry:\{perron-4\}: /m);
  assert.match(journal[1], /^dropin:\{perron-4\}: /m);

  // Nobody whom the agency has nothing about, and nobody twice.
  assert.throws(() => execFileSync(join(root, "deploy/local/erase"), ["perron-4", citizen], { env: process.env, stdio: "pipe" }), /keeps nothing/);
  assert.throws(() => execFileSync(join(root, "deploy/local/erase"), ["perron-4", "citizens/../x"], { env: process.env, stdio: "pipe" }));
  // The person may come back, to an empty page.
  await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), card: { preferred_name: "Ugle igen" }, request_id: requestId() });
  assert.equal((await ok("perron-4-1", `${service.card}/GetCitizenCard`, { citizen })).card.preferredName, "Ugle igen");
});

test("of a citizen who has it erased by their own login nothing is left after the rewrite", { timeout: 300_000 }, async (t) => {
  const number = nobodysNumber(), me = `citizen:${number}`, rights = "brobygger.registry.v1.RightsService";
  const { citizen } = await ok("perron-4-nurse", `${service.registry}/EnsureCitizen`, { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value: number }, presence: stated(), request_id: requestId() });
  const said = `Et sted ${Date.now().toString(36)}`;
  await ok("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), request_id: requestId(), shared: { goals: said, how_to_meet: "Om formiddagen" } });
  await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), card: { preferred_name: "Ugle" }, request_id: requestId() });
  const act = async (right) => (await ok(me, `${rights}/IssueActTickets`, { agency: "agencies/perron-4", right, request_id: requestId() })).tickets[0];
  const add = await act("RIGHT_ADD_STATEMENT"), own = "brobygger.dropin.v1.DropinRightsService";
  await ok(me, `${own}/AddStatement`, { ticket: add.ticket, text: said, about: "DATA_CATEGORY_DAILY_LIFE", request_id: requestId() });
  const traces = tracesOf(citizen.split("/")[1]);
  for (const [what, where] of Object.entries(search(traces))) assert.ok(where.length > 0, `${what} is nowhere: the search finds nothing`);

  const erase = await act("RIGHT_ERASE");
  for (const name of erase.services) await ok(me, `${name}/EraseRecords`, { ticket: erase.ticket, request_id: requestId() });
  // At once nobody can read it; the bytes go with the rewrite.
  assert.equal((await viaGrpc.call({ method: `${service.card}/GetCitizenCard`, as: "perron-4-1", request: { citizen } })).code, "NOT_FOUND");
  assert.deepEqual((await ok("perron-4-1", `${own}/ListStatements`, { citizen })).statements, []);
  const journal = ["consent", "dropin"].map((name) => readdirSync(join(run, "journal")).filter((f) => f.startsWith(`${name}.`)).map((f) => readFileSync(join(run, "journal", f), "utf8")).join(""));
  assert.match(journal[0], /^registry:\{perron-4\}: /m);
  assert.match(journal[1], /^dropin:\{perron-4\}: /m);
  t.diagnostic(execFileSync(join(root, "deploy/local/rewrite"), { env: process.env, encoding: "utf8" }).trim().replaceAll("\n", " | "));
  assert.deepEqual(search(traces), Object.fromEntries(Object.keys(traces).map((name) => [name, []])));
});
