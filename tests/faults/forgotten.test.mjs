// The refuge forgets (P6): a participant who was forgotten leaves no trace in any file of the store once Redis has rewritten it: not the
// alias, not the record's name, not the key under which it was sealed, not one of the places, groups and plans it stood in, no number to ring and no address.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { activities, dropin, house, meals } from "../lib/house.mjs";
import { network } from "../lib/houselife.mjs";
import { date, requestId, stated } from "../lib/values.mjs";
import { Resp } from "./lib/resp.mjs";
import { run, within } from "./lib/world.mjs";

const vm = house();
after(close);

const files = (directory) => readdirSync(directory, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(directory, e.name)) : [join(directory, e.name)]));
const store = () => files(join(run, "redis-records/data"));

// The keys of the store that match.
async function scan(redis, pattern) {
  const found = [];
  for (let cursor = "0"; ;) {
    const [next, keys] = await redis.call("SCAN", cursor, "MATCH", pattern, "COUNT", 1000);
    found.push(...keys.map(String));
    cursor = next.toString();
    if (cursor === "0") return found;
  }
}

// Which of the things stand in which file, as they are, or as text that writes bytes down.
function traces(paths, things) {
  const found = [];
  for (const path of paths) {
    const bytes = readFileSync(path);
    for (const [what, value] of Object.entries(things)) {
      const forms = Buffer.isBuffer(value) ? [value] : [Buffer.from(value), Buffer.from(Buffer.from(value).toString("hex")), Buffer.from(Buffer.from(value).toString("base64"))];
      if (forms.some((form) => bytes.includes(form))) found.push(`${what} in ${path.split("/").at(-1)}`);
    }
  }
  return found;
}

