// The drop-in centre at the same moment, through real processes: many tablets count and nothing is lost or doubled, and nobody gets a
// place that is taken, or money that is spent.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { activities, dropin, house, told } from "../lib/house.mjs";
import { date, requestId } from "../lib/values.mjs";
import { describe, long } from "./lib/world.mjs";

const rounds = long ? 20 : 3;
const vm = house();
const tablet = house({ as: "perron-4-volunteer" });
after(close);

const full = "FAILED_PRECONDITION CAPACITY_FULL", overspent = "FAILED_PRECONDITION BUDGET_OVERSPENT";
const count = (answers) => answers.reduce((n, a) => ({ ...n, [told(a)]: (n[told(a)] ?? 0) + 1 }), {});
// ABORTED says that too much happened at once: asked again with the same key until there is an answer, as a tablet does.
async function answered(who, method, request, tries = {}) {
  const keyed = { ...request, request_id: request.request_id ?? requestId() };
  for (;;) {
    const answer = await who.ask(method, keyed);
    tries[told(answer)] = (tries[told(answer)] ?? 0) + 1;
    if (answer.code !== "ABORTED") return answer;
  }
}

test("sixty-four tablets count at once: nothing is lost, nothing is doubled", async (t) => {
  const tablets = 64, taps = rounds;
  const tries = {};
  // An evening that still has room, on which nobody else counts.
  let day, before;
  for (let back = 0; back > -31 && !day; back--) {
    const { tallies } = await vm.ok(`${dropin}/GetVisitTallies`, { first_day: date(back), last_day: date(back) });
    before = tallies.find((x) => x.partOfDay === "PART_OF_DAY_EVENING");
    const baths = before?.offerCounts.find((o) => o.offer === "OFFER_KIND_BATH")?.count ?? 0;
    if ((before?.visitorsEstimate ?? 0) + tablets * taps <= 999 && baths + tablets * taps <= 999) day = date(back);
  }
  assert.ok(day, "every evening of the last month is full");
  const one = async () => {
    for (let tap = 0; tap < taps; tap++) {
      const request = { date: day, part_of_day: "PART_OF_DAY_EVENING", add_visitors: 1, add_offers: [{ offer: "OFFER_KIND_BATH", count: 1 }], request_id: requestId() };
      // Every third tap meets a lost connection: the tablet gives up waiting and sends it again, once or more, with the same key.
      if (tap % 3 === 0) await tablet.ask(`${dropin}/RecordVisitTally`, request, { timeout: 1 + Math.floor(Math.random() * 30) }).catch(() => {});
      const answer = await answered(tablet, `${dropin}/RecordVisitTally`, request, tries);
      assert.equal(told(answer), "OK", describe(answer));
    }
  };
  await Promise.all(Array.from({ length: tablets }, one));
  t.diagnostic(JSON.stringify(tries));
  const { tallies } = await vm.ok(`${dropin}/GetVisitTallies`, { first_day: day, last_day: day });
  const now = tallies.find((x) => x.partOfDay === "PART_OF_DAY_EVENING");
  assert.equal(now.visitorsEstimate - (before?.visitorsEstimate ?? 0), tablets * taps);
  const baths = (x) => x?.offerCounts.find((o) => o.offer === "OFFER_KIND_BATH")?.count ?? 0;
  assert.equal(baths(now) - baths(before), tablets * taps);
});

