// What the drop-in centre refuses, asked over the wire: groups of the wrong size, an activity that is full, a budget overspent, a forgotten
// alias used again, CPR numbers in free text, and acts that the state does not allow. Each has its reason; what is just inside is let in.
// Every pair of states: services/dropin/states_test.cc.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { activities, dropin, house, meals, stranger, told } from "../lib/house.mjs";
import { date, nobodysNumber, requestId } from "../lib/values.mjs";

const vm = house();
const tablet = house({ as: "perron-4-volunteer" });
after(close);

const order = "INVALID_ARGUMENT BAD_DATE_ORDER", range = "INVALID_ARGUMENT OUT_OF_RANGE", missing = "INVALID_ARGUMENT FIELD_REQUIRED", word = "INVALID_ARGUMENT UNKNOWN_ENUM";
const long = "INVALID_ARGUMENT TEXT_TOO_LONG", form = "INVALID_ARGUMENT BAD_FORMAT", many = "INVALID_ARGUMENT TOO_MANY", again = "INVALID_ARGUMENT DUPLICATE_ITEM";
const state = "FAILED_PRECONDITION WRONG_STATE", full = "FAILED_PRECONDITION CAPACITY_FULL", overspent = "FAILED_PRECONDITION BUDGET_OVERSPENT";
const twice = "ALREADY_EXISTS DUPLICATE", unknown = "NOT_FOUND NOT_FOUND", forgotten = "NOT_FOUND ALIAS_FORGOTTEN", role = "PERMISSION_DENIED ROLE_NOT_ALLOWED";

// Each row: what, method, request, the answer that is wanted, and what its message says. Rows are asked in their order.
function table(title, rows, who = vm) {
  test(title, async (t) => {
    for (const [what, method, request, wanted, says] of await rows()) {
      await t.test(`${what}: ${wanted}`, async () => {
        const body = typeof request === "function" ? await request() : request;
        const answer = await who.ask(method, /\/(Get|List)/.test(method) ? body : { ...body, request_id: requestId() });
        assert.equal(told(answer), wanted, `${answer.message} ${JSON.stringify(answer.violations)}`);
        if (says) assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, says);
      });
    }
  });
}

let lion, people, gone, trip;
before(async () => {
  people = [];
  for (let i = 0; i < 5; i++) people.push(await vm.alias(`Bruger ${i + 1}`));
  lion = await vm.alias();
  gone = await vm.alias("Bjørn");
  await vm.act(`${dropin}/ForgetParticipant`, { name: gone });
  trip = await vm.activity({ capacity: 1 });
});

table("what an activity may be", () => {
  const create = (what, more, wanted, says) => [what, `${activities}/CreateActivity`, { plan: vm.plan(more) }, wanted, says];
  return [
    create("yesterday", { date: date(-1) }, range),
    create("today", { date: date() }, "OK"),
    create("in 366 days", { date: date(366) }, "OK"),
    create("in 367 days", { date: date(367) }, range),
    create("the last day before the first", { last_day: date(6) }, order),
    create("a camp of 31 days", { kind: "ACTIVITY_KIND_HOLIDAY_CAMP", last_day: date(37) }, "OK"),
    create("a camp of 32 days", { kind: "ACTIVITY_KIND_HOLIDAY_CAMP", last_day: date(38) }, order),
    create("a date that is none", { date: { year: 2027, month: 2, day: 30 } }, "INVALID_ARGUMENT BAD_DATE"),
    create("no place for anybody", { capacity: 0 }, missing),
    create("two hundred and one places", { capacity: 201 }, range),
    create("five hundred kroner", { fee_dkk: 500 }, "OK"),
    create("five hundred and one", { fee_dkk: 501 }, range),
    create("less than nothing", { fee_dkk: -1 }, range),
    create("a waiver of no fee", { fee_dkk: 0 }, range),
    create("no title", { title: "" }, missing),
    create("a title of 81 characters", { title: "x".repeat(81) }, long),
    create("a kind that the contract does not know", { kind: 99 }, word),
    create("a minute past the day", { from_minute: 1440 }, range),
    create("a group's, and no group", { planned_by: "PLANNED_BY_ACTIVITY_GROUP" }, range),
    create("a group that is not there", { planned_by: "PLANNED_BY_ACTIVITY_GROUP", activity_group: stranger("activityGroups") }, unknown),
    create("a group, and the house plans", { activity_group: stranger("activityGroups") }, range),
  ];
});

