// What the housing service refuses, asked over the wire: dates in the wrong order, ages, nights, what is taken already, what is full, and
// acts that the state does not allow. Each has its reason; what is just inside is let in. Every pair of states: services/housing/states_test.cc.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { adviser, allocation, homes, screenings, support, told } from "../lib/homes.mjs";
import { date, requestId } from "../lib/values.mjs";

const br = adviser();
after(close);

const order = "INVALID_ARGUMENT BAD_DATE_ORDER", range = "INVALID_ARGUMENT OUT_OF_RANGE", missing = "INVALID_ARGUMENT FIELD_REQUIRED", word = "INVALID_ARGUMENT UNKNOWN_ENUM";
const state = "FAILED_PRECONDITION WRONG_STATE", full = "FAILED_PRECONDITION CAPACITY_FULL", age = "FAILED_PRECONDITION AGE_OUT_OF_RANGE";
const booked = "ALREADY_EXISTS DOUBLE_BOOKED", twice = "ALREADY_EXISTS DUPLICATE", unknown = "NOT_FOUND NOT_FOUND";
const presence = br.present();
// The same day so many years ago; the first of March for a day that was not there.
const years = (n, days = 0) => {
  const { year, month, day } = date(days);
  return month === 2 && day === 29 ? { year: year - n, month: 3, day: 1 } : { year: year - n, month, day };
};

// Each row: what, method, request, the answer that is wanted. Rows are asked in their order.
function table(title, rows) {
  test(title, async (t) => {
    for (const [what, method, request, wanted, says] of await rows()) {
      await t.test(`${what}: ${wanted}`, async () => {
        const answer = await br.ask(method, { ...(typeof request === "function" ? await request() : request), request_id: requestId() });
        assert.equal(told(answer), wanted, `${answer.message} ${JSON.stringify(answer.violations)}`);
        if (says) assert.match(answer.message, says);
      });
    }
  });
}

const answers = (changes) => ({ screened_on: date(), stated_age_band: "AGE_BAND_AGE_25_PLUS", living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_UNKNOWN", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED", ...changes });
const released = (days) => answers({ living_situation: "LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH", leaving_on: date(days) });
const born = (birth_date) => answers({ stated_age_band: "AGE_BAND_UNSPECIFIED", birth_date });
table("screening", () => {
  const create = (what, given, wanted) => [what, `${screenings}/CreateScreening`, { citizen: br.citizen(), presence, answers: given }, wanted];
  return [
    create("a talk tomorrow", answers({ screened_on: date(1) }), order),
    create("a situation that began after the talk", answers({ since_band: "SITUATION_SINCE_UNSPECIFIED", since_date: date(1) }), order),
    create("a release before the talk", released(-1), order),
    create("a release on the day of the talk", released(0), "OK"),
    create("a release in 31 days", released(31), "OK"),
    create("a release in 32 days", released(32), range),
    create("a day of leaving, and nobody leaves", answers({ leaving_on: date(3) }), range),
    create("tomorrow fifteen", born(years(15, 1)), age),
    create("today fifteen", born(years(15)), "OK"),
    create("one hundred and ten", born(years(110)), "OK"),
    create("one hundred and eleven", born(years(111)), age),
    create("a birth date that is none", born({ year: 1990, month: 2, day: 30 }), "INVALID_ARGUMENT BAD_DATE"),
    create("minus one night", answers({ nights_without_roof_last_30: -1 }), range),
    create("no night", answers({ nights_without_roof_last_30: 0 }), "OK"),
    create("thirty nights", answers({ nights_without_roof_last_30: 30 }), "OK"),
    create("thirty-one nights of thirty", answers({ nights_without_roof_last_30: 31 }), range),
    create("a situation that the contract does not know", answers({ living_situation: 99 }), word),
    create("no risk, and one", answers({ risk_flags: ["RISK_FLAG_NONE", "RISK_FLAG_RENT_ARREARS"] }), range),
    ["an appointment yesterday", `${screenings}/SetNextAppointment`, { citizen: br.citizen(), appointment: { date: date(-1), place: "APPOINTMENT_PLACE_OFFICE" } }, range],
    ["an appointment in 367 days", `${screenings}/SetNextAppointment`, { citizen: br.citizen(), appointment: { date: date(367), place: "APPOINTMENT_PLACE_OFFICE" } }, range],
    ["an appointment at half past midnight of the day after", `${screenings}/SetNextAppointment`, { citizen: br.citizen(), appointment: { date: date(), start_minute: 1440, place: "APPOINTMENT_PLACE_OFFICE" } }, range],
  ];
});

