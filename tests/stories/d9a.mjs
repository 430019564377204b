// D9, part one: the house decides. An idea from the box becomes a trip that users and staff plan together; money is the super-user's own
// to decide on; people come along by alias or without a name, and not all of them have to play.
import assert from "node:assert/strict";
import { date, requestId } from "../lib/values.mjs";

const life = "brobygger.dropin.v1.HouseLifeService", activities = "brobygger.dropin.v1.ActivityService", dropin = "brobygger.dropin.v1.DropinService";
const staff = "perron-4-1", tablet = "perron-4-volunteer";
const keyed = (request) => ({ ...request, request_id: requestId() });

const same = (a, b) => a.year === b.year && a.month === b.month && a.day === b.day;

// Today's house meeting: the one that is planned already, if the story was played before.
async function todaysMeeting(story) {
  const { code, response } = await story.client.call({ as: staff, method: `${life}/ScheduleHouseMeeting`, request: keyed({ date: date(), start_minute: 780 }) });
  if (code === "OK") return response.meeting;
  const { meetings } = await story.quietly(staff, `${life}/ListHouseMeetings`, {});
  const found = meetings.find((m) => same(m.date, date()) && ["HOUSE_MEETING_STATE_PLANNED", "HOUSE_MEETING_STATE_AGENDA_POSTED"].includes(m.state));
  assert.ok(found, "today's house meeting is over: the story needs a day with none");
  return found;
}

