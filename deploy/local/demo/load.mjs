// Loads the demo municipality into a running instance, through the same calls that staff make: the drop-in centres with
// their hours and offers, a closed count week, what people do together (together.mjs), how the house is run
// (houselife.mjs), the housing side (housing.mjs) and the nurse clinic (clinic.mjs). What was loaded before stays as it is; counted
// visits are not counted twice.
// Opening hours that the source documents do not give are left out; times and dates of single offers are made up.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { viaGrpc, close } from "../../../tests/lib/client.mjs";
import { date } from "../../../tests/lib/values.mjs";
import { loadClinic } from "./clinic.mjs";
import { loadHouseLife } from "./houselife.mjs";
import { loadHousing } from "./housing.mjs";
import { loadTogether } from "./together.mjs";

const dropin = (method) => `brobygger.dropin.v1.DropinService/${method}`;
const { centres } = JSON.parse(readFileSync(new URL("centres.json", import.meta.url), "utf8"));

// The same request again gives the same answer: the key follows from what is asked.
const keyOf = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);

async function call(account, method, request, accepted = []) {
  const answer = await viaGrpc.call({ method, as: account, request });
  if (answer.code !== "OK" && !accepted.includes(answer.reason)) {
    throw new Error(`${method} as ${account}: ${answer.code} ${answer.reason ?? ""} ${answer.message} ${JSON.stringify(answer.violations ?? [])}`);
  }
  return answer;
}

const minutes = (time) => {
  const [hours, rest] = time.split(":").map(Number);
  return hours * 60 + rest;
};

const stretches = (hours = []) => hours.flatMap(({ days, from, to }) => days.map((day) => ({ weekday: `WEEKDAY_${day}`, from_minute: minutes(from), to_minute: minutes(to) })));
// An offer as it is written in centres.json: weekly times, and dates counted from today.
const offerOf = ({ times, in_days = [], from, to, ...offer }) => ({
  ...offer, times: stretches(times), dates: in_days.map((days) => ({ date: date(days), from_minute: minutes(from), to_minute: minutes(to) })),
});

for (const { account, centre, hours, offers: written, count_week } of centres) {
  const openingHours = stretches(hours), offers = written.map(offerOf);
  const update = { centre: { ...centre, opening_hours: openingHours } };
  await call(account, dropin("UpdateCentre"), { ...update, request_id: keyOf(account, update, Date.now()) });
  await call(account, dropin("UpdateOffers"), { offers, request_id: keyOf(account, offers, Date.now()) });
  console.log(`${centre.display_name}: ${openingHours.length} stretches of opening hours, ${offers.length} offers`);

  if (count_week) {
    const first = -14;
    const opened = await call(account, dropin("OpenCountWeek"), { first_day: date(first), request_id: keyOf(account, "open", date(first)) }, ["DUPLICATE"]);
    if (opened.code !== "OK") continue; // loaded on an earlier day
    for (const [day, visitors] of count_week.visitors_per_day.entries()) {
      await call(account, dropin("RecordVisitTally"), { date: date(first + day), part_of_day: "PART_OF_DAY_AFTERNOON", add_visitors: visitors, request_id: keyOf(account, "tally", date(first + day)) });
    }
    const { response } = await call(account, dropin("CloseCountWeek"), { name: opened.response.week.name, request_id: keyOf(account, "close", date(first)) });
    console.log(`${centre.display_name}: a count week with ${response.week.averagePerDay} visitors a day on average`);
  }
}
await loadTogether(call, keyOf);
await loadHouseLife(call, keyOf);
await loadHousing(call, keyOf);
await loadClinic(call, keyOf);
close();
