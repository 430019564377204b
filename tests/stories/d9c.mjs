// D9, part three: the house closes, and goes on. Who wants to be rung up is; food goes out; a few can sit outside. Everything about one
// person is by their own wish, stops when they say so, and is nobody else's.
import assert from "node:assert/strict";
import { network } from "../lib/houselife.mjs";
import { categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

const dropin = "brobygger.dropin.v1.DropinService";
const staff = "perron-4-1", tablet = "perron-4-volunteer", leader = "perron-4-leader";
const keyed = (request) => ({ ...request, request_id: requestId() });
const act = (method, request, as = staff) => ({ as, method: `${network}/${method}`, request: keyed(request) });
const look = (method, request, as = staff) => ({ as, method: `${network}/${method}`, request });

export async function play(story) {
  story.chapter("The house has to close. Who would like to be rung up says so, and how often.");
  const alias = async (called) => (await story.quietly(staff, `${dropin}/CreateParticipant`, keyed({ alias: called }))).participant.name;
  const [captain, seagull] = [await alias("Kaptajnen"), await alias("Mågen")];
  const phone = "+4520304050";
  const { entry } = await story.step({
    title: "Kaptajnen: every week, and if I do not answer twice, ask my brother at the harbour",
    ...act("JoinCallList", { participant: captain, phone, interval_days: 7, caller: "CALLER_VOLUNTEER", person_to_ask: { called: "min bror", reach: "Havnen, båden Havlit" } }),
    check({ entry: e }) {
      assert.equal(e.state, "CALL_STATE_CALLING");
      assert.ok(!JSON.stringify(e).includes(phone), "the number comes back nowhere but where somebody is about to ring");
    },
  });
  const { entry: other } = await story.step({
    title: "Mågen: every week, and nobody to ask",
    ...act("JoinCallList", { participant: seagull, phone, interval_days: 7, caller: "CALLER_STAFF" }),
  });
  const silent = (name, called_on) => act("RecordCall", { name, outcome: "CALL_OUTCOME_NO_ANSWER", called_on });
  await story.step({ title: "Yesterday Kaptajnen did not answer", ...silent(entry.name, date(-1)), check: ({ entry: e }) => assert.equal(e.state, "CALL_STATE_CALLING") });
  await story.step({
    title: "Nor today: a task, \"spørg en, som Kaptajnen har bedt os spørge\"",
    ...silent(entry.name, date()),
    check: ({ entry: e }) => assert.equal(e.state, "CALL_STATE_ASK_PERSON"),
  });
  await story.step({
    title: "Who is going to ask reads whom",
    ...look("GetCallEntry", { name: entry.name }),
    check: ({ entry: e }) => `${e.personToAsk.called}: ${e.personToAsk.reach}`,
  });
  await story.step({
    title: "The brother saw him this morning: calling goes on",
    ...act("RecordAsked", { name: entry.name, outcome: "ASK_OUTCOME_HEARD_FROM" }),
    check: ({ entry: e }) => assert.deepEqual([e.state, e.unanswered], ["CALL_STATE_CALLING", 0]),
  });
  await story.step({ title: "Mågen did not answer yesterday", ...silent(other.name, date(-1)) });
  await story.step({
    title: "… nor today. Nobody was named, so nobody is asked: it stops, and the number is gone",
    ...silent(other.name, date()),
    check: ({ entry: e }) => assert.equal(e.state, "CALL_STATE_STOPPED"),
  });
  await story.step({
    title: "What is left of it is that it stopped",
    ...look("GetCallEntry", { name: other.name }),
    check: ({ entry: e }) => assert.equal(e.phone, ""),
  });

  story.chapter("The municipality asks for the call list.");
  for (const [who, as] of [["The benefits office", "ydelseskontor-1"], ["The job centre", "jobcenter-1"], ["The coordinator", "koordination-1"], ["The house's own leader", leader]]) {
    await story.step({ title: `${who} asks for the list`, ...look("ListCallEntries", {}, as), wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  }
  await story.step({
    title: "Another drop-in centre has a list of its own, and nobody of this one on it",
    ...look("ListCallEntries", { page_size: 100 }, "slotsgaarden-1"),
    check: ({ entries }) => assert.ok(!entries.some((e) => [captain, seagull].includes(e.participant))),
  });
  const known = await story.quietly("jobcenter-1", "brobygger.registry.v1.RegistryService/EnsureCitizen", keyed({ presence: stated("PHONE") }));
  const door = (citizen) => ({
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: { citizen, holder: "agencies/perron-4", purpose: purpose("WORK_AND_EDUCATION"), categories: categories("CONTACT", "DAILY_LIFE") },
    wanted: "PERMISSION_DENIED CONSENT_REQUIRED",
  });
  const first = await story.step({ title: "By the house's only door the municipality gets what everybody gets who has no consent", ...door(known.citizen) });
  await story.step({
    title: "… and the same for somebody who does not exist, byte for byte: no alias can be reached by it at all",
    ...door(strangerReference()),
    check: (answer) => assert.equal(answer.raw, first.raw),
  });

  story.chapter("The phone, food, a terrace, Easter bags: what goes out is counted.");
  const evening = ["TUESDAY", "THURSDAY"].map((day) => ({ weekday: `WEEKDAY_${day}`, from_minute: 1140, to_minute: 1260 }));
  await story.step({ title: "Somebody answers the phone on two evenings a week", ...act("SetOutreachPlan", { plan: { phone_hours: evening, usual_portions_a_week: 140 } }) });
  let tuesday = 0;
  while (new Date(Date.UTC(date(tuesday).year, date(tuesday).month - 1, date(tuesday).day)).getUTCDay() !== 2) tuesday -= 1;
  await story.step({ title: "Seven rang last Tuesday. Who, is not asked", ...act("CountPhoneCalls", { date: date(tuesday), add: 7 }, tablet), check: ({ total }) => `${total} that evening` });
  const { round } = await story.step({
    title: "A café makes sixty portions, and a cargo bike takes them out",
    ...act("PlanFoodRound", { date: date(), source: "FOOD_SOURCE_CAFE_AGREEMENT", mode: "FOOD_MODE_CARGO_BIKE", portions: 60 }),
  });
  await story.step({ title: "The bike goes where people are: it needs no address, and gets none", ...look("GetFoodStops", { round: round.name }), wanted: "FAILED_PRECONDITION WRONG_STATE" });
  await story.step({ title: "Kaptajnen cannot walk far, and would like it at his door for a week", ...act("JoinFoodRounds", { participant: captain, address: "Havnegade 4, båden Havlit", until: date(7) }) });
  const { round: home } = await story.step({
    title: "So some portions go to people's homes",
    ...act("PlanFoodRound", { date: date(), source: "FOOD_SOURCE_OWN_KITCHEN", mode: "FOOD_MODE_HOME", portions: 5 }),
  });
  await story.step({
    title: "That round has his address, until the day he said",
    ...look("GetFoodStops", { round: home.name }),
    check: ({ stops }) => assert.ok(stops.some((s) => s.participant === captain)),
  });
  await story.step({ title: "Fifty-eight are handed out from the bike", ...act("CloseFoodRound", { name: round.name, portions_given: 58 }) });
  await story.step({ title: "… and five at doors", ...act("CloseFoodRound", { name: home.name, portions_given: 5 }) });
  await story.step({ title: "That round is over: nobody reads the addresses any more", ...look("GetFoodStops", { round: home.name }), wanted: "FAILED_PRECONDITION WRONG_STATE" });
  const { area } = await story.step({ title: "The terrace has room for ten", ...act("OpenOutdoorArea", { display_name: `Terrassen ${requestId().slice(0, 6)}`, capacity: 10, groups: 1 }) });
  await story.step({ title: "Ten are there", ...act("CheckInOutdoors", { name: area.name, group: 1, people: 10 }, tablet) });
  await story.step({ title: "An eleventh has to wait", ...act("CheckInOutdoors", { name: area.name, group: 1, people: 1 }, tablet), wanted: "FAILED_PRECONDITION CAPACITY_FULL" });
  await story.step({ title: "Two go home", ...act("CheckOutOutdoors", { name: area.name, group: 1, people: 2 }, tablet), check: ({ area: a }) => assert.deepEqual(a.groupInside, [8]) });
  await story.step({ title: "The terrace closes for tonight", ...act("CloseOutdoorArea", { name: area.name }) });
  await story.step({ title: "A hundred and twenty Easter bags", ...act("CountGreetings", { season: "SEASON_EASTER", year: date().year, add: 120 }, tablet), check: ({ total }) => `${total} this Easter` });
  await story.step({
    title: "The leader sees the week as numbers, beside what an ordinary one is",
    ...look("GetOutreachNumbers", { first_day: date(), last_day: date() }, leader),
    check({ weeks, usualPortionsAWeek, greetings }) {
      const [week] = weeks;
      assert.ok(week.portions >= 63 && week.outdoorCheckIns >= 10);
      assert.ok(!/participants|Kaptajnen/.test(JSON.stringify([weeks, greetings])));
      return `${week.portions} portions (an ordinary week: ${usualPortionsAWeek}), ${week.callsTalked + week.callsUnanswered} calls, ${week.outdoorCheckIns} on the terrace`;
    },
  });

  story.chapter("Kaptajnen wants none of it any more.");
  await story.step({ title: "He says stop", ...act("LeaveCallList", { name: entry.name }) });
  await story.step({ title: "There is no number of his to ring", ...look("GetCallEntry", { name: entry.name }), wanted: "NOT_FOUND NOT_FOUND" });
  await story.step({ title: "Then he wants to be forgotten", as: staff, method: `${dropin}/ForgetParticipant`, request: keyed({ name: captain }) });
  await story.step({ title: "His address went with him", ...act("LeaveFoodRounds", { participant: captain }), wanted: "NOT_FOUND ALIAS_FORGOTTEN" });
}