export async function play(story) {
  story.chapter("The house decides. Somebody has put an idea into the box.");
  const text = "En tur til Den Gamle By";
  const { name } = await story.step({
    title: "On the tablet: an idea, without a name. Nobody is asked for one",
    as: tablet,
    method: `${life}/PostSuggestion`,
    request: keyed({ text }),
  });
  await story.step({
    title: "Staff read it for names; there are none, and it hangs on the board",
    as: staff,
    method: `${life}/ScreenSuggestion`,
    request: keyed({ name }),
    check: ({ suggestion }) => assert.equal(suggestion.text, text),
  });
  const meeting = await todaysMeeting(story);
  await story.step({
    title: "It is on the agenda of the house meeting",
    as: staff,
    method: `${life}/PutOnAgenda`,
    request: keyed({ suggestion: name, meeting: meeting.name }),
  });
  await story.step({
    title: "Those who come decide it",
    as: staff,
    method: `${life}/DecideSuggestion`,
    request: keyed({ name, to: "SUGGESTION_STATE_DECIDED_AT_MEETING" }),
    check: ({ suggestion }) => assert.equal(suggestion.state, "SUGGESTION_STATE_DECIDED_AT_MEETING"),
  });

  story.chapter("An activity group plans it: users and staff.");
  const alias = async (called) => (await story.quietly(staff, `${dropin}/CreateParticipant`, keyed({ alias: called }))).participant.name;
  const users = [];
  for (const called of ["Løve", "Havfruen", "Gamle Ole", "Sputnik", "Frk. Jensen"]) users.push(await alias(called));
  const group = (members) => ({ as: staff, method: `${activities}/CreateActivityGroup`, request: keyed({ title: "Turgruppen", members, staff: [staff, "perron-4-2"] }) });
  await story.step({ title: "Five users would like to plan: a group has 3 or 4", ...group(users), wanted: "INVALID_ARGUMENT OUT_OF_RANGE" });
  const { group: made } = await story.step({
    title: "Three users and two of the staff it is; they meet once a month",
    ...group(users.slice(0, 3)),
    check({ group: g }) {
      assert.deepEqual(g.members.map((m) => m.alias), ["Løve", "Havfruen", "Gamle Ole"]);
      assert.equal(g.meetingOverdue, false);
      return `the next meeting is due by ${g.meetingDue.day}.${g.meetingDue.month}.${g.meetingDue.year}`;
    },
  });
  const { activity } = await story.step({
    title: "The trip hangs on the fridge: four places, 40 kroner with packed lunch and drinks",
    as: staff,
    method: `${activities}/CreateActivity`,
    request: keyed({
      plan: {
        title: "Tur til Den Gamle By", kind: "ACTIVITY_KIND_TRIP", date: date(7), from_minute: 540, place: "Bussen holder ved Perron 4", note: "Madpakke og drikkelse er med",
        capacity: 4, fee_dkk: 40, fee_waiver_allowed: true, planned_by: "PLANNED_BY_ACTIVITY_GROUP", activity_group: made.name,
      },
    }),
    check: ({ activity: a }) => assert.equal(a.state, "ACTIVITY_STATE_OPEN"),
  });

  story.chapter("People sign up: by alias, or without a name.");
  const sign = (participant, role) => ({ as: staff, method: `${activities}/SignUp`, request: keyed({ activity: activity.name, participant, role: `ACTIVITY_ROLE_${role}` }) });
  const take = (role, more) => ({ as: tablet, method: `${activities}/TakePlace`, request: keyed({ activity: activity.name, role: `ACTIVITY_ROLE_${role}`, ...more }) });
  const { place: lion } = await story.step({ title: "Løve comes along", ...sign(users[0], "PLAYER") });
  const { place: baker } = await story.step({ title: "Havfruen bakes the cake", ...sign(users[1], "CAKE_BAKER"), check: ({ place }) => assert.equal(place.role, "ACTIVITY_ROLE_CAKE_BAKER") });
  const { ticket } = await story.step({
    title: "On the tablet, \"en plads uden navn\": one who cheers",
    ...take("CHEERER"),
    check(response) {
      assert.equal(response.activity.taken, 3);
      return `a slip with ${response.ticket}: with it the place can be given back`;
    },
  });
  await story.step({ title: "Somebody writes what they are called on the list", ...take("JUST_ALONG", { called: "Mor med hunden" }), check: (r) => assert.equal(r.activity.state, "ACTIVITY_STATE_FULL") });
  await story.step({ title: "A fifth: every place is taken", ...take("JUST_ALONG"), wanted: "FAILED_PRECONDITION CAPACITY_FULL" });
  await story.step({ title: "… but there is a waiting list", ...take("HELPER", { called: "Den femte", accept_waiting: true }), check: (r) => assert.equal(r.waiting, true) });
  await story.step({
    title: "The one without a name cannot come after all, and gives the slip back",
    as: tablet,
    method: `${activities}/CancelPlace`,
    request: keyed({ activity: activity.name, ticket }),
    check: (r) => assert.deepEqual([r.activity.taken, r.activity.waiting], [4, 0]),
  });
  await story.step({
    title: "Staff see who comes along, and whom to tell that there is a place now",
    as: staff,
    method: `${activities}/ListPlaces`,
    request: { activity: activity.name },
    check({ places }) {
      const fifth = places.find((p) => p.alias === "Den femte");
      assert.ok(!fifth.waiting && same(fifth.movedUpOn, date()));
      return places.map((p) => `${p.alias || "en plads uden navn"}: ${p.role.replace("ACTIVITY_ROLE_", "").toLowerCase()}${p.movedUpOn ? ", moved up" : ""}`);
    },
  });
  await story.step({ title: "The tablet shows numbers alone, and asking it for names is refused", as: tablet, method: `${activities}/ListPlaces`, request: { activity: activity.name }, wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  await story.step({ title: "The job centre asks who goes on trips: nothing here is for it", as: "jobcenter-1", method: `${activities}/ListPlaces`, request: { activity: activity.name }, wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });

  story.chapter("Forty kroner are much for some. A super-user has money of their own to decide on.");
  const { budget } = await story.step({
    title: "Gamle Ole has 60 kroner for the next three months. There is nothing to approve",
    as: staff,
    method: `${activities}/OpenBudget`,
    request: keyed({ super_user: users[2], first_day: date(), last_day: date(90), amount_ore: 6_000 }),
    check: ({ budget: b }) => assert.ok(!Object.keys(b).some((k) => /approv|state/i.test(k))),
  });
  const waive = (place) => ({ as: staff, method: `${activities}/WaiveFee`, request: keyed({ activity: activity.name, ticket: place.ticket, waiver: "FEE_WAIVER_BUDGET", budget: budget.name }) });
  await story.step({ title: "He pays for Løve; nobody asks why", ...waive(lion), check: ({ place }) => assert.equal(place.waiver, "FEE_WAIVER_BUDGET") });
  await story.step({ title: "For the cake baker, too? There are 20 kroner left", ...waive(baker), wanted: "FAILED_PRECONDITION BUDGET_OVERSPENT" });
  await story.step({
    title: "The house pays that one",
    as: staff,
    method: `${activities}/WaiveFee`,
    request: keyed({ activity: activity.name, ticket: baker.ticket, waiver: "FEE_WAIVER_HOUSE" }),
  });
  await story.step({
    title: "What is left of the budget goes to the cake",
    as: staff,
    method: `${activities}/AddReceipt`,
    request: keyed({ budget: budget.name, date: date(), amount_ore: 2_000, text: "Mel og sukker" }),
    check({ budget: b }) {
      assert.equal(Number(b.leftOre), 0);
      return b.receipts.map((r) => `${Number(r.amountOre) / 100} kr.: ${r.text}`);
    },
  });

  story.chapter("Løve wants to be forgotten.");
  await story.step({ title: "It is done at once, and everywhere", as: staff, method: `${dropin}/ForgetParticipant`, request: keyed({ name: users[0] }) });
  await story.step({
    title: "The trip has a place again, and the fee is back in the budget",
    as: staff,
    method: `${activities}/ListPlaces`,
    request: { activity: activity.name },
    check: ({ places }) => assert.ok(!places.some((p) => p.participant === users[0])),
  });
  await story.step({ title: "The alias used again: it is forgotten, and the house does not know whose it was", ...sign(users[0], "PLAYER"), wanted: "NOT_FOUND ALIAS_FORGOTTEN" });
  await story.step({
    title: "The group is one user short: a warning, until somebody joins",
    as: staff,
    method: `${activities}/ListActivityGroups`,
    request: { page_size: 100 },
    check: ({ groups }) => assert.equal(groups.find((g) => g.name === made.name).tooFewUsers, true),
  });
}