const number = nobodysNumber(), dashed = `${number.slice(0, 6)}-${number.slice(6)}`;
const hint = /without CPR numbers: a CPR number belongs on the citizen's card/;
table("a CPR number stands in no free text of the house, however it is written", () => [
  ["in an alias", `${dropin}/CreateParticipant`, { alias: number }, form, hint],
  ["in a wish", `${dropin}/CreateParticipant`, { alias: "Løve", wishes: [`Mit nummer er ${dashed}`] }, form, hint],
  ["in a new alias", `${dropin}/UpdateParticipant`, { name: lion, alias: `L ${number.slice(0, 6)} ${number.slice(6)}` }, form, hint],
  ["in a title", `${activities}/CreateActivity`, { plan: vm.plan({ title: `Tur for ${dashed}` }) }, form, hint],
  ["in a place", `${activities}/CreateActivity`, { plan: vm.plan({ place: dashed }) }, form, hint],
  ["in a note", `${activities}/CreateActivity`, { plan: vm.plan({ note: `Husk\n${dashed}` }) }, form, hint],
  ["on the list on the table", `${activities}/TakePlace`, { activity: trip, called: dashed, role: "ACTIVITY_ROLE_PLAYER" }, form, hint],
  ["in a group's name", `${activities}/CreateActivityGroup`, { title: dashed, members: people.slice(0, 3), staff: ["a", "b"] }, form, hint],
  ["on a receipt", `${activities}/AddReceipt`, { budget: stranger("budgets"), date: date(), amount_ore: 100, text: `Til ${dashed}` }, form, hint],
  ["in the note of an offer", `${dropin}/UpdateOffers`, { offers: [{ kind: "OFFER_KIND_VET", note: dashed }] }, form, hint],
  ["a phone number is none", `${activities}/TakePlace`, { activity: trip, called: "Ring 86 42 00 00", role: "ACTIVITY_ROLE_PLAYER" }, "OK"],
]);

table("places", () => {
  const sign = (what, more, wanted, says) => [what, `${activities}/SignUp`, () => ({ activity: trip, participant: lion, role: "ACTIVITY_ROLE_CHEERER", ...more }), wanted, says];
  const take = (what, more, wanted) => [what, `${activities}/TakePlace`, () => ({ activity: trip, role: "ACTIVITY_ROLE_CAKE_BAKER", ...more }), wanted];
  return [
    sign("a full activity", {}, full, /accept_waiting/),
    take("without a name, too", {}, full),
    sign("the waiting list", { accept_waiting: true }, "OK"),
    sign("the waiting list twice", { accept_waiting: true }, twice),
    sign("no role", { participant: people[0], role: 0 }, missing),
    sign("a role that the contract does not know", { participant: people[0], role: 99 }, word),
    sign("somebody forgotten", { participant: gone }, forgotten, /forgotten/),
    sign("a name that is no record", { participant: "Løve" }, "INVALID_ARGUMENT BAD_FORMAT"),
    sign("an activity that is not there", { activity: stranger("activities") }, unknown),
    take("31 characters on the list", { called: "x".repeat(31) }, long),
    ["a ticket that nobody has", `${activities}/CancelPlace`, () => ({ activity: trip, ticket: "qqqqqqqq" }), unknown],
    ["no ticket", `${activities}/CancelPlace`, () => ({ activity: trip }), missing],
    ["a fee waived by nobody", `${activities}/WaiveFee`, () => ({ activity: trip, ticket: "qqqqqqqq" }), missing],
    ["held before its day", `${activities}/HoldActivity`, () => ({ name: trip, came: 1 }), "FAILED_PRECONDITION TOO_EARLY"],
    ["called off", `${activities}/CancelActivity`, () => ({ name: trip }), "OK"],
    ["held after that", `${activities}/HoldActivity`, () => ({ name: trip, came: 1 }), state, /the state is CANCELLED, want OPEN or FULL/],
    take("a place after that", {}, state),
    ["changed after that", `${activities}/UpdateActivity`, () => ({ name: trip, plan: vm.plan() }), state],
  ];
});