test("a screening of a day before the current one is not completed after it", async () => {
  const citizen = br.citizen();
  const create = async (days) => (await br.act(`${screenings}/CreateScreening`, { citizen, presence, answers: answers({ screened_on: date(days) }) })).screening;
  const [older, newer] = [await create(-2), await create(-1)];
  const complete = (s) => br.ask(`${screenings}/CompleteScreening`, { name: s.name, presence, etag: s.etag, request_id: requestId() });
  assert.equal(told(await complete(newer)), "OK");
  assert.equal(told(await complete(older)), order);
  assert.equal(told(await complete(newer)), state);
});

let house, waiting, offered;
before(async () => {
  house = await br.house();
  waiting = await br.waiting(br.citizen());
  offered = await br.waiting(br.citizen());
});
const unit = (code) => `${house}/units/${code}`;
const register = (changes) => ({ slug: `house-${requestId().slice(0, 10)}`, display_name: "Prøvehus", kind: "UNIT_KIND_CROOKED_HOME", floors: 3, flats_per_floor: 5, rooms: 1, ...changes });

table("houses and homes", () => [
  ["a sixteenth crooked home", `${homes}/AddUnit`, { house, unit_code: "3-6" }, full, /15 homes/],
  ["a fourth floor", `${homes}/AddUnit`, { house, unit_code: "4-1" }, full],
  ["the same house again", `${homes}/RegisterHouse`, register({ slug: house.split("/")[1] }), twice],
  ["a house of crooked homes with some of its flats", `${homes}/RegisterHouse`, register({ unit_codes: ["1-1"] }), range],
  ["a flat outside the house", `${homes}/RegisterHouse`, register({ kind: "UNIT_KIND_TRANSITIONAL", unit_codes: ["4-1"] }), range],
  ["a flat twice", `${homes}/RegisterHouse`, register({ kind: "UNIT_KIND_TRANSITIONAL", unit_codes: ["1-1", "1-1"] }), "INVALID_ARGUMENT DUPLICATE_ITEM"],
  ["three hundred and ten homes", `${homes}/RegisterHouse`, register({ floors: 30, flats_per_floor: 11 }), range],
  ["no floor", `${homes}/RegisterHouse`, register({ floors: 0 }), missing],
  ["held until yesterday", `${homes}/ReserveUnit`, { unit: unit("1-1"), until: date(-1) }, range],
  ["held for 93 days", `${homes}/ReserveUnit`, { unit: unit("1-1"), until: date(93) }, range],
  ["a home that is not there", `${homes}/ReserveUnit`, { unit: unit("9-9"), until: date(1) }, unknown],
  ["held until today", `${homes}/ReserveUnit`, { unit: unit("1-1"), until: date() }, "OK"],
  ["held twice", `${homes}/ReserveUnit`, { unit: unit("1-1"), until: date() }, state, /the state is RESERVED, want /],
  ["repaired while held", `${homes}/CloseUnit`, { unit: unit("1-1") }, state, /the state is RESERVED, want VACANT/],
  ["reopened, and never closed", `${homes}/ReopenUnit`, { unit: unit("1-2") }, state, /the state is VACANT, want MAINTENANCE/],
  ["given back, and never held", `${homes}/ReleaseUnit`, { unit: unit("1-2") }, state, /the state is VACANT, want RESERVED/],
]);

let open;
table("offers, one home and one person each", () => [
  ["an offer until yesterday", `${allocation}/OfferUnit`, () => br.offer(offered, unit("2-4"), { valid_until: date(-1) }), range],
  ["an offer for 61 days", `${allocation}/OfferUnit`, () => br.offer(offered, unit("2-4"), { valid_until: date(61) }), range],
  ["a home that is held by hand", `${allocation}/OfferUnit`, () => br.offer(offered, unit("1-1")), state, /the state is RESERVED/],
  ["an offer", `${allocation}/OfferUnit`, () => br.offer(offered, unit("2-4")), "OK"],
  ["a second active offer of the home", `${allocation}/OfferUnit`, () => br.offer(waiting, unit("2-4")), state, /the state is RESERVED/],
  ["a second active offer to the person", `${allocation}/OfferUnit`, () => br.offer(offered, unit("2-5")), state, /the state is OFFERED/],
  ["the second home is untouched: it can be offered to somebody else", `${allocation}/OfferUnit`, () => br.offer(waiting, unit("2-5")), "OK"],
  ["in the line a second time", `${allocation}/JoinWaitingList`, { name: offered, presence }, state, /the state is OFFERED, want ELIGIBLE/],
  ["a yes with 93 days to move in", `${allocation}/AcceptOffer`, async () => {
    open = (await br.referral(offered)).offer;
    return { name: open, presence, move_in_by: date(93) };
  }, range],
  ["a move without a yes", `${allocation}/RecordMoveIn`, () => ({ offer: open, start: date() }), state, /the state is OPEN, want /],
  ["a yes", `${allocation}/AcceptOffer`, () => ({ name: open, presence }), "OK"],
  ["a move tomorrow", `${allocation}/RecordMoveIn`, () => ({ offer: open, start: date(1) }), order],
  ["a move before the offer", `${allocation}/RecordMoveIn`, () => ({ offer: open, start: date(-1) }), order],
  ["a move", `${allocation}/RecordMoveIn`, () => ({ offer: open, start: date() }), "OK"],
  ["a no after the move", `${allocation}/DeclineOffer`, () => ({ name: open, presence }), state, /the state is FULFILLED, want /],
  ["taken back after the move", `${allocation}/WithdrawHousingReferral`, () => ({ name: offered, presence }), state, /the state is MOVED_IN, want /],
]);

