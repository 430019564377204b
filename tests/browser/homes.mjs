// Houses and people in the line, made by calls, for tests that are about what comes after.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { viaGrpc } from "../lib/client.mjs";
import { requestId, stated, strangerReference } from "../lib/values.mjs";
import { base, settled } from "./browser.mjs";

// A mark that no other run has, so that a test changes only what is its own.
export const mark = randomBytes(4).toString("hex");

export async function call(method, request, account = "boligenhed-1") {
  const answer = await viaGrpc.call({ method: `brobygger.housing.v1.${method}`, as: account, request: { ...request, request_id: requestId() } });
  assert.equal(answer.code, "OK", `${method}: ${answer.reason} ${answer.message}`);
  return answer.response;
}
export async function read(method, request, account = "boligenhed-1") {
  const answer = await viaGrpc.call({ method: `brobygger.housing.v1.${method}`, as: account, request });
  assert.equal(answer.code, "OK", `${method}: ${answer.reason} ${answer.message}`);
  return answer.response;
}

let houses = 0;
// A house of its own: { slug, display_name }.
export async function newHouse({ kind = "CROOKED_HOME", floors = 1, flats = 3, unit_codes = [] } = {}) {
  const slug = `prove-${mark}-${++houses}`;
  const house = { slug, display_name: `Prøvehus ${mark} ${houses}`, kind: `UNIT_KIND_${kind}`, floors, flats_per_floor: flats, rooms: 1, unit_codes };
  await call("HomesService/RegisterHouse", house);
  return house;
}

const people = [];
// Somebody in the line: { citizen: its id, referral: its name }.
export async function inLine(kind = "SHELTER_ROOM") {
  const citizen = strangerReference();
  const needs = { requested_kind: `UNIT_KIND_${kind}`, homeless: true, substance_use: "SELF_DECLARED_NOT_SAID", support_need: "SUPPORT_NEED_LIMITED" };
  const { referral } = await call("AllocationService/SubmitHousingReferral", { citizen, presence: stated(), needs });
  await call("AllocationService/AssessHousingReferral", { name: referral.name, etag: referral.etag });
  await call("AllocationService/JoinWaitingList", { name: referral.name, presence: stated() });
  people.push(referral.name);
  return { citizen: citizen.slice("citizens/".length), referral: referral.name, tag: citizen.slice(-4) };
}

// Takes back what is still open of them, so that the line does not grow with every run.
export async function leaveTheLine() {
  for (const name of people.splice(0)) {
    await viaGrpc.call({ method: "brobygger.housing.v1.AllocationService/WithdrawHousingReferral", as: "boligenhed-1", request: { name, presence: stated(), request_id: requestId() } });
  }
}

// Everybody in the line, in its order: names of referrals.
export async function theLine(kind) {
  const names = [];
  for (let page_token = ""; ; ) {
    const page = await read("AllocationService/ListWaiting", { kind: `UNIT_KIND_${kind}`, page_size: 100, page_token });
    names.push(...page.referrals.map(({ name }) => name));
    page_token = page.nextPageToken;
    if (!page_token) return names;
  }
}

export async function offerOf({ citizen }) {
  const { offers } = await read("AllocationService/ListOffers", { citizen: `citizens/${citizen}` });
  return offers[0];
}

export async function open(page, path) {
  await page.goto(base + path);
  await settled(page);
}

// Reads on in a list until this can be seen, or the list ends.
export async function readOn(page, wanted) {
  await settled(page);
  for (const more = page.getByRole("button", { name: "Vis flere" }); !(await wanted.count()) && (await more.count()); await settled(page)) await more.first().click();
  await wanted.first().waitFor();
}

// Fills the three boxes of a date: days from today.
export async function fillDate(page, group, days) {
  const then = new Date(Date.now() + days * 86_400_000);
  const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Copenhagen" }).format(then).split("-").map(String);
  for (const [label, value] of [["Dag", day], ["Måned", month], ["År", year]]) await page.locator(group).getByLabel(label).fill(value);
}

// The page for an offer asks why, if others have waited longer.
export async function reasonIfPassed(page) {
  if (await page.locator("#reason").count()) await page.getByLabel("Den første har bedt om at vente").check();
}
