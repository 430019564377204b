// What people in the drop-in centre do together: a few aliases (nobody real), a meal plan, a trip with sign-ups, a group that plans, a
// super-user's budget. An alias that is known stays as it is; a trip that still comes is not hung up twice.
import { date } from "../../../tests/lib/values.mjs";

const account = "perron-4-1";
const dropin = (method) => `brobygger.dropin.v1.DropinService/${method}`;
const activities = (method) => `brobygger.dropin.v1.ActivityService/${method}`;
const meals = (method) => `brobygger.dropin.v1.MealService/${method}`;
const aliases = ["Kaptajnen", "Fru Solsort", "Ørnen", "Havnens Ole"];

export async function loadTogether(call, keyOf) {
  const act = async (method, request, accepted) => (await call(account, method, { ...request, request_id: keyOf(account, method, request, Date.now()) }, accepted)).response;

  const known = new Map();
  for (let page_token = ""; ;) {
    const { response } = await call(account, dropin("ListParticipants"), { page_size: 100, page_token });
    for (const p of response.participants) known.set(p.alias, p.name);
    if (!(page_token = response.nextPageToken)) break;
  }
  const people = [];
  for (const alias of aliases) people.push(known.get(alias) ?? (await act(dropin("CreateParticipant"), { alias })).participant.name);
  const [captain, blackbird, eagle, ole] = people;

  await act(meals("StartMealPlan"), { participant: captain, from: date(), meals_a_week: 5, price_ore: 17_500 }, ["WRONG_STATE"]);
  await act(meals("StartMealPlan"), { participant: blackbird, from: date(), meals_a_week: 2, price_ore: 7_000 }, ["WRONG_STATE"]);
  await act(meals("EstimateLooseContact"), { loose_contact_estimate: 100 });

  const title = "Tur til Den Gamle By";
  const { response } = await call(account, activities("ListActivities"), { page_size: 100 });
  if (!response.activities.some((a) => a.plan.title === title && a.plan.activityGroup)) {
    const { group } = await act(activities("CreateActivityGroup"), { title: "Turgruppen", members: [captain, blackbird, eagle], staff: ["perron-4-1", "perron-4-2"] });
    const { budget } = await act(activities("OpenBudget"), { super_user: ole, first_day: date(), last_day: date(90), amount_ore: 50_000 });
    const trip = {
      title, kind: "ACTIVITY_KIND_TRIP", date: date(12), from_minute: 9 * 60, place: "Bussen holder ved Perron 4", note: "Madpakke og drikkelse er med.\nHunde må komme med.",
      capacity: 8, fee_dkk: 40, fee_waiver_allowed: true, planned_by: "PLANNED_BY_ACTIVITY_GROUP", activity_group: group.name,
    };
    const { activity } = await act(activities("CreateActivity"), { plan: trip });
    const sign = (participant, role) => act(activities("SignUp"), { activity: activity.name, participant, role: `ACTIVITY_ROLE_${role}` });
    const { place } = await sign(captain, "PLAYER");
    await sign(blackbird, "CAKE_BAKER");
    await act(activities("TakePlace"), { activity: activity.name, role: "ACTIVITY_ROLE_JUST_ALONG" });
    await act(activities("WaiveFee"), { activity: activity.name, ticket: place.ticket, waiver: "FEE_WAIVER_BUDGET", budget: budget.name });
    const golf = { title: "Stigegolf i gården", kind: "ACTIVITY_KIND_GAME", date: date(3), from_minute: 13 * 60, place: "Gården", capacity: 12, planned_by: "PLANNED_BY_SUPER_USER" };
    await act(activities("CreateActivity"), { plan: golf });
  }
  console.log(`Perron 4: ${people.length} aliases, meal plans, a trip and a game to sign up for`);
}