test("places: fewer than are taken, an older page, a fee that was waived", async () => {
  const activity = await vm.activity({ capacity: 2 });
  const { etag } = await vm.get(activity);
  const { ticket } = await vm.act(`${activities}/TakePlace`, { activity, role: "ACTIVITY_ROLE_HELPER" });
  await vm.act(`${activities}/TakePlace`, { activity, role: "ACTIVITY_ROLE_TRAINER" });
  const update = async (more, tag = "") => told(await vm.ask(`${activities}/UpdateActivity`, { name: activity, plan: vm.plan({ capacity: 2, ...more }), etag: tag, request_id: requestId() }));
  assert.equal(await update({ capacity: 1 }), full);
  assert.equal(await update({ capacity: 3 }, etag), "ABORTED ETAG_MISMATCH");
  const waive = async (more) => told(await vm.ask(`${activities}/WaiveFee`, { activity, ticket, waiver: "FEE_WAIVER_HOUSE", request_id: requestId(), ...more }));
  assert.equal(await waive({ budget: stranger("budgets") }), range);
  assert.equal(await waive({ waiver: "FEE_WAIVER_BUDGET" }), range);
  assert.equal(await waive({ waiver: "FEE_WAIVER_BUDGET", budget: stranger("budgets") }), unknown);
  assert.equal(await waive({}), "OK");
  assert.equal(await waive({}), twice);
  assert.equal(await update({ fee_dkk: 50 }), "FAILED_PRECONDITION FEE_WAIVED");
  const free = await vm.activity({ fee_dkk: 0, fee_waiver_allowed: false });
  const { ticket: other } = await vm.act(`${activities}/TakePlace`, { activity: free, role: "ACTIVITY_ROLE_HELPER" });
  assert.equal(await waive({ activity: free, ticket: other }), "FAILED_PRECONDITION WAIVER_NOT_ALLOWED");
});

test("the tablet on the table: places without anybody's record, and nobody's names", async () => {
  const activity = await vm.activity();
  const { ticket } = await tablet.act(`${activities}/TakePlace`, { activity, called: "Mor", role: "ACTIVITY_ROLE_JUST_ALONG" });
  const seen = await tablet.ok(`${activities}/ListActivities`, { page_size: 100 });
  assert.ok(seen.activities.some((a) => a.name === activity));
  assert.ok(!JSON.stringify(seen).includes("Mor"));
  for (const [method, request] of [["SignUp", { activity, participant: lion }], ["ListPlaces", { activity }], ["ListBudgets", {}], ["ListActivityGroups", {}], ["WaiveFee", { activity, ticket }]]) {
    assert.equal(told(await tablet.ask(`${activities}/${method}`, { ...request, ...(/^List/.test(method) ? {} : { request_id: requestId() }) })), role, method);
  }
  assert.equal(told(await tablet.ask(`${meals}/ListMealPlans`, {})), role);
  await tablet.act(`${activities}/CancelPlace`, { activity, ticket });
  assert.deepEqual(await vm.places(activity), []);
});

test("another house sees nothing of it, and finds none of its records", async () => {
  const other = house({ as: "slotsgaarden-1" });
  const activity = await vm.activity();
  assert.equal(told(await other.ask(`${activities}/GetActivity`, { name: activity })), unknown);
  assert.equal(told(await other.ask(`${activities}/SignUp`, { activity, participant: lion, role: "ACTIVITY_ROLE_PLAYER", request_id: requestId() })), forgotten);
  assert.equal(told(await other.ask(`${dropin}/GetParticipant`, { name: lion })), forgotten);
  assert.ok(!(await other.ok(`${activities}/ListActivities`, { page_size: 100 })).activities.some((a) => a.name === activity));
});

