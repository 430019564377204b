// What the house refuses in how it is run and in who looks out for whom, asked over the wire: shifts that break the safety rule, days in
// the wrong order, an area that is full, CPR numbers in free text, a forgotten alias used again, and acts that the state does not
// allow. Each has its reason; what is just inside is let in. Every pair of states: services/dropin/house_states_test.cc.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { house, stranger, told } from "../lib/house.mjs";
import { backup, life, network, sundayIn, volunteers } from "../lib/houselife.mjs";
import { date, nobodysNumber, requestId, stated, strangerReference } from "../lib/values.mjs";

const vm = house(), colleague = house({ as: "perron-4-2" }), tablet = house({ as: "perron-4-volunteer" }), leader = house({ as: "perron-4-leader" });
after(close);

const order = "INVALID_ARGUMENT BAD_DATE_ORDER", range = "INVALID_ARGUMENT OUT_OF_RANGE", missing = "INVALID_ARGUMENT FIELD_REQUIRED", word = "INVALID_ARGUMENT UNKNOWN_ENUM";
const long = "INVALID_ARGUMENT TEXT_TOO_LONG", form = "INVALID_ARGUMENT BAD_FORMAT", again = "INVALID_ARGUMENT DUPLICATE_ITEM";
const state = "FAILED_PRECONDITION WRONG_STATE", full = "FAILED_PRECONDITION CAPACITY_FULL", staffing = "FAILED_PRECONDITION STAFFING_TOO_LOW";
const twice = "ALREADY_EXISTS DUPLICATE", booked = "ALREADY_EXISTS DOUBLE_BOOKED", unknown = "NOT_FOUND NOT_FOUND", forgotten = "NOT_FOUND ALIAS_FORGOTTEN";
const role = "PERMISSION_DENIED ROLE_NOT_ALLOWED", absent = "FAILED_PRECONDITION PRESENCE_REQUIRED", compared = "ABORTED ETAG_MISMATCH";

// Each row: what, method, request, the answer that is wanted, and what its message says. Rows are asked in their order.
function table(title, rows, who = vm) {
  test(title, async (t) => {
    for (const [what, method, request, wanted, says] of await rows()) {
      await t.test(`${what}: ${wanted}`, async () => {
        const message = { request_id: requestId(), ...(typeof request === "function" ? await request() : request) };
        const answer = await who.ask(method, Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)));
        assert.equal(told(answer), wanted, `${answer.message} ${JSON.stringify(answer.violations)}`);
        if (says) assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, says);
      });
    }
  });
}
// For a request that needs a name that comes from an earlier act: asked once.
const once = (make) => {
  let made;
  return async () => (made ??= await make());
};
const read = (method, request, wanted, what) => [what, method, { ...request, request_id: undefined }, wanted];

let lion, gone;
before(async () => {
  lion = await vm.alias("Løve");
  gone = await vm.alias("Bjørn");
  await vm.act("brobygger.dropin.v1.DropinService/ForgetParticipant", { name: gone });
});

const number = nobodysNumber(), dashed = `${number.slice(0, 6)}-${number.slice(6)}`;
const hint = /without CPR numbers: a CPR number belongs on the citizen's card/;
table("a CPR number stands in no free text of it, however it is written", () => [
  ["in the box", `${life}/PostSuggestion`, { text: `Giv ${dashed} en kop kaffe` }, form, hint],
  ["in an agenda", `${life}/PublishAgenda`, { name: stranger("houseMeetings"), agenda: number }, form, hint],
  ["in minutes", `${life}/PublishMinutes`, { name: stranger("houseMeetings"), minutes: `1. ${number}` }, form, hint],
  ["in a reason", `${life}/DecideSuggestion`, { name: stranger("suggestions"), to: "SUGGESTION_STATE_NOT_NOW", reason: dashed }, form, hint],
  ["in a small step", `${network}/RecordSmallStep`, { participant: lion, kind: "SMALL_STEP_KIND_OTHER", text: dashed, stance: "STAFF_STANCE_LOVING_NUDGE", done_on: date() }, form, hint],
  ["as a place", `${network}/RequestCompanion`, { participant: lion, presence: stated(), date: date(), place: number }, form, hint],
  ["as somebody to ask", `${network}/JoinCallList`, { participant: lion, phone: "+4520304050", interval_days: 7, caller: "CALLER_STAFF", person_to_ask: { called: number, reach: "ved bordet" } }, form, hint],
  ["as an address", `${network}/JoinFoodRounds`, { participant: lion, address: dashed, until: date() }, form, hint],
  ["as an area", `${network}/OpenOutdoorArea`, { display_name: number, capacity: 1, groups: 1 }, form, hint],
]);

