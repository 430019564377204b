// D9, part two: a Sunday. Those who use the house open it themselves, with somebody near who answers the phone.
import assert from "node:assert/strict";
import { backup, life, sundayIn, volunteers } from "../lib/houselife.mjs";
import { date, requestId } from "../lib/values.mjs";

const dropin = "brobygger.dropin.v1.DropinService";
const staff = "perron-4-1", tablet = "perron-4-volunteer";
const keyed = (request) => ({ ...request, request_id: requestId() });
const same = (a, b) => a.year === b.year && a.month === b.month && a.day === b.day;

// The last Sunday that can be confirmed and has no user shift yet: the story can be played many times on one instance.
async function freeSunday(story) {
  const { shifts } = await story.quietly(staff, `${life}/ListUserShifts`, { page_size: 100 });
  for (let weeks = 7; weeks >= 0; weeks--) {
    const day = date(sundayIn(weeks));
    if (!shifts.some((s) => s.state === "SHIFT_STATE_PLANNED" && same(s.date, day))) return day;
  }
  throw new Error("every Sunday of the next weeks has a user shift");
}

export async function play(story) {
  story.chapter("A Sunday. The house is closed then, unless those who use it open it.");
  const day = await freeSunday(story);
  const confirmed = async () => (await story.quietly(staff, `${dropin}/GetCentre`, {})).centre.confirmedDays.some((d) => same(d, day));
  const shift = (more) => ({ as: staff, method: `${life}/PlanUserShift`, request: keyed({ date: day, from_minute: 480, to_minute: 840, volunteers: volunteers(1), ...more }) });
  await story.step({
    title: "Somebody says that it opens all the same: without a shift it does not",
    as: staff,
    method: `${dropin}/ConfirmConditionalDay`,
    request: keyed({ date: day, open: true }),
    wanted: "FAILED_PRECONDITION STAFFING_TOO_LOW",
  });
  await story.step({
    title: "One volunteer would like to open, and nobody is near who answers the phone",
    ...shift(),
    wanted: "FAILED_PRECONDITION STAFFING_TOO_LOW",
    check: async () => assert.equal(await confirmed(), false),
  });
  await story.step({
    title: "A colleague who lives around the corner takes the phone: the house opens",
    ...shift({ phone_backup: backup }),
    async check({ shift: s }) {
      assert.equal(await confirmed(), true);
      return `${s.volunteers[0].count} volunteer, who came to it by themselves; open on ${day.day}.${day.month}. from 8 to 14`;
    },
  });
  await story.step({
    title: "The volunteers read when the shifts are, and how many take them: nobody is named",
    as: tablet,
    method: `${life}/ListUserShifts`,
    request: { page_size: 100 },
    check({ shifts }) {
      const found = shifts.find((s) => s.state === "SHIFT_STATE_PLANNED" && same(s.date, day));
      assert.deepEqual(Object.keys(found).sort(), ["date", "etag", "fromMinute", "name", "phoneBackup", "state", "toMinute", "volunteers"]);
    },
  });
  await story.step({ title: "Staff have the same rule: one alone", as: staff, method: `${life}/PlanShift`, request: keyed({ date: date(45), from_minute: 480, to_minute: 900, staff_count: 1 }), wanted: "FAILED_PRECONDITION STAFFING_TOO_LOW" });
  const { shift: two } = await story.step({
    title: "… two are enough without a phone",
    as: staff,
    method: `${life}/PlanShift`,
    request: keyed({ date: date(45), from_minute: 480, to_minute: 900, staff_count: 2 }),
    check: ({ shift: s }) => assert.equal(s.staffing, "STAFFING_VALID"),
  });
  await story.step({
    title: "One of them falls ill. How it is can always be said; it is a warning, and closes the house then",
    as: staff,
    method: `${life}/ReportStaffing`,
    request: keyed({ name: two.name, staff_count: 1 }),
    check: ({ shift: s }) => assert.equal(s.staffing, "STAFFING_TOO_LOW"),
  });
  await story.step({ title: "The shift is called off", as: staff, method: `${life}/CancelShift`, request: keyed({ name: two.name }) });
  await story.step({
    title: "Today in the house: how many are on duty, what is on, what somebody should see to",
    as: tablet,
    method: `${life}/GetToday`,
    request: {},
    check: ({ opening, onShift, warnings }) => [`${opening.labelDa}, ${onShift.length} shifts today`, ...warnings.map((w) => w.replace("HOUSE_WARNING_", "").toLowerCase().replaceAll("_", " "))],
  });
}
