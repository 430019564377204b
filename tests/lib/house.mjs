// Aliases, activities and what people do together, for tests of the drop-in service.
import assert from "node:assert/strict";
import { viaGrpc } from "./client.mjs";
import { mint } from "./tokens.mjs";
import { date, requestId } from "./values.mjs";

export const dropin = "brobygger.dropin.v1.DropinService", activities = "brobygger.dropin.v1.ActivityService", meals = "brobygger.dropin.v1.MealService";
export const told = (answer) => (answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}`);
// A record of the right form that nobody has.
export const stranger = (kind) => `${kind}/${"q".repeat(26)}`;

// Somebody of the house; with `ahead`, one of its staff by a clock that is `ahead()` seconds ahead. ask: one call, answered whatever it is; ok: it has to succeed; act: so does this change, under a key of its own.
export function house({ as = "perron-4-1", ahead } = {}) {
  const who = () => {
    if (!ahead) return { as };
    const now = Math.floor(Date.now() / 1000) + ahead();
    return { token: mint({ sub: as, agency: "agencies/perron-4", roles: ["DROPIN_STAFF"], iat: now, exp: now + 300 }) };
  };
  const ask = (method, request, more) => viaGrpc.call({ ...who(), method, request, timeout: 20_000, ...more });
  const ok = async (method, request) => {
    const answer = await ask(method, request);
    assert.equal(answer.code, "OK", `${method} as ${as}: ${told(answer)} ${answer.message} ${JSON.stringify(answer.violations)}`);
    return answer.response;
  };
  const act = (method, request) => ok(method, { ...request, request_id: requestId() });
  // A trip in a week.
  const plan = (more = {}) => ({
    title: "Tur til Den Gamle By", kind: "ACTIVITY_KIND_TRIP", date: date(7), from_minute: 540, place: "Bussen holder ved Perron 4", note: "Madpakke og drikkelse er med",
    capacity: 10, fee_dkk: 40, fee_waiver_allowed: true, planned_by: "PLANNED_BY_HOUSE", ...more,
  });
  return {
    ask,
    ok,
    act,
    plan,
    alias: async (alias = "Løve", wishes = []) => (await act(`${dropin}/CreateParticipant`, { alias, wishes })).participant.name,
    activity: async (more) => (await act(`${activities}/CreateActivity`, { plan: plan(more) })).activity.name,
    get: async (name) => (await ok(`${activities}/GetActivity`, { name })).activity,
    places: async (activity) => (await ok(`${activities}/ListPlaces`, { activity })).places,
    budget: async (super_user, kroner = 500) => (await act(`${activities}/OpenBudget`, { super_user, first_day: date(), last_day: date(90), amount_ore: kroner * 100 })).budget.name,
    // The budget as it stands; those in use only.
    async budgetNow(name) {
      let page_token = "";
      do {
        const page = await ok(`${activities}/ListBudgets`, { page_size: 100, page_token });
        const found = page.budgets.find((b) => b.name === name);
        if (found) return found;
        page_token = page.nextPageToken;
      } while (page_token);
      return undefined;
    },
  };
}