table("groups: exactly three or four users and two staff", () => {
  const group = (what, members, staff, wanted, says) => [what, `${activities}/CreateActivityGroup`, { title: "Turgruppen", members, staff }, wanted, says];
  return [
    group("nobody", [], ["a", "b"], missing),
    group("two users", people.slice(0, 2), ["a", "b"], range, /3 or 4/),
    group("three users", people.slice(0, 3), ["a", "b"], "OK"),
    group("four users", people.slice(0, 4), ["a", "b"], "OK"),
    group("five users", people, ["a", "b"], range, /3 or 4/),
    group("one of the staff", people.slice(0, 3), ["a"], range, /want 2/),
    group("three of the staff", people.slice(0, 3), ["a", "b", "c"], range, /want 2/),
    group("the same of the staff twice", people.slice(0, 3), ["a", "a"], again),
    group("the same user twice", [people[0], people[0], people[1]], ["a", "b"], again),
    group("somebody forgotten", [people[0], people[1], gone], ["a", "b"], forgotten),
    ["a meeting tomorrow, held", `${activities}/RecordGroupMeeting`, async () => ({ name: await aGroup(), held_on: date(1) }), order],
    ["a meeting today", `${activities}/RecordGroupMeeting`, async () => ({ name: await aGroup(), held_on: date(), next: date(30) }), "OK"],
    ["the next in 93 days", `${activities}/RecordGroupMeeting`, async () => ({ name: await aGroup(), next: date(93) }), range],
    ["neither", `${activities}/RecordGroupMeeting`, async () => ({ name: await aGroup() }), missing],
  ];
});
const aGroup = async () => (await vm.ok(`${activities}/ListActivityGroups`, {})).groups[0].name;

table("a super-user's money", () => {
  const open = (what, more, wanted) => [what, `${activities}/OpenBudget`, { super_user: lion, first_day: date(), last_day: date(30), amount_ore: 10_000, ...more }, wanted];
  let budget, number;
  const receipt = (what, more, wanted) => [what, `${activities}/AddReceipt`, async () => ({ budget: (budget ??= await vm.budget(lion, 100)), date: date(), amount_ore: 100, text: "Kage", ...more }), wanted];
  return [
    open("for somebody forgotten", { super_user: gone }, forgotten),
    open("a period that ends before it begins", { last_day: date(-1), first_day: date() }, order),
    open("a period that is over", { first_day: date(-3), last_day: date(-1) }, order),
    open("a period of 368 days", { last_day: date(367) }, order),
    open("less than a krone", { amount_ore: 99 }, range),
    open("a krone", { amount_ore: 100 }, "OK"),
    receipt("more than there is", { amount_ore: 10_001 }, overspent),
    receipt("all there is", { amount_ore: 10_000 }, "OK"),
    receipt("one øre more", { amount_ore: 1 }, overspent),
    receipt("nothing", { amount_ore: 0 }, missing),
    receipt("less than nothing", { amount_ore: -1 }, range),
    receipt("what for is not said", { text: "" }, missing),
    receipt("tomorrow's", { date: date(1) }, range),
    ["a receipt that nobody wrote", `${activities}/RemoveReceipt`, () => ({ budget, number: "qqqqqqqq" }), unknown],
    ["a receipt taken back", `${activities}/RemoveReceipt`, async () => ({ budget, number: (number ??= (await vm.budgetNow(budget)).receipts[0].number) }), "OK"],
    ["taken back twice", `${activities}/RemoveReceipt`, () => ({ budget, number }), unknown],
  ];
});

test("nothing in a budget is for anybody to approve", async () => {
  const words = JSON.stringify(await vm.budgetNow(await vm.budget(lion)));
  assert.doesNotMatch(words, /state|approv|accept|decid/i);
});