test("nobody stands in the box, and nobody reads it before staff have", async () => {
  const { name } = await tablet.act(`${life}/PostSuggestion`, { text: "Ole skal lade være med at ryge inde" });
  assert.equal(told(await tablet.ask(`${life}/ListUnscreenedSuggestions`, {})), role);
  assert.equal(told(await leader.ask(`${life}/ListUnscreenedSuggestions`, {})), role);
  const board = async (who) => (await who.ok(`${life}/ListSuggestions`, { page_size: 100 })).suggestions;
  assert.ok(!(await board(tablet)).some((s) => s.name === name));
  assert.ok(!JSON.stringify(await vm.ok(`${life}/GetNoticeBoard`, {})).includes("Ole"));
  const mine = (await vm.ok(`${life}/ListUnscreenedSuggestions`, { page_size: 100 })).suggestions.find((s) => s.name === name);
  assert.deepEqual(Object.keys(mine).sort(), ["etag", "meeting", "name", "postedOn", "reason", "screened", "state", "text"], "no author, no time of day");
  await vm.act(`${life}/ScreenSuggestion`, { name, text: "Der bliver røget indendørs", etag: mine.etag });
  assert.equal((await board(tablet)).find((s) => s.name === name).text, "Der bliver røget indendørs");
  assert.ok(!JSON.stringify(await vm.ok(`${life}/GetNoticeBoard`, {})).includes("Ole"));
});

