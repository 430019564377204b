// What the drop-in centre forgets by itself, through the real process and its own timer: who was on a trip a week after it, whose money it was
// a month after its period, and an alias twelve months after the last record about it. The service runs with another date (clock.cc). The
// very last among the fault tests: everybody whom the store knows by an alias is forgotten in it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { activities, dropin, house, meals, told } from "../lib/house.mjs";
import { date } from "../lib/values.mjs";
import { build, describe, processes, root, run, within } from "./lib/world.mjs";

const day = 86_400, patience = 90_000;

let ahead = 0;
const vm = house({ ahead: () => ahead });
let service;
async function start(days) {
  ahead = days * day;
  service = spawn(join(build, "services/dropin/brobygger-dropin"), [join(run, "config/dropin.textproto")], {
    env: { ...process.env, LD_PRELOAD: join(build, "tests/faults/libbrobygger-clock.so"), BROBYGGER_TEST_CLOCK_AHEAD: `${ahead}` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  service.stderr.on("data", (chunk) => (said = (said + chunk).slice(-2000)));
  assert.ok(await within(60_000, async () => service.exitCode === null && (await vm.ask(`${activities}/ListActivities`, {})).code === "OK"), `the service does not answer: ${said}`);
}
async function stop() {
  const ended = new Promise((resolve) => service.once("exit", resolve));
  service.kill("SIGTERM");
  await ended;
}
after(async () => {
  if (service && service.exitCode === null) await stop();
  close();
  await processes("start", "dropin");
});

// Certificates live 90 days; those who meet here need some for more than a year.
const lasting = ". lib/all.sh; CERTIFICATE_DAYS=800 RENEW_BEFORE_DAYS=700; certificate dropin; certificate system/perron-4; certificate issuer server";

const known = async (name) => told(await vm.ask(`${dropin}/GetParticipant`, { name }));
const forgotten = "NOT_FOUND ALIAS_FORGOTTEN";
let unused, used, trip, budget;

test("today: two aliases, a trip tomorrow, a super-user's money until tomorrow", async () => {
  await processes("stop", "dropin");
  execFileSync("bash", ["-c", `set -euo pipefail; ${lasting}`], { cwd: join(root, "deploy/local"), env: process.env });
  await processes("restart", "issuer");
  await start(0);
  [unused, used] = [await vm.alias("Strandskade"), await vm.alias("Havørn")];
  trip = await vm.activity({ date: date(1), capacity: 2 });
  for (const participant of [unused, used]) await vm.act(`${activities}/SignUp`, { activity: trip, participant, role: "ACTIVITY_ROLE_HELPER" });
  ({ budget: { name: budget } } = await vm.act(`${activities}/OpenBudget`, { super_user: unused, first_day: date(), last_day: date(1), amount_ore: 10_000 }));
  await vm.act(`${activities}/AddReceipt`, { budget, date: date(), amount_ore: 4_000, text: "Kage" });
  await vm.act(`${meals}/StartMealPlan`, { participant: used, from: date(), meals_a_week: 5, price_ore: 0 });
  await stop();
});

test("nine days later: nobody closed the trip, it closes by itself, and who was on it is forgotten", async () => {
  await start(8);
  assert.equal((await vm.get(trip)).state, "ACTIVITY_STATE_FULL", "a week has not passed");
  assert.equal((await vm.places(trip)).length, 2);
  await stop();
  await start(9);
  assert.ok(await within(patience, async () => (await vm.get(trip)).state === "ACTIVITY_STATE_HELD", 500), describe(await vm.ask(`${activities}/GetActivity`, { name: trip })));
  const { closedByItself, came, taken } = await vm.get(trip);
  assert.deepEqual({ closedByItself, came, taken }, { closedByItself: true, came: 2, taken: 2 });
  assert.deepEqual(await vm.places(trip), []);
  await stop();
});

test("two months later: the budget is a sum", async () => {
  await start(62);
  assert.ok(await within(patience, async () => (await vm.budgetNow(budget)) === undefined, 500), "it is not settled");
  let found;
  for (let page_token = ""; !found; ) {
    const page = await vm.ok(`${activities}/ListBudgets`, { settled: true, page_size: 100, page_token });
    found = page.budgets.find((b) => b.name === budget);
    if (!(page_token = page.nextPageToken)) break;
  }
  assert.deepEqual([found.superUser, found.alias, Number(found.spentOre), found.receipts[0].text], ["", "", 4_000, ""]);
  // A change of the meal plan is a use.
  await vm.act(`${meals}/ChangeMealPlan`, { participant: used, meals_a_week: 7, price_ore: 0 });
  await stop();
});

test("a year later: who was not used is forgotten by itself, and who was is not", async () => {
  await start(364);
  assert.equal(await known(unused), "OK", "the twelve months are not over");
  await stop();
  await start(367);
  assert.ok(await within(patience, async () => (await known(unused)) === forgotten, 500), await known(unused));
  assert.equal(await known(used), "OK");
  assert.equal((await vm.ok(`${meals}/GetMealPlan`, { participant: used })).plan.mealsAWeek, 7);
  await stop();
  await start(367 + 62);
  assert.ok(await within(patience, async () => (await known(used)) === forgotten, 500), await known(used));
  assert.equal(told(await vm.ask(`${meals}/GetMealPlan`, { participant: used })), forgotten);
  await stop();
});