test("a forgotten participant leaves no trace in the store's files after the rewrite", { timeout: 120_000 }, async (t) => {
  const redis = await Resp.connect("records");
  t.after(() => redis.close());
  const keysBefore = new Set(await scan(redis, "dropin:{perron-4}:k:*"));
  const alias = `Strandskade ${randomBytes(4).toString("hex")}`, wish = `en tur til havet ${randomBytes(4).toString("hex")}`;
  const participant = await vm.alias(alias, [wish]);
  const id = participant.split("/")[1];
  const others = [await vm.alias("A"), await vm.alias("B"), await vm.alias("C")];

  // In everything that people do together.
  const activity = await vm.activity(), off = await vm.activity();
  const { place } = await vm.act(`${activities}/SignUp`, { activity, participant, role: "ACTIVITY_ROLE_CAKE_BAKER" });
  await vm.act(`${activities}/SignUp`, { activity: off, participant, role: "ACTIVITY_ROLE_HELPER" });
  await vm.act(`${activities}/CancelActivity`, { name: off });
  const { group } = await vm.act(`${activities}/CreateActivityGroup`, { title: "Turgruppen", members: [participant, ...others], staff: ["perron-4-1", "perron-4-2"] });
  const budget = await vm.budget(participant);
  await vm.act(`${activities}/AddReceipt`, { budget, date: date(), amount_ore: 4_000, text: "Kage" });
  await vm.act(`${activities}/WaiveFee`, { activity, ticket: place.ticket, waiver: "FEE_WAIVER_BUDGET", budget });
  await vm.act(`${meals}/StartMealPlan`, { participant, from: date(), meals_a_week: 5, price_ore: 0 });
  // In everything by which people look out for one another.
  const phone = `+4520${randomBytes(3).readUIntBE(0, 3).toString().padStart(8, "0")}`, address = `Havnegade ${randomBytes(4).toString("hex")}`, brother = `min bror ${randomBytes(4).toString("hex")}`;
  await vm.act(`${network}/JoinCallList`, { participant, phone, interval_days: 7, caller: "CALLER_STAFF", person_to_ask: { called: brother, reach: "Havnen" } });
  await vm.act(`${network}/JoinFoodRounds`, { participant, address, until: date(7) });
  await vm.act(`${network}/RecordSmallStep`, { participant, kind: "SMALL_STEP_KIND_BATH", stance: "STAFF_STANCE_LOVING_NUDGE", done_on: date() });
  await vm.act(`${network}/RequestCompanion`, { participant, presence: stated(), date: date(3), may_hear: ["DATA_CATEGORY_HEALTH"] });
  await vm.ok(`${dropin}/GetParticipant`, { name: participant });

  // What can tell of somebody: the record's name, the wrapped data key, and every record as it lies there sealed.
  const sealed = async (name) => redis.call("GET", `dropin:{perron-4}:r:${name}`);
  const clear = { "the alias": alias, "the wish": wish, "the number": phone, "the address": address, "the person to ask": brother };
  const things = { "the record's name": id, ...clear };
  const shared = [["activity", activity], ["activity", off], ["activity-group", group.name], ["budget", budget]];
  for (const [what, name] of [...["participant", "meal-plan", "call-entry", "food-stop", "steps", "companions"].map((kind) => [kind, participant]), ...shared]) {
    const bytes = await sealed(`${what}:${name.split("/")[1]}`);
    assert.ok(Buffer.isBuffer(bytes) && bytes.length > 60, `${what} does not stand where this test looks`);
    things[`${name} as it was sealed`] = bytes;
  }
  const keys = (await scan(redis, "dropin:{perron-4}:k:*")).filter((k) => !keysBefore.has(k));
  const wrapped = await Promise.all(keys.map(async (k) => [k, await redis.call("GET", k)]));

  // Before: all but the clear words stand in the files, so the search can find.
  const found = traces(store(), things);
  for (const what of ["the record's name", ...Object.keys(things).filter((k) => k.endsWith("sealed"))]) assert.ok(found.some((f) => f.startsWith(what)), `${what} is not found before`);
  for (const what of Object.keys(clear)) assert.ok(!found.some((f) => f.startsWith(what)), `${what} stands there in clear`);

  await vm.act(`${dropin}/ForgetParticipant`, { name: participant });
  // Of the new keys, the participant's is the one that is no key any more.
  const destroyed = [];
  for (const [key, bytes] of wrapped) {
    const now = await redis.call("GET", key);
    if (now === null || !now.equals(bytes)) destroyed.push([key, bytes]);
  }
  assert.equal(destroyed.length, 1, "one data key was destroyed");
  things["the wrapped data key"] = destroyed[0][1];
  assert.ok(traces(store(), things).some((f) => f.startsWith("the wrapped data key")), "before the rewrite the file still has it");
  assert.deepEqual(await scan(redis, `*${id}*`), [], "no key of the store names the participant");

  await redis.call("BGREWRITEAOF");
  const info = async () => Object.fromEntries(String(await redis.call("INFO", "persistence")).split("\r\n").filter((l) => l.includes(":")).map((l) => l.split(":")));
  assert.ok(await within(60_000, async () => { const i = await info(); return i.aof_rewrite_in_progress === "0" && i.aof_rewrite_scheduled === "0"; }), "the rewrite does not end");
  assert.equal((await info()).aof_last_bgrewrite_status, "ok");
  // Redis removes the files of before in the background.
  assert.ok(await within(10_000, () => traces(store(), things).length === 0), traces(store(), things).join("; "));
  // Nor anywhere else that the instance writes.
  assert.deepEqual(traces([...files(join(run, "log")), ...files(join(run, "journal"))], { "the record's name": id, ...clear }), []);

  // For the others everything goes on.
  assert.deepEqual(await vm.places(activity), []);
  assert.deepEqual((await vm.ok(`${activities}/ListActivityGroups`, { page_size: 100 })).groups.find((g) => g.name === group.name).members.map((m) => m.participant), others);
  const again = await vm.ask(`${activities}/SignUp`, { activity, participant, role: "ACTIVITY_ROLE_PLAYER", request_id: requestId() });
  assert.equal(again.reason, "ALIAS_FORGOTTEN");
});
