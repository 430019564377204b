// What comes by itself, through the real process and its own timer. The housing service runs with another date (clock.cc): first just
// before a midnight, so that days end while it runs, then days and weeks later. Offers lapse, the homes return, whoever was offered
// them stands where they stood, and somebody is told. Last among the fault tests: what is stored here has days that have not come.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { date, monthsAfter, requestId } from "../lib/values.mjs";
import { adviser, allocation, homes, screenings, support, told } from "../lib/homes.mjs";
import { build, describe, processes, run, sleep, within } from "./lib/world.mjs";

const poll = 5_000;  // how often the service looks for what is due
const patience = 6 * poll;
const toMidnight = 60;  // seconds that are left of the first day when the service starts: all that is said today has to be said by then

// The service's date, in seconds ahead of the machine's.
let ahead = 0;
const today = (days = 0) => date(days + ahead / 86_400);
const br = adviser({ ahead: () => ahead });

// Seconds until the next midnight in Copenhagen, by a clock that is so far ahead.
function untilMidnight(by = 0) {
  const same = (seconds) => JSON.stringify(date((by + seconds) / 86_400)) === JSON.stringify(date(by / 86_400));
  let [from, to] = [0, 90_000];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (same(middle)) from = middle;
    else to = middle;
  }
  return to;
}

