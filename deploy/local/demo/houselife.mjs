// How the demo's Perron 4 is run: shifts of the next two weeks, a user shift, a house meeting to come, ideas from the box; and who looks
// out for whom there: a call list, food, a terrace, a companion. Nobody is real. Days that have shifts, and ideas that hang, stay.
import { backup, life as lifeOf, network as networkOf, sundayIn, volunteers, weekday } from "../../../tests/lib/houselife.mjs";
import { date } from "../../../tests/lib/values.mjs";

const staff = "perron-4-1", tablet = "perron-4-volunteer";
const life = (method) => `${lifeOf}/${method}`, network = (method) => `${networkOf}/${method}`;
const same = (a, b) => a.year === b.year && a.month === b.month && a.day === b.day;
const ideas = ["Varm suppe om torsdagen", "En bænk ude foran døren", "Filmaften en gang om måneden"];

export async function loadHouseLife(call, keyOf) {
  const ask = async (method, request, as = staff) => (await call(as, method, request)).response;
  const act = async (method, request, { as = staff, accepted } = {}) => (await call(as, method, { ...request, request_id: keyOf(as, method, request, Date.now()) }, accepted)).response;

  const { shifts } = await ask(life("ListShifts"), { first_day: date(), last_day: date(13) });
  for (let days = 0; days < 14; days++) {
    const on = weekday(date(days));
    if (on === 6 || shifts.some((s) => same(s.date, date(days)))) continue; // Sunday is for those who use the house
    const plan = (from_minute, to_minute, more) => act(life("PlanShift"), { date: date(days), from_minute, to_minute, staff_count: 2, ...more });
    if (on === 5) await plan(480, 840);
    else {
      await plan(480, 900, { staff_count: 3 });
      await plan(900, 1260, on === 4 ? { staff_count: 1, phone_backup: backup } : {});
    }
  }
  const sunday = date(sundayIn());
  const { shifts: users } = await ask(life("ListUserShifts"), { page_size: 100 });
  if (!users.some((s) => s.state === "SHIFT_STATE_PLANNED" && same(s.date, sunday))) {
    const ways = [...volunteers(2), { recruitment: "RECRUITMENT_ENCOURAGED_BY_USER", count: 1 }];
    await act(life("PlanUserShift"), { date: sunday, from_minute: 480, to_minute: 840, volunteers: ways, phone_backup: backup });
  }

  const { suggestions } = await ask(life("ListSuggestions"), { page_size: 100 });
  if (suggestions.some((s) => s.text === ideas[0])) return; // loaded before
  const names = [];
  for (const text of ideas) {
    const { name } = await act(life("PostSuggestion"), { text }, { as: tablet });
    await act(life("ScreenSuggestion"), { name });
    names.push(name);
  }
  await act(life("PostSuggestion"), { text: "Flere gule krus" }, { as: tablet });
  const planned = await call(staff, life("ScheduleHouseMeeting"), { date: date(9), start_minute: 780, request_id: keyOf(staff, "meeting", Date.now()) }, ["DUPLICATE"]);
  if (planned.code === "OK") {
    const { meeting } = planned.response;
    await act(life("PutOnAgenda"), { suggestion: names[0], meeting: meeting.name });
    await act(life("PublishAgenda"), { name: meeting.name, agenda: "1. Siden sidst\n2. Forslag fra postkassen\n3. Jul i huset\n4. Eventuelt" });
  }

  const { participants } = await ask("brobygger.dropin.v1.DropinService/ListParticipants", { page_size: 100 });
  const known = (alias) => participants.find((p) => p.alias === alias)?.name;
  const captain = known("Kaptajnen"), blackbird = known("Fru Solsort");
  const evenings = ["TUESDAY", "THURSDAY"].map((day) => ({ weekday: `WEEKDAY_${day}`, from_minute: 19 * 60, to_minute: 21 * 60 }));
  await act(network("SetOutreachPlan"), { plan: { phone_hours: evenings, usual_portions_a_week: 140 } });
  await act(network("PlanFoodRound"), { date: date(1), source: "FOOD_SOURCE_CAFE_AGREEMENT", mode: "FOOD_MODE_CARGO_BIKE", portions: 60 });
  await act(network("PlanFoodRound"), { date: date(2), source: "FOOD_SOURCE_OWN_KITCHEN", mode: "FOOD_MODE_HOME", portions: 8 });
  await act(network("OpenOutdoorArea"), { display_name: "Terrassen", capacity: 20, groups: 2 }, { accepted: ["DUPLICATE"] });
  if (captain) {
    await act(network("JoinCallList"), { participant: captain, phone: "+4500000001", interval_days: 7, caller: "CALLER_STAFF", person_to_ask: { called: "min bror", reach: "Havnen, om formiddagen" } });
    await act(network("JoinFoodRounds"), { participant: captain, address: "Eksempelgade 4", note: "Ring to gange", until: date(30) });
    await act(network("RecordSmallStep"), { participant: captain, kind: "SMALL_STEP_KIND_HELPED", text: "Lavede kaffe til alle", stance: "STAFF_STANCE_SITTING_ON_HANDS", done_on: date(), written_together: true });
  }
  if (blackbird) {
    await act(network("JoinCallList"), { participant: blackbird, phone: "+4500000002", interval_days: 14, caller: "CALLER_VOLUNTEER" });
    const presence = { stated: { method: "PRESENCE_METHOD_IN_PERSON", time: new Date(Date.now() - 1000).toISOString() } };
    await act(network("RequestCompanion"), { participant: blackbird, presence, date: date(6), start_minute: 570, place: "Regionshospitalet", may_hear: ["DATA_CATEGORY_HEALTH"] });
  }
  console.log(`Perron 4: two weeks of shifts, a Sunday opened by those who use the house, ${ideas.length} ideas on the board, a call list, food that goes out`);
}
