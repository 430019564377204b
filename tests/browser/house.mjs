// The house and somebody in it, made by calls, for tests that are about what comes after.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { viaGrpc } from "../lib/client.mjs";
import { requestId } from "../lib/values.mjs";
import { base, settled } from "./browser.mjs";

// A mark that no other run has, so that a test finds its own.
export const mark = randomBytes(3).toString("hex");

export async function call(method, request = {}, account = "perron-4-1") {
  const answer = await viaGrpc.call({ method: `brobygger.dropin.v1.${method}`, as: account, request: { ...request, request_id: requestId() } });
  assert.equal(answer.code, "OK", `${method}: ${answer.reason} ${answer.message}`);
  return answer.response;
}

export async function read(method, request = {}, account = "perron-4-1") {
  const answer = await viaGrpc.call({ method: `brobygger.dropin.v1.${method}`, as: account, request });
  assert.equal(answer.code, "OK", `${method}: ${answer.reason} ${answer.message}`);
  return answer.response;
}

const people = [];
// Somebody whom the house knows by a name: { name, alias }.
export async function somebody(called = "Prøve") {
  const alias = `${called} ${mark} ${people.length + 1}`;
  const { participant } = await call("DropinService/CreateParticipant", { alias });
  people.push(participant.name);
  return { name: participant.name, alias };
}

// They leave no trace behind the tests.
export async function forgetEverybody() {
  for (const name of people.splice(0)) await viaGrpc.call({ method: "brobygger.dropin.v1.DropinService/ForgetParticipant", as: "perron-4-1", request: { name, request_id: requestId() } });
}

export async function open(page, path) {
  await page.goto(base + path);
  await settled(page);
}

// The line of a list in which these words stand.
export const line = (page, words) => page.locator("main li").filter({ hasText: words });
export const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();