const post = (text = "Flere bøger") => tablet.act(`${life}/PostSuggestion`, { text }).then((r) => r.name);
const hung = async () => {
  const name = await post();
  await vm.act(`${life}/ScreenSuggestion`, { name });
  return name;
};
// A day that no meeting of this house has, as far ahead as there is room for.
const meeting = async () => {
  for (let days = 366; days > 30; days--) {
    const answer = await vm.ask(`${life}/ScheduleHouseMeeting`, { date: date(days), start_minute: 780, request_id: requestId() });
    if (answer.code === "OK") return answer.response.meeting.name;
    assert.equal(told(answer), twice);
  }
  throw new Error("every day of the year has a meeting");
};
const planned = once(meeting), idea = once(hung), other = once(post);
table("the box and the meeting", () => [
  ["nothing", `${life}/PostSuggestion`, { text: "" }, missing],
  ["five hundred characters", `${life}/PostSuggestion`, { text: "æ".repeat(500) }, "OK"],
  ["five hundred and one", `${life}/PostSuggestion`, { text: "x".repeat(501) }, long],
  ["an idea that is not there", `${life}/ScreenSuggestion`, { name: stranger("suggestions") }, unknown],
  ["thrown away, and a text for it", `${life}/ScreenSuggestion`, async () => ({ name: await other(), discard: true, text: "x" }), range],
  ["compared with something else", `${life}/ScreenSuggestion`, async () => ({ name: await other(), etag: "r1" }), compared],
  ["on the agenda, and not read for names", `${life}/PutOnAgenda`, async () => ({ suggestion: await other(), meeting: await planned() }), state, /UNSCREENED, want SCREENED/],
  ["decided, and not read for names", `${life}/DecideSuggestion`, async () => ({ name: await other(), to: "SUGGESTION_STATE_ACCEPTED" }), state],
  ["thrown away", `${life}/ScreenSuggestion`, async () => ({ name: await other(), discard: true }), "OK"],
  ["accepted without a meeting", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_ACCEPTED" }), state, /the state is POSTED, want /],
  ["on the agenda of no meeting", `${life}/PutOnAgenda`, async () => ({ suggestion: await idea(), meeting: stranger("houseMeetings") }), unknown],
  ["on the agenda", `${life}/PutOnAgenda`, async () => ({ suggestion: await idea(), meeting: await planned() }), "OK"],
  ["on it twice", `${life}/PutOnAgenda`, async () => ({ suggestion: await idea(), meeting: await planned() }), state],
  ["decided before its meeting", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_DECIDED_AT_MEETING" }), order],
  ["not now, and no reason", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_NOT_NOW" }), missing],
  ["a reason for a yes", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_ACCEPTED", reason: "fordi" }), range],
  ["decided to be posted", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_POSTED" }), range],
  ["a decision that the contract does not know", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: 99 }), word],
  ["a meeting yesterday", `${life}/ScheduleHouseMeeting`, { date: date(-1) }, range],
  ["a meeting in 367 days", `${life}/ScheduleHouseMeeting`, { date: date(367) }, range],
  ["a minute past the day", `${life}/ScheduleHouseMeeting`, { date: date(300), start_minute: 1440 }, range],
  ["minutes before the meeting", `${life}/PublishMinutes`, async () => ({ name: await planned(), minutes: "Alle var enige" }), order],
  ["an agenda", `${life}/PublishAgenda`, async () => ({ name: await planned(), agenda: "1. Kaffe\n2. Te" }), "OK"],
  ["called off", `${life}/CancelHouseMeeting`, async () => ({ name: await planned() }), "OK"],
  ["an agenda after that", `${life}/PublishAgenda`, async () => ({ name: await planned(), agenda: "1. Kaffe" }), state, /the state is CANCELLED, want /],
  ["decided: it is back in the box", `${life}/DecideSuggestion`, async () => ({ name: await idea(), to: "SUGGESTION_STATE_DECIDED_AT_MEETING" }), state, /the state is POSTED/],
]);

const shift = (changes) => ({ date: date(60), from_minute: 480, to_minute: 900, staff_count: 2, ...changes });
const two = once(async () => (await vm.act(`${life}/PlanShift`, shift())).shift.name);
table("shifts and the safety rule", () => [
  ["one alone", `${life}/PlanShift`, shift({ staff_count: 1 }), staffing, /want 2 on duty, or somebody near who answers the phone/],
  ["one, and a phone", `${life}/PlanShift`, shift({ staff_count: 1, phone_backup: backup }), "OK"],
  ["nobody, and a phone", `${life}/PlanShift`, shift({ staff_count: 0, phone_backup: backup }), missing],
  ["a phone that is none", `${life}/PlanShift`, shift({ staff_count: 1, phone_backup: { ...backup, phone: "89151200" } }), form],
  ["a phone of nobody", `${life}/PlanShift`, shift({ staff_count: 1, phone_backup: { phone: backup.phone } }), missing],
  ["yesterday", `${life}/PlanShift`, shift({ date: date(-1) }), range],
  ["in 92 days", `${life}/PlanShift`, shift({ date: date(92) }), "OK"],
  ["in 93 days", `${life}/PlanShift`, shift({ date: date(93) }), range],
  ["an end before its beginning", `${life}/PlanShift`, shift({ from_minute: 900, to_minute: 480 }), order],
  ["over midnight", `${life}/PlanShift`, shift({ to_minute: 1441 }), range],
  ["fifty-one", `${life}/PlanShift`, shift({ staff_count: 51 }), range],
  ["how it is, too few", `${life}/ReportStaffing`, async () => ({ name: await two(), staff_count: 1 }), "OK"],
  ["called off", `${life}/CancelShift`, async () => ({ name: await two() }), "OK"],
  ["called off twice", `${life}/CancelShift`, async () => ({ name: await two() }), state, /the state is CANCELLED, want PLANNED/],
  ["how it is, called off", `${life}/ReportStaffing`, async () => ({ name: await two(), staff_count: 2 }), state],
  read(`${life}/ListShifts`, { first_day: date(), last_day: date(31) }, range, "thirty-two days at once"),
  read(`${life}/ListShifts`, { first_day: date(1), last_day: date() }, order, "the last day before the first"),
]);
table("a user volunteer plans no shift", () => [["a shift", `${life}/PlanShift`, shift(), role], ["a user shift", `${life}/PlanUserShift`, {}, role]], tablet);

const sunday = sundayIn(6);
const users = (changes) => ({ date: date(sunday), from_minute: 480, to_minute: 840, volunteers: volunteers(), phone_backup: backup, ...changes });
const confirm = "brobygger.dropin.v1.DropinService/ConfirmConditionalDay";
const opened = once(async () => (await vm.act(`${life}/PlanUserShift`, users({ from_minute: 840, to_minute: 900 }))).shift.name);
table("user shifts", () => [
  ["one volunteer, and no phone", `${life}/PlanUserShift`, users({ phone_backup: undefined }), staffing],
  ["four volunteers, and no phone", `${life}/PlanUserShift`, users({ volunteers: volunteers(4), phone_backup: undefined }), staffing],
  ["nobody", `${life}/PlanUserShift`, users({ volunteers: [] }), missing],
  ["one way twice", `${life}/PlanUserShift`, users({ volunteers: [...volunteers(), ...volunteers()] }), again],
  ["no way at all", `${life}/PlanUserShift`, users({ volunteers: [{ count: 1 }] }), missing],
  ["twenty-one", `${life}/PlanUserShift`, users({ volunteers: volunteers(21) }), range],
  ["a day on which the house opens anyway", `${life}/PlanUserShift`, users({ date: date(sunday + 1) }), range],
  ["last Sunday", `${life}/PlanUserShift`, users({ date: date(sundayIn() - 14) }), range],
  ["a Sunday in more than 62 days", `${life}/PlanUserShift`, users({ date: date(sundayIn(9)) }), range],
  ["another at the same time", `${life}/PlanUserShift`, async () => {
    await opened();
    return users({ from_minute: 800, to_minute: 841 });
  }, booked],
  ["called off", `${life}/CancelUserShift`, async () => ({ name: await opened() }), "OK"],
  ["called off twice", `${life}/CancelUserShift`, async () => ({ name: await opened() }), state],
  ["the day taken back, whoever opened it", confirm, { date: date(sunday), open: false }, "OK"],
  ["the day opened by a word, and no shift", confirm, { date: date(sunday), open: true }, staffing, /plan one/],
  ["a day on which the house opens anyway, by a word", confirm, { date: date(sunday + 1), open: true }, range],
]);

const step = (changes) => ({ participant: lion, kind: "SMALL_STEP_KIND_BATH", stance: "STAFF_STANCE_LOVING_NUDGE", done_on: date(), ...changes });
const written = once(async () => (await vm.act(`${network}/RecordSmallStep`, step())).step.name);
table("small steps", () => [
  ["tomorrow's", `${network}/RecordSmallStep`, step({ done_on: date(1) }), range],
  ["of 31 days ago", `${network}/RecordSmallStep`, step({ done_on: date(-31), written_together: true }), "OK"],
  ["of 32 days ago", `${network}/RecordSmallStep`, step({ done_on: date(-32) }), range],
  ["something else, and no word", `${network}/RecordSmallStep`, step({ kind: "SMALL_STEP_KIND_OTHER" }), missing],
  ["without a stance", `${network}/RecordSmallStep`, step({ stance: 0 }), missing],
  ["a fifth stance", `${network}/RecordSmallStep`, step({ stance: 5 }), word],
  ["of somebody forgotten", `${network}/RecordSmallStep`, () => step({ participant: gone }), forgotten],
  ["shown", `${network}/ShowSmallStep`, async () => ({ name: await written(), may_stay: true }), "OK"],
  ["shown twice", `${network}/ShowSmallStep`, async () => ({ name: await written(), may_stay: true }), state],
  ["taken away", `${network}/RemoveSmallStep`, async () => ({ name: await written() }), "OK"],
  ["taken away twice", `${network}/RemoveSmallStep`, async () => ({ name: await written() }), unknown],
]);
test("a step is the participant's before it is a colleague's", async () => {
  const { step: s } = await vm.act(`${network}/RecordSmallStep`, step());
  const seen = async (who) => (await who.ok(`${network}/ListSmallSteps`, { participant: lion })).steps.some((x) => x.name === s.name);
  assert.deepEqual([await seen(vm), await seen(colleague)], [true, false]);
  assert.equal(told(await colleague.ask(`${network}/ShowSmallStep`, { name: s.name, may_stay: true, request_id: requestId() })), unknown);
  await vm.act(`${network}/ShowSmallStep`, { name: s.name, may_stay: true });
  assert.equal(await seen(colleague), true);
});

const asked = (changes) => ({ participant: lion, presence: stated(), date: date(3), start_minute: 570, may_hear: ["DATA_CATEGORY_HEALTH"], ...changes });
const request = once(async () => (await vm.act(`${network}/RequestCompanion`, asked())).request.name);
table("companions", () => [
  ["nobody takes part", `${network}/RequestCompanion`, asked({ presence: undefined }), missing],
  ["somebody took part yesterday", `${network}/RequestCompanion`, asked({ presence: { stated: { ...stated().stated, time: new Date(Date.now() - 25 * 3_600_000).toISOString() } } }), absent],
  ["nobody asks", `${network}/RequestCompanion`, asked({ participant: "" }), range],
  ["two ask", `${network}/RequestCompanion`, asked({ citizen: strangerReference() }), range],
  ["yesterday's meeting", `${network}/RequestCompanion`, asked({ date: date(-1) }), range],
  ["a meeting in 185 days", `${network}/RequestCompanion`, asked({ date: date(185) }), range],
  ["hear what is nobody's", `${network}/RequestCompanion`, asked({ may_hear: ["DATA_CATEGORY_NON_PERSONAL"] }), range],
  ["hear it twice", `${network}/RequestCompanion`, asked({ may_hear: ["DATA_CATEGORY_HEALTH", "DATA_CATEGORY_HEALTH"] }), again],
  ["a forgotten alias", `${network}/RequestCompanion`, () => asked({ participant: gone }), forgotten],
  ["done, and nobody promised", `${network}/AnswerCompanion`, async () => ({ name: await request(), to: "COMPANION_STATE_DONE" }), state, /the state is ASKED, want PROMISED/],
  ["not possible, and nothing instead", `${network}/AnswerCompanion`, async () => ({ name: await request(), to: "COMPANION_STATE_NOT_POSSIBLE" }), missing],
  ["promised", `${network}/AnswerCompanion`, async () => ({ name: await request(), to: "COMPANION_STATE_PROMISED" }), "OK"],
  ["done before the meeting", `${network}/AnswerCompanion`, async () => ({ name: await request(), to: "COMPANION_STATE_DONE" }), order],
  ["taken back", `${network}/TakeBackCompanionRequest`, async () => ({ name: await request() }), "OK"],
  ["promised after that", `${network}/AnswerCompanion`, async () => ({ name: await request(), to: "COMPANION_STATE_PROMISED" }), unknown],
  read(`${network}/ListCompanionRequests`, {}, range, "all of them, by nothing"),
]);

const join = (changes) => ({ participant: lion, phone: "+4520304050", interval_days: 7, caller: "CALLER_STAFF", ...changes });
const entry = once(async () => (await vm.act(`${network}/JoinCallList`, join())).entry.name);
table("the call list", () => [
  ["every 0 days", `${network}/JoinCallList`, join({ interval_days: 0 }), missing],
  ["every 31 days", `${network}/JoinCallList`, join({ interval_days: 31 }), range],
  ["every 30 days", `${network}/JoinCallList`, join({ interval_days: 30 }), "OK"],
  ["a number without a country", `${network}/JoinCallList`, join({ phone: "20304050" }), form],
  ["no number", `${network}/JoinCallList`, join({ phone: "" }), missing],
  ["somebody to ask, and no way to reach them", `${network}/JoinCallList`, join({ person_to_ask: { called: "min bror" } }), missing],
  ["somebody forgotten", `${network}/JoinCallList`, () => join({ participant: gone }), forgotten],
  ["nobody answers, once", `${network}/RecordCall`, async () => ({ name: await entry(), outcome: "CALL_OUTCOME_NO_ANSWER" }), "OK"],
  ["asked, and it is not so far", `${network}/RecordAsked`, async () => ({ name: await entry(), outcome: "ASK_OUTCOME_HEARD_FROM" }), state, /the state is CALLING, want ASK_PERSON/],
  ["an outcome that the contract does not know", `${network}/RecordCall`, async () => ({ name: await entry(), outcome: 9 }), word],
  ["stopped", `${network}/LeaveCallList`, async () => ({ name: await entry() }), "OK"],
  ["a call of tomorrow", `${network}/RecordCall`, () => ({ name: stranger("callEntries"), outcome: "CALL_OUTCOME_TALKED", called_on: date(1) }), range],
  ["a call of eight days ago", `${network}/RecordCall`, () => ({ name: stranger("callEntries"), outcome: "CALL_OUTCOME_TALKED", called_on: date(-8) }), range],
  ["rung up after that", `${network}/RecordCall`, async () => ({ name: await entry(), outcome: "CALL_OUTCOME_TALKED" }), unknown],
]);
for (const [who, name] of [[tablet, "a user volunteer"], [leader, "a leader"]]) {
  table(`${name} sees nobody on the list`, () => [
    read(`${network}/ListCallEntries`, {}, role, "the list"),
    read(`${network}/GetCallEntry`, { name: stranger("callEntries") }, role, "a number"),
    read(`${network}/GetFoodStops`, { round: stranger("foodRounds") }, role, "addresses"),
    read(`${network}/ListSmallSteps`, { participant: lion }, role, "steps"),
  ], who);
}

const round = (changes) => ({ date: date(), source: "FOOD_SOURCE_CAFE_AGREEMENT", mode: "FOOD_MODE_HOME", portions: 60, ...changes });
const today = once(async () => (await vm.act(`${network}/PlanFoodRound`, round())).round.name);
const later = once(async () => (await vm.act(`${network}/PlanFoodRound`, round({ date: date(1) }))).round.name);
const bike = once(async () => (await vm.act(`${network}/PlanFoodRound`, round({ mode: "FOOD_MODE_CARGO_BIKE" }))).round.name);
const stop = (changes) => ({ participant: lion, address: "Eksempelgade 4", until: date(7), ...changes });
table("food that goes out", () => [
  ["a round yesterday", `${network}/PlanFoodRound`, round({ date: date(-1) }), range],
  ["a round in 63 days", `${network}/PlanFoodRound`, round({ date: date(63) }), range],
  ["no portion", `${network}/PlanFoodRound`, round({ portions: 0 }), missing],
  ["a thousand portions", `${network}/PlanFoodRound`, round({ portions: 1000 }), range],
  ["tomorrow's, handed out", `${network}/CloseFoodRound`, async () => ({ name: await later(), portions_given: 1 }), order],
  ["an address until yesterday", `${network}/JoinFoodRounds`, stop({ until: date(-1) }), range],
  ["an address for 63 days", `${network}/JoinFoodRounds`, stop({ until: date(63) }), range],
  ["no address", `${network}/JoinFoodRounds`, stop({ address: "" }), missing],
  ["a forgotten alias", `${network}/JoinFoodRounds`, () => stop({ participant: gone }), forgotten],
  ["addresses for the bicycle", `${network}/GetFoodStops`, async () => ({ round: await bike(), request_id: undefined }), state, /want HOME: other rounds need no address/],
  ["handed out", `${network}/CloseFoodRound`, async () => ({ name: await today(), portions_given: 58 }), "OK"],
  ["addresses after that", `${network}/GetFoodStops`, async () => ({ round: await today(), request_id: undefined }), state],
  ["called off after that", `${network}/CancelFoodRound`, async () => ({ name: await today() }), state, /the state is CLOSED, want PLANNED/],
  ["not on the list", `${network}/LeaveFoodRounds`, { participant: lion }, unknown],
]);

const area = once(async () => (await vm.act(`${network}/OpenOutdoorArea`, { display_name: `Terrasse ${requestId().slice(0, 6)}`, capacity: 10, groups: 3 })).area);
const inside = async (people, group = 1) => ({ name: (await area()).name, group, people });
table("places in the open, phone hours, greetings", () => [
  ["more groups than room", `${network}/OpenOutdoorArea`, { display_name: "Krogen", capacity: 2, groups: 3 }, range],
  ["the same name again", `${network}/OpenOutdoorArea`, async () => ({ display_name: (await area()).displayName, capacity: 2, groups: 1 }), twice],
  ["four in a group of four", `${network}/CheckInOutdoors`, () => inside(4), "OK"],
  ["a fifth", `${network}/CheckInOutdoors`, () => inside(1), full],
  ["a fourth group", `${network}/CheckInOutdoors`, () => inside(1, 4), range],
  ["five go", `${network}/CheckOutOutdoors`, () => inside(5), range],
  ["nobody comes", `${network}/CheckInOutdoors`, () => inside(0), missing],
  ["closed", `${network}/CloseOutdoorArea`, async () => ({ name: (await area()).name }), "OK"],
  ["come all the same", `${network}/CheckInOutdoors`, () => inside(1), state],
  ["phone hours in the morning", `${network}/SetOutreachPlan`, { plan: { phone_hours: [{ weekday: "WEEKDAY_MONDAY", from_minute: 600, to_minute: 720 }] } }, range],
  ["calls of tomorrow", `${network}/CountPhoneCalls`, { date: date(1), add: 1 }, range],
  ["greetings of the year before last", `${network}/CountGreetings`, { season: "SEASON_EASTER", year: date().year - 2, add: 1 }, range],
  ["no season", `${network}/CountGreetings`, { year: date().year, add: 1 }, missing],
  read(`${network}/GetOutreachNumbers`, { first_day: date(-91), last_day: date() }, range, "fourteen weeks"),
  read(`${network}/GetOutreachNumbers`, { first_day: date(1), last_day: date() }, order, "backwards"),
]);

// Insists as a tablet does: again, under the same key, until there is an answer.
async function insist(who, method, message) {
  const request_id = requestId();
  for (;;) {
    const answer = await who.ask(method, { ...message, request_id });
    if (!["ABORTED", "UNAVAILABLE", "DEADLINE_EXCEEDED"].includes(answer.code)) return answer;
  }
}
test("thirty people at ten places at the same moment: ten are in, and nobody more", async () => {
  const { area: terrace } = await vm.act(`${network}/OpenOutdoorArea`, { display_name: `Gård ${requestId().slice(0, 6)}`, capacity: 10, groups: 1 });
  const answers = await Promise.all(Array.from({ length: 30 }, () => insist(tablet, `${network}/CheckInOutdoors`, { name: terrace.name, group: 1, people: 1 })));
  assert.equal(answers.filter((a) => a.code === "OK").length, 10);
  assert.deepEqual([...new Set(answers.filter((a) => a.code !== "OK").map(told))], [full]);
  const { areas } = await vm.ok(`${network}/ListOutdoorAreas`, {});
  assert.deepEqual(areas.find((a) => a.name === terrace.name).groupInside, [10]);
  await vm.act(`${network}/CloseOutdoorArea`, { name: terrace.name });
});

test("everything of a participant is gone when they are forgotten", async () => {
  const bear = await vm.alias("Bamse");
  const { step: s } = await vm.act(`${network}/RecordSmallStep`, step({ participant: bear, written_together: true }));
  const { request: r } = await vm.act(`${network}/RequestCompanion`, asked({ participant: bear }));
  const { entry: e } = await vm.act(`${network}/JoinCallList`, join({ participant: bear, person_to_ask: { called: "min bror", reach: "ved bordet" } }));
  await vm.act(`${network}/JoinFoodRounds`, stop({ participant: bear }));
  const home = (await vm.act(`${network}/PlanFoodRound`, round())).round.name;
  const listed = async () => ({
    calls: (await vm.ok(`${network}/ListCallEntries`, { page_size: 100 })).entries.some((x) => x.participant === bear),
    stops: (await vm.ok(`${network}/GetFoodStops`, { round: home })).stops.some((x) => x.participant === bear),
    asked: (await vm.ok(`${network}/ListCompanionRequests`, { state: "COMPANION_STATE_ASKED", page_size: 100 })).requests.some((x) => x.participant === bear),
  });
  assert.deepEqual(await listed(), { calls: true, stops: true, asked: true });
  await vm.act("brobygger.dropin.v1.DropinService/ForgetParticipant", { name: bear });
  assert.deepEqual(await listed(), { calls: false, stops: false, asked: false });
  const told_of = async (method, message) => told(await vm.ask(`${network}/${method}`, { ...message, request_id: requestId() }));
  assert.equal(await told_of("RemoveSmallStep", { name: s.name }), forgotten);
  assert.equal(await told_of("AnswerCompanion", { name: r.name, to: "COMPANION_STATE_PROMISED" }), unknown);
  assert.equal(await told_of("RecordCall", { name: e.name, outcome: "CALL_OUTCOME_TALKED" }), unknown);
  assert.equal(await told_of("JoinCallList", join({ participant: bear })), forgotten);
  assert.equal(told(await vm.ask(`${network}/ListSmallSteps`, { participant: bear })), forgotten);
});
