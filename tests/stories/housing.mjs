// What the stories of the housing service have in common.
import assert from "node:assert/strict";
import { registry } from "../lib/contracts.mjs";
import { categories, purpose } from "../lib/values.mjs";

const housing = "brobygger.housing.v1.HousingService";
const support = "brobygger.housing.v1.SupportService";

export const isSet = (value) =>
  value !== undefined && value !== "" && value !== 0 && value !== false && value !== null && !(Array.isArray(value) && value.length === 0) && !(typeof value === "string" && value.endsWith("_UNSPECIFIED"));

// A message as JSON with only what is set, at any depth: what a look has really shown.
export function shown(message) {
  if (Array.isArray(message)) return message.map(shown);
  if (message === null || typeof message !== "object") return message;
  return Object.fromEntries(Object.entries(message).filter(([, value]) => isSet(value)).map(([key, value]) => [key, shown(value)]));
}

// A category in the masks of the ledger.
export const bitOf = (category) => 1 << registry().getEnum("brobygger.type.v1.DataCategory").values.find((v) => v.name === `DATA_CATEGORY_${category}`).number;

// The duties on the due list that are about this record, as { reason, dueOn, name }; every page is read.
export async function dutiesAbout(story, as, about) {
  const found = [];
  let page_token = "";
  do {
    const response = await story.quietly(as, `${support}/ListDuties`, { page_size: 100, page_token });
    found.push(...response.duties);
    page_token = response.nextPageToken;
  } while (page_token);
  const days = found.map((d) => Date.UTC(d.dueOn.year, d.dueOn.month - 1, d.dueOn.day));
  assert.deepEqual(days, [...days].sort((a, b) => a - b), "the due list is not by day");
  return found.filter((d) => d.about === about).map(({ reason, dueOn, name }) => ({ reason: reason.replace("DUTY_REASON_", ""), dueOn, name }));
}

// One step that reads the due list: exactly this stands there about the record.
export const due = (story, { title, as, about, wanted }) =>
  story.step({
    title,
    as,
    method: `${support}/ListDuties`,
    request: { page_size: 100 },
    async check() {
      const found = await dutiesAbout(story, as, about);
      assert.deepEqual(found.map(({ reason, dueOn }) => ({ reason, dueOn })), wanted);
      return found.map((d) => `${d.reason}, ${d.dueOn.day}.${d.dueOn.month}.`);
    },
  });

// One step through a door, that of housing unless another is named: exactly this is shown, or it is refused, with the same bytes as `same`.
export const lookThrough = (story, { title, as, citizen, wanted, expected, answer = "OK", about = "FIND_AND_KEEP_HOME", method = `${housing}/GetCitizenFile`, holder = "agencies/boligenhed", same }) =>
  story.step({
    title,
    as,
    method,
    request: { citizen, holder, purpose: purpose(about), categories: categories(...wanted) },
    wanted: answer,
    check(response) {
      if (same) assert.equal(response.raw, same.raw, "another refusal than before");
      if (answer !== "OK") return [];
      assert.deepEqual(shown(response.file ?? {}), expected);
      return Object.entries(expected).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    },
  });
