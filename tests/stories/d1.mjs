// D1, coffee without a name: people drink coffee, somebody counts, nobody is registered, and nobody else gets to see anything.
import assert from "node:assert/strict";
import { categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

const dropin = "brobygger.dropin.v1.DropinService";
const offers = { BREAKFAST: 28, BATH: 4, NADA: 6 };
const visitors = 31;

// A day of the last month on which the morning's counts still have room: the story can be played many times on one instance.
async function dayWithRoom(story) {
  for (let back = 0; back > -31; back--) {
    const { response } = await story.client.call({ method: `${dropin}/GetVisitTallies`, as: "perron-4-1", request: { first_day: date(back), last_day: date(back) } });
    const morning = response.tallies.find((t) => t.partOfDay === "PART_OF_DAY_MORNING");
    const counts = [morning?.visitorsEstimate ?? 0, ...(morning?.offerCounts ?? []).map((o) => o.count)];
    if (Math.max(...counts) + visitors <= 999) return { day: date(back), before: morning?.visitorsEstimate ?? 0 };
  }
  throw new Error("every morning of the last month is full");
}

export const title = "D1 · Coffee without a name";

export async function play(story) {
  story.chapter("A morning at the drop-in centre. Nobody is asked for a name.");
  await story.step({
    title: "Is the house open, and how many have to be on duty?",
    as: "perron-4-1",
    method: `${dropin}/GetCentre`,
    request: {},
    check({ centre, opening }) {
      const on = (weekday) => centre.openingHours.filter((h) => h.weekday === `WEEKDAY_${weekday}`).map((h) => [h.fromMinute, h.toMinute]);
      assert.deepEqual(on("MONDAY"), [[480, 1260]]);
      assert.deepEqual(on("SATURDAY"), [[480, 840]]);
      assert.equal(centre.safetyStaffing, 2);
      assert.equal(centre.isReceptionCentre, true);
      return `${centre.displayName}: ${opening.labelDa}. Monday to Friday 8-21, Saturday and Sunday 8-14, at least ${centre.safetyStaffing} on duty`;
    },
  });
  const { day, before } = await dayWithRoom(story);
  const tally = await story.step({
    title: `At noon the count goes in: ${visitors} visitors, 28 breakfasts, 4 baths, 6 NADA`,
    as: "perron-4-1",
    method: `${dropin}/RecordVisitTally`,
    request: {
      date: day,
      part_of_day: "PART_OF_DAY_MORNING",
      add_visitors: visitors,
      add_offers: Object.entries(offers).map(([offer, count]) => ({ offer: `OFFER_KIND_${offer}`, count })),
      request_id: requestId(),
    },
    check(response) {
      assert.equal(response.tally.visitorsEstimate, before + visitors);
      return `the morning now stands at ${response.tally.visitorsEstimate} visitors`;
    },
  });
  await story.step({
    title: "A user volunteer counts as well: numbers are all there is to see",
    as: "perron-4-volunteer",
    method: `${dropin}/RecordVisitTally`,
    request: { date: day, part_of_day: "PART_OF_DAY_AFTERNOON", add_visitors: 0, request_id: requestId() },
  });
  await story.step({
    title: "… but a volunteer has no access to any person, not even to an alias",
    as: "perron-4-volunteer",
    method: `${dropin}/ListParticipants`,
    request: {},
    wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED",
  });
  await story.step({
    title: "The manager sees one bar, no list",
    as: "perron-4-leader",
    method: `${dropin}/GetVisitTallies`,
    request: { first_day: day, last_day: day },
    check(response) {
      const morning = response.tallies.find((t) => t.partOfDay === "PART_OF_DAY_MORNING");
      assert.equal(morning.visitorsEstimate, tally.tally.visitorsEstimate);
      assert.deepEqual(Object.keys(morning).sort(), ["date", "etag", "name", "offerCounts", "partOfDay", "visitorsEstimate"]);
      return `${morning.visitorsEstimate} besøg i formiddag`;
    },
  });
  await story.step({
    title: "Another drop-in centre asks the same and sees its own house only",
    as: "slotsgaarden-1",
    method: `${dropin}/GetVisitTallies`,
    request: { first_day: day, last_day: day },
    check(response) {
      assert.ok(!response.tallies.some((t) => t.partOfDay === "PART_OF_DAY_MORNING"), "Slotsgården sees a morning it never counted");
      return "nothing was counted there this morning";
    },
  });

  story.chapter("The job centre would like to know who was there.");
  await story.step({
    title: "It asks for the house's list of aliases",
    as: "jobcenter-1",
    method: `${dropin}/ListParticipants`,
    request: {},
    wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED",
  });
  const known = await story.step({
    title: "It has a citizen of its own on file",
    as: "jobcenter-1",
    method: "brobygger.registry.v1.RegistryService/EnsureCitizen",
    request: { presence: stated("PHONE"), request_id: requestId() },
    check: () => "its own reference, which says nothing to anybody else",
  });
  const look = (citizen, purposeOf = purpose("WORK_AND_EDUCATION")) => ({ citizen, holder: "agencies/perron-4", purpose: purposeOf, categories: categories("CONTACT", "DAILY_LIFE") });
  const refused = "PERMISSION_DENIED CONSENT_REQUIRED";
  const first = await story.step({
    title: "It asks the drop-in centre's door about that citizen",
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(known.citizen),
    wanted: refused,
  });
  await story.step({
    title: "It asks about somebody who does not exist: the same answer, byte for byte",
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(strangerReference()),
    wanted: refused,
    check(answer) {
      assert.equal(answer.raw, first.raw);
    },
  });
  // An agency's own system comes straight to the door; the gateway is for people.
  if (story.client.carriesSystems) {
    await story.step({
      title: "Its computer system asks, on behalf of the caseworker",
      as: "system:jobcenter",
      onBehalfOf: "jobcenter-1",
      method: `${dropin}/GetCitizenFile`,
      request: look(known.citizen),
      wanted: refused,
      check: (answer) => assert.equal(answer.raw, first.raw),
    });
  }
  await story.step({
    title: "A purpose such as control cannot even be written down",
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(known.citizen, 99),
    wanted: "INVALID_ARGUMENT UNKNOWN_ENUM",
  });
}
