// The judge of the other tests, judged: one history that is right, and each way in which it may be wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, unmatched } from "./lib/ledger.mjs";

const LOOK = 1, CONSENT = 2, GIVEN = 1, WITHDRAWN = 3, RULE_CONSENT = 1, RULE_WITHDRAWN = 4;
// given, looked at twice, withdrawn, refused; another citizen's refusal in between
function right() {
  const row = (number, time, subject, sequence, previous, more) => ({ id: `${number}-0`, number, time, subject, sequence, previous, person: "p", saltSizes: [16, 16], act: 0, rule: 0, consent: "", ...more });
  return [
    row(1, 100, "a", 1, 0, { kind: CONSENT, act: GIVEN, consent: "c" }),
    row(2, 110, "a", 2, 1, { kind: LOOK, rule: RULE_CONSENT, consent: "c" }),
    row(3, 110, "b", 1, 0, { kind: LOOK, rule: 2 }),
    row(4, 120, "a", 3, 2, { kind: LOOK, rule: RULE_CONSENT, consent: "c" }),
    row(5, 130, "a", 4, 4, { kind: CONSENT, act: WITHDRAWN, consent: "c" }),
    row(6, 140, "a", 5, 5, { kind: LOOK, rule: RULE_WITHDRAWN, consent: "c" }),
  ];
}
const changed = (change) => { const rows = right(); change(rows); return faults(rows); };

test("a history that is right", () => assert.deepEqual(faults(right()), { wrong: [], late: 0, withdrawals: 1 }));
test("a number is missing", () => assert.match(changed((r) => r.splice(2, 1)).wrong[0], /entry 4 follows entry 2/));
test("time falls", () => assert.match(changed((r) => { r[4].time = 90; }).wrong[0], /earlier/));
test("a chain leaves an entry out", () => assert.match(changed((r) => { r[3].previous = 1; }).wrong[0], /its chain/));
test("a chain's sequence jumps", () => assert.match(changed((r) => { r[5].sequence = 7; }).wrong[0], /its chain/));
test("an entry stands in another place", () => assert.match(changed((r) => { r[1].id = "7-0"; }).wrong[0], /stands at/));
test("a permit after the withdrawal", () => {
  const found = changed((r) => { r[5].rule = RULE_CONSENT; });
  assert.equal(found.late, 1);
  assert.match(found.wrong[0], /entry 6 permits under a consent withdrawn by entry 5/);
});
test("a permit before the giving", () => assert.match(changed((r) => { r[0].act = 2; }).wrong[0], /nobody has given/));
const arrow = { holder: "h", recipient: "r", purpose: 3, asked: 6, mask: 2 };
const arrows = (change) => changed((r) => { for (const row of r) Object.assign(row, arrow); change(r); }).wrong;
test("a permit for another holder, recipient or purpose, or for more than was given or asked", () => {
  assert.deepEqual(arrows(() => {}), []);
  for (const what of ["holder", "recipient", "purpose"]) assert.match(arrows((r) => { r[1][what] = "x"; })[0], /entry 2 permits under a consent for something else/);
  assert.match(arrows((r) => { r[1].mask = 6; })[0], /and more than that/);
  assert.match(arrows((r) => { r[1].asked = 4; })[0], /and more than that/);
});
test("a permit under a consent that a newer one has followed", () => {
  assert.match(arrows((r) => { Object.assign(r[2], { subject: "a", kind: CONSENT, act: GIVEN, consent: "d", sequence: 3, previous: 2 }); Object.assign(r[3], { sequence: 4, previous: 3 }); r[4].sequence = 5; r[5].sequence = 6; })[0], /followed by another with entry 3/);
});
test("a consent is withdrawn twice", () => assert.match(changed((r) => { Object.assign(r[5], { kind: CONSENT, act: WITHDRAWN }); }).wrong[0], /second time/));

const look = (subject, permitted, from, to) => ({ subject, person: "p", permitted, from, to });
test("answers with an entry each", () => {
  assert.deepEqual(unmatched([look("a", true, 105, 112), look("a", true, 104, 125), look("b", false, 100, 115), look("a", false, 135, 150)], right(), 0), []);
  // Both span both entries; and one that only fits the first, though it began first.
  assert.deepEqual(unmatched([look("a", true, 100, 125), look("a", true, 100, 112)], right(), 0), []);
});
test("an answer without entry: none of its kind, not in its time, or taken by another", () => {
  for (const [looks, missing] of [
    [[look("a", false, 105, 112)], 1],
    [[look("b", true, 100, 115)], 1],
    [[look("nobody", false, 100, 115)], 1],
    [[look("a", true, 121, 150)], 1],
    [[look("a", true, 105, 112), look("a", true, 105, 115)], 1],
    [[look("a", true, 100, 150), look("a", true, 100, 150), look("a", true, 100, 150)], 1],
  ]) assert.equal(unmatched(looks, right(), 0).length, missing, JSON.stringify(looks));
});