table("tenancies never overlap", () => {
  const citizen = br.citizen();
  const rent = (what, start, wanted) => [what, `${allocation}/OpenTenancy`, { citizen, presence, address: "Eksempelvej 1", start }, wanted];
  let first;
  const of = async () => (first ??= (await br.ok(`${allocation}/ListTenancies`, { citizen })).tenancies[0].name);
  const end = (what, last_day, wanted, says) => [what, `${allocation}/EndTenancy`, async () => ({ name: await of(), last_day, reason: "TENANCY_END_OTHER_HOME" }), wanted, says];
  return [
    rent("a tenancy from tomorrow", date(1), order),
    rent("a tenancy", date(-100), "OK"),
    rent("another beside it", date(-10), booked),
    rent("another before it: it would go on", date(-200), booked),
    end("its last day before its first", date(-101), order),
    end("its last day in 367 days", date(367), range),
    end("it ended yesterday", date(-1), "OK"),
    end("it ends once", date(-1), state, /the state is ENDED, want /),
    rent("another from its last day", date(-1), booked),
    rent("another from the day after", date(), "OK"),
    ["notice taken back, and never given", `${allocation}/TakeBackNotice`, async () => ({ name: await of() }), state, /the state is ENDED, want NOTICE/],
  ];
});

table("evictions", () => {
  const open = (what, changes, wanted) => [what, `${support}/OpenEvictionCase`, { citizen: br.citizen(), received_from: "EVICTION_SOURCE_CITIZEN", stage: "EVICTION_STAGE_ARREARS", next_step_on: date(3), ...changes }, wanted];
  return [
    open("opened as averted", { stage: "EVICTION_STAGE_AVERTED" }, range),
    open("a debt of a million", { arrears_dkk: 1_000_000 }, range),
    open("a debt below nothing", { arrears_dkk: -1 }, range),
    open("a debt of nothing", { arrears_dkk: 0 }, "OK"),
    open("the next step yesterday", { next_step_on: date(-1) }, range),
    ["no next step", `${support}/OpenEvictionCase`, { citizen: br.citizen(), received_from: "EVICTION_SOURCE_CITIZEN", stage: "EVICTION_STAGE_ARREARS" }, missing],
    open("the bailiff's date, and no date", { stage: "EVICTION_STAGE_BAILIFF_DATE_SET" }, missing),
    open("the bailiff came yesterday", { stage: "EVICTION_STAGE_BAILIFF_DATE_SET", bailiff_date: date(-1) }, order),
    open("the bailiff comes today", { stage: "EVICTION_STAGE_BAILIFF_DATE_SET", bailiff_date: date() }, "OK"),
    open("a date without the bailiff", { bailiff_date: date(3) }, range),
    open("a tenancy that is not there", { tenancy: `tenancies/${"a".repeat(26)}` }, unknown),
  ];
});

table("support", () => {
  const begin = (what, changes, wanted, citizen = br.citizen()) => [what, `${support}/StartSupportEpisode`, { citizen, presence, method: "SUPPORT_METHOD_SECTION_85_HOURLY", start: date(), ...changes }, wanted];
  const citizen = br.citizen();
  return [
    begin("an end on the day of the beginning", { planned_end: date() }, order),
    begin("an end the day after", { planned_end: date(1) }, "OK"),
    begin("begun 32 days ago", { start: date(-32) }, range),
    begin("beginning in 93 days", { start: date(93) }, range),
    begin("CTI with an end of one's own", { method: "SUPPORT_METHOD_CTI", planned_end: date(100) }, range),
    begin("ICM with an end", { method: "SUPPORT_METHOD_ICM", planned_end: date(100) }, range),
    begin("ACT without a team", { method: "SUPPORT_METHOD_ACT" }, missing),
    begin("a team without ACT", { team: { nurse: true } }, range),
    begin("Housing First by the hour", { housing_first: true }, range),
    begin("CTI", { method: "SUPPORT_METHOD_CTI" }, "OK", citizen),
    begin("CTI twice", { method: "SUPPORT_METHOD_CTI" }, twice, citizen),
    ["a third phase after the first", `${support}/AdvanceCtiPhase`, async () => ({ name: (await br.ok(`${support}/ListSupportEpisodes`, { citizen })).episodes[0].name, phase: "CTI_PHASE_TRANSFER_OF_CARE" }), state, /the state is TRANSITION, want TRY_OUT/],
    ["going on without a pause", `${support}/ResumeSupportEpisode`, async () => ({ name: (await br.ok(`${support}/ListSupportEpisodes`, { citizen })).episodes[0].name }), state, /the state is ACTIVE, want PAUSED/],
  ];
});