test("sixty-four people, ten places: ten go along, and the rest stand in a line or are told", async (t) => {
  for (let round = 0; round < rounds; round++) {
    const activity = await vm.activity({ capacity: 10 });
    const aliases = await Promise.all(Array.from({ length: 16 }, (_, i) => vm.alias(`Nummer ${i}`)));
    const tries = {};
    const wish = (i) => i < 16
      ? answered(vm, `${activities}/SignUp`, { activity, participant: aliases[i], role: "ACTIVITY_ROLE_PLAYER", accept_waiting: true }, tries)
      : answered(tablet, `${activities}/TakePlace`, { activity, role: "ACTIVITY_ROLE_CHEERER", accept_waiting: i % 2 === 0 }, tries);
    const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => wish(i)));
    t.diagnostic(JSON.stringify(tries));
    const got = answers.filter((a) => a.code === "OK").map((a) => a.response.place ?? a.response);
    assert.equal(got.filter((p) => !p.waiting).length, 10);
    assert.deepEqual(Object.keys(count(answers)).sort(), [full, "OK"].sort());
    assert.equal(new Set(got.map((p) => p.ticket)).size, got.length);
    const { taken, waiting, state } = await vm.get(activity);
    assert.deepEqual({ taken, waiting, state }, { taken: 10, waiting: got.length - 10, state: "ACTIVITY_STATE_FULL" });
    // Everybody with a place gives it back at the same moment: the first of the line move up, and none gets two.
    const line = (await vm.places(activity)).filter((p) => p.waiting).map((p) => p.ticket);
    const back = await Promise.all(got.filter((p) => !p.waiting).map(({ ticket }) => answered(tablet, `${activities}/CancelPlace`, { activity, ticket })));
    assert.deepEqual(count(back), { OK: 10 });
    const places = await vm.places(activity);
    assert.deepEqual(places.filter((p) => !p.waiting).map((p) => p.ticket), line.slice(0, 10));
    assert.deepEqual(places.filter((p) => p.waiting).map((p) => p.ticket), line.slice(10));
  }
});

test("the same alias, signed up eight times at the same moment, has one place", async () => {
  for (let round = 0; round < rounds; round++) {
    const activity = await vm.activity();
    const participant = await vm.alias();
    const answers = await Promise.all(Array.from({ length: 8 }, () => answered(vm, `${activities}/SignUp`, { activity, participant, role: "ACTIVITY_ROLE_HELPER" })));
    assert.deepEqual(count(answers), { OK: 1, "ALREADY_EXISTS DUPLICATE": 7 });
    assert.equal((await vm.places(activity)).length, 1);
  }
});

test("a budget for five fees, asked for sixteen at the same moment: five are waived, and the money is right", async () => {
  for (let round = 0; round < rounds; round++) {
    const budget = await vm.budget(await vm.alias("Superbruger"), 210);
    const activity = await vm.activity({ capacity: 20 });
    const tickets = [];
    for (let i = 0; i < 16; i++) tickets.push((await vm.act(`${activities}/TakePlace`, { activity, role: "ACTIVITY_ROLE_JUST_ALONG" })).ticket);
    const answers = await Promise.all(tickets.map((ticket) => answered(vm, `${activities}/WaiveFee`, { activity, ticket, waiver: "FEE_WAIVER_BUDGET", budget })));
    assert.deepEqual(count(answers), { OK: 5, [overspent]: 11 });
    const now = await vm.budgetNow(budget);
    assert.deepEqual([now.spentOre, now.leftOre].map(Number), [20_000, 1_000]);
    assert.equal((await vm.places(activity)).filter((p) => p.waiver === "FEE_WAIVER_BUDGET").length, 5);
  }
});

test("signed up and forgotten at the same moment: whoever comes first, no place of a forgotten alias is left", async (t) => {
  const ends = {};
  for (let round = 0; round < rounds * 4; round++) {
    const activity = await vm.activity({ capacity: 1 });
    const participant = await vm.alias();
    const sign = () => answered(vm, `${activities}/SignUp`, { activity, participant, role: "ACTIVITY_ROLE_HELPER" });
    const forget = () => answered(vm, `${dropin}/ForgetParticipant`, { name: participant });
    const [signed, gone] = round % 2 ? await Promise.all([sign(), forget()]) : (await Promise.all([forget(), sign()])).reverse();
    assert.equal(told(gone), "OK", describe(gone));
    assert.ok(["OK", "NOT_FOUND ALIAS_FORGOTTEN", "FAILED_PRECONDITION ERASED"].includes(told(signed)), describe(signed));
    assert.deepEqual(await vm.places(activity), []);
    assert.equal((await vm.get(activity)).state, "ACTIVITY_STATE_OPEN");
    ends[told(signed)] = (ends[told(signed)] ?? 0) + 1;
  }
  t.diagnostic(JSON.stringify(ends));
});