let service;
async function start(seconds) {
  ahead = seconds;
  service = spawn(join(build, "services/housing/brobygger-housing"), [join(run, "config/housing.textproto")], {
    env: { ...process.env, LD_PRELOAD: join(build, "tests/faults/libbrobygger-clock.so"), BROBYGGER_TEST_CLOCK_AHEAD: `${seconds}` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  service.stderr.on("data", (chunk) => (said = (said + chunk).slice(-2000)));
  assert.ok(await within(60_000, async () => service.exitCode === null && (await br.ask(`${homes}/GetCapacity`, {})).code === "OK"), `the service does not answer: ${said}`);
}
async function stop() {
  const ended = new Promise((resolve) => service.once("exit", resolve));
  service.kill("SIGTERM");
  await ended;
}

before(async () => {
  await processes("stop", "housing");
  await start(untilMidnight() - toMidnight);
});
after(async () => {
  if (service?.exitCode === null) await stop();
  close();
  await processes("start", "housing");
});

const offerOf = async (name) => (await br.ok(`${allocation}/GetOffer`, { name })).offer;
const eventually = async (what, wanted) => {
  let last;
  const came = await within(patience, async () => {
    last = await what();
    return last === wanted;
  }, 500);
  assert.ok(came, `want ${wanted} by itself, is ${last}`);
};

// Three people in the line: one is offered a home, one has said yes to another, one waits.
let house, open, accepted, line, first;
const people = {};
test("today: an offer that ends tonight, a yes whose last day is today", async () => {
  first = today();
  house = await br.house();
  for (const who of ["offered", "agreed", "waits"]) people[who] = await br.waiting(br.citizen());
  line = await br.line();
  open = (await br.ok(`${allocation}/OfferUnit`, br.offer(people.offered, `${house}/units/1-1`, { valid_until: today() }))).offer;
  accepted = (await br.ok(`${allocation}/OfferUnit`, br.offer(people.agreed, `${house}/units/2-4`))).offer;
  await br.act(`${allocation}/AcceptOffer`, { name: accepted.name, presence: br.present(), move_in_by: today() });
  assert.deepEqual(await br.line(), line.filter((r) => r === people.waits || !Object.values(people).includes(r)));
  // The last day is theirs to the end: nothing happens by itself.
  await sleep(poll + 1_000);
  assert.equal((await offerOf(open.name)).state, "OFFER_STATE_OPEN");
  assert.equal((await offerOf(accepted.name)).state, "OFFER_STATE_ACCEPTED");
  assert.deepEqual(await br.duties(open.name), ["DUTY_REASON_ANSWER_TO_OFFER"]);
});

const theRest = {};
test("… and what else has a day: notice, a home held by hand, support that is planned, an appointment, CTI", async () => {
  theRest.tenant = br.citizen();
  const { offer } = await br.ok(`${allocation}/OfferUnit`, br.offer(await br.waiting(theRest.tenant), `${house}/units/3-3`));
  await br.act(`${allocation}/AcceptOffer`, { name: offer.name, presence: br.present() });
  const { tenancy } = await br.act(`${allocation}/RecordMoveIn`, { offer: offer.name, start: today() });
  theRest.tenancy = tenancy.name;
  await br.act(`${allocation}/EndTenancy`, { name: tenancy.name, last_day: today(), reason: "TENANCY_END_OTHER_HOME" });
  assert.equal((await br.unit(tenancy.unit)).state, "UNIT_STATE_VACATING");
  await br.act(`${homes}/ReserveUnit`, { unit: `${house}/units/3-5`, until: today() });
  const begin = (method, days) => br.act(`${support}/StartSupportEpisode`, { citizen: theRest.tenant, presence: br.present(), method: `SUPPORT_METHOD_${method}`, start: today(days) });
  const planned = (await begin("SKP_99", 1)).episode;
  assert.equal(planned.state, "SUPPORT_STATE_PLANNED");
  theRest.planned = planned.name;
  const cti = (await begin("CTI", -31)).episode;
  assert.deepEqual(cti.tryOutFrom, monthsAfter(today(-31), 3));
  theRest.cti = cti.name;
  theRest.tryOut = Date.UTC(cti.tryOutFrom.year, cti.tryOutFrom.month - 1, cti.tryOutFrom.day) / 1000;
  await br.act(`${screenings}/SetNextAppointment`, { citizen: theRest.tenant, appointment: { date: today(), start_minute: 600, place: "APPOINTMENT_PLACE_OFFICE" } });
});

test("after midnight: both offers have lapsed by themselves, both homes are vacant, both people stand where they stood", async () => {
  assert.deepEqual(today(), first, "it took too long: the day is over");
  await sleep(untilMidnight(ahead) * 1000);
  await eventually(async () => (await offerOf(open.name)).state, "OFFER_STATE_LAPSED");
  await eventually(async () => (await offerOf(accepted.name)).state, "OFFER_STATE_LAPSED");
  for (const { unit } of [open, accepted]) assert.equal((await br.unit(unit)).state, "UNIT_STATE_VACANT", unit);
  for (const name of Object.values(people)) {
    const referral = await br.referral(name);
    assert.equal(referral.state, "REFERRAL_STATE_WAITING");
    assert.equal(referral.offer, "");
    assert.deepEqual(referral.submittedOn, first);
  }
  assert.deepEqual(await br.line(), line, "somebody has lost a place");
});

test("somebody is told: a talk is due, for each of the two its own", async () => {
  assert.deepEqual(await br.duties(open.name), ["DUTY_REASON_OFFER_LAPSED"]);
  assert.deepEqual(await br.duties(accepted.name), ["DUTY_REASON_ACCEPTED_OFFER_LAPSED"]);
});

test("a yes that comes too late is refused; the home can be offered again", async () => {
  assert.equal(told(await br.ask(`${allocation}/AcceptOffer`, { name: open.name, presence: br.present(), request_id: requestId() })), "FAILED_PRECONDITION WRONG_STATE");
  const again = await br.ask(`${allocation}/OfferUnit`, br.offer(people.offered, open.unit, { valid_until: today(3) }));
  assert.equal(again.code, "OK", describe(again));
  open = again.response.offer;
});

test("the tenancy has ended and its home is out for repair, the held home is vacant, support has begun, the appointment has passed", async () => {
  await eventually(async () => (await br.ok(`${allocation}/GetTenancy`, { name: theRest.tenancy })).tenancy.status, "TENANCY_STATUS_ENDED");
  await eventually(async () => (await br.unit(`${house}/units/3-3`)).state, "UNIT_STATE_MAINTENANCE");
  await eventually(async () => (await br.unit(`${house}/units/3-5`)).state, "UNIT_STATE_VACANT");
  await eventually(async () => (await br.ok(`${support}/GetSupportEpisode`, { name: theRest.planned })).episode.state, "SUPPORT_STATE_ACTIVE");
  assert.equal((await br.ok(`${screenings}/GetNextAppointment`, { citizen: theRest.tenant })).appointment, undefined);
});

test("an offer that lapses while the service is down has lapsed when it is back", async () => {
  await stop();
  await start(ahead + 4 * 86_400);
  await eventually(async () => (await offerOf(open.name)).state, "OFFER_STATE_LAPSED");
  assert.equal((await br.unit(open.unit)).state, "UNIT_STATE_VACANT");
  assert.deepEqual(await br.line(), line, "somebody has lost a place");
});

test("CTI: before its day the next phase wants a reason, from its day on it wants none", async () => {
  const advance = () => br.ask(`${support}/AdvanceCtiPhase`, { name: theRest.cti, phase: "CTI_PHASE_TRY_OUT", request_id: requestId() });
  assert.equal(told(await advance()), "INVALID_ARGUMENT FIELD_REQUIRED");
  await stop();
  await start(theRest.tryOut + 43_200 - Math.floor(Date.now() / 1000));  // about noon of the planned day
  const answer = await advance();
  assert.equal(answer.code, "OK", describe(answer));
  assert.equal(answer.response.episode.phase, "CTI_PHASE_TRY_OUT");
  assert.equal(answer.response.episode.note, "");
  assert.deepEqual(await br.duties(theRest.cti), ["DUTY_REASON_CTI_NEXT_PHASE"]);
});