table("shelter", () => {
  const citizen = br.citizen();
  const stay = (what, days, wanted, more = {}) => [what, `${support}/CheckInToShelter`, { citizen, presence, check_in: date(days), self_referred: true, leader_decided: true, ...more }, wanted];
  const leave = (what, days, wanted, says) => [what, `${support}/CheckOutOfShelter`, async () => ({ name: (await br.ok(`${support}/ListShelterStays`, { citizen })).stays.at(-1).name, check_out: date(days) }), wanted, says];
  return [
    stay("the leader has not decided", -5, missing, { leader_decided: false }),
    stay("from tomorrow", 1, range),
    stay("a stay", -5, "OK"),
    stay("another beside it", -3, booked),
    leave("gone before coming", -6, order),
    leave("gone tomorrow", 1, order),
    leave("gone", -1, "OK"),
    leave("gone twice", -1, state, /the state is CHECKED_OUT, want CHECKED_IN/),
    stay("back before the day of leaving", -2, booked),
    stay("back on the day of leaving", -1, "OK"),
  ];
});

table("nights", () => {
  const site = `nattely-${requestId().slice(0, 8)}`;
  const night = { site, date: date() };
  return [
    ["a night last night", `${homes}/OpenNightPlaces`, { site, date: date(-1), capacity: 2 }, range],
    ["a night in 32 days", `${homes}/OpenNightPlaces`, { site, date: date(32), capacity: 2 }, range],
    ["no places", `${homes}/OpenNightPlaces`, { ...night, capacity: 0 }, missing],
    ["501 places", `${homes}/OpenNightPlaces`, { ...night, capacity: 501 }, range],
    ["a place of a night that is not open", `${homes}/TakeNightPlace`, night, unknown],
    ["two places", `${homes}/OpenNightPlaces`, { ...night, capacity: 2 }, "OK"],
    ["the first", `${homes}/TakeNightPlace`, night, "OK"],
    ["the second", `${homes}/TakeNightPlace`, night, "OK"],
    ["a third", `${homes}/TakeNightPlace`, night, full],
    ["fewer than are taken", `${homes}/OpenNightPlaces`, { ...night, capacity: 1 }, range],
    ["a slip that is none", `${homes}/ReleaseNightPlace`, { ...night, token: "aaaaaaaa" }, unknown],
  ];
});

table("tenants' board", () => {
  const year = date().year + 1, of = (month, day) => ({ year, month, day });
  const meeting = (number) => `boardMeetings/${house.split("/")[1]}.${year}.${number}`;
  return [
    ["a meeting today", `${homes}/ScheduleBoardMeeting`, { house, date: date() }, range],
    ["a meeting in three years", `${homes}/ScheduleBoardMeeting`, { house, date: { ...date(), day: 1, year: date().year + 3 } }, range],
    ["a first", `${homes}/ScheduleBoardMeeting`, { house, date: of(2, 1) }, "OK"],
    ["a second", `${homes}/ScheduleBoardMeeting`, { house, date: of(9, 1) }, "OK"],
    ["a third in a year", `${homes}/ScheduleBoardMeeting`, { house, date: of(11, 1) }, full],
    ["an agenda sent tomorrow", `${homes}/SendBoardAgenda`, { name: meeting(1), agenda: "Vaskeri", sent_on: date(1) }, order],
    ["minutes before the meeting", `${homes}/RecordBoardMinutes`, { name: meeting(1), minutes: "Vaskeri" }, state, /the state is PLANNED, want /],
    ["an agenda", `${homes}/SendBoardAgenda`, { name: meeting(1), agenda: "Vaskeri", sent_on: date() }, "OK"],
    ["minutes before the day", `${homes}/RecordBoardMinutes`, { name: meeting(1), minutes: "Vaskeri" }, order],
    ["called off", `${homes}/CancelBoardMeeting`, { name: meeting(1) }, "OK"],
    ["called off twice", `${homes}/CancelBoardMeeting`, { name: meeting(1) }, state, /the state is CANCELLED, want /],
  ];
});