table("meals", () => {
  let eater, last;
  const start = (what, more, wanted, says) => [what, `${meals}/StartMealPlan`, async () => ({ participant: (eater ??= await vm.alias("Spiser")), from: date(), meals_a_week: 5, price_ore: 17_500, ...more }), wanted, says];
  const move = (what, method, wanted, says) => [what, `${meals}/${method}MealPlan`, () => ({ participant: eater }), wanted, says];
  return [
    start("no meal", { meals_a_week: 0 }, missing),
    start("22 meals a week", { meals_a_week: 22 }, range),
    start("2,000 kroner and an øre", { price_ore: 200_001 }, range),
    start("from 32 days ago", { from: date(-32) }, range),
    start("from in 93 days", { from: date(93) }, range),
    start("somebody forgotten", { participant: gone }, forgotten),
    ["a plan that is not there", `${meals}/GetMealPlan`, () => ({ participant: eater }), unknown],
    move("paused, and never begun", "Pause", unknown),
    start("21 meals a week", { meals_a_week: 21 }, "OK"),
    start("twice", {}, state, /the state is ACTIVE, want ENDED/),
    move("taken up, and never paused", "Resume", state, /the state is ACTIVE, want PAUSED/),
    move("paused", "Pause", "OK"),
    move("paused twice", "Pause", state, /the state is PAUSED, want ACTIVE/),
    move("ended", "End", "OK"),
    move("taken up after its end", "Resume", state, /the state is ENDED, want PAUSED/),
    ["changed after its end", `${meals}/ChangeMealPlan`, () => ({ participant: eater, meals_a_week: 3 }), state, /the state is ENDED/],
    start("begun anew", {}, "OK"),
    ["forgotten", `${dropin}/ForgetParticipant`, () => ({ name: (last = eater) }), "OK"],
    ["its plan", `${meals}/GetMealPlan`, () => ({ participant: last }), forgotten],
    ["loose contact with ten thousand", `${meals}/EstimateLooseContact`, { loose_contact_estimate: 10_000 }, range],
  ];
});

table("offers with times and dates", () => {
  const offer = (what, more, wanted) => [what, `${dropin}/UpdateOffers`, { offers: [{ kind: "OFFER_KIND_VET", ...more }], etag: "no such etag" }, wanted];
  const time = (from_minute, to_minute, weekday = "WEEKDAY_MONDAY") => ({ weekday, from_minute, to_minute });
  const on = (days, from_minute = 600, to_minute = 720) => ({ date: date(days), from_minute, to_minute });
  return [
    offer("ends before it begins", { times: [time(600, 600)] }, range),
    offer("overlaps itself", { times: [time(600, 720), time(660, 780)] }, range),
    offer("a weekday as a whole and in part", { days: ["WEEKDAY_MONDAY"], times: [time(600, 720)] }, range),
    offer("a time without a weekday", { times: [time(600, 720, 0)] }, missing),
    offer("a date in 367 days", { dates: [on(367)] }, range),
    offer("a date twice", { dates: [on(1), on(1)] }, again),
    offer("a date that ends before it begins", { dates: [on(1, 600, 600)] }, range),
    offer("twenty-five dates", { dates: Array.from({ length: 25 }, (_, i) => on(i)) }, many),
    offer("the vet, twice a year", { dates: [on(10), on(190)] }, "ABORTED ETAG_MISMATCH"),
  ];
});

test("an answer that was kept is forgotten with whom it tells of", async () => {
  const who = await vm.alias("Havørn");
  const activity = await vm.activity();
  const request = { activity, participant: who, role: "ACTIVITY_ROLE_PLAYER", request_id: requestId() };
  const first = await vm.ask(`${activities}/SignUp`, request);
  assert.equal(first.response.place.alias, "Havørn");
  assert.equal((await vm.ask(`${activities}/SignUp`, request)).response.place.ticket, first.response.place.ticket);
  await vm.act(`${dropin}/ForgetParticipant`, { name: who });
  assert.match(told(await vm.ask(`${activities}/SignUp`, request)), /ERASED|ALIAS_FORGOTTEN/);
  assert.deepEqual(await vm.places(activity), []);
});
