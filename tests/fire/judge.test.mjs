// The judge of the fire, judged: one history that is right, and each way in which it may be wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { service } from "../faults/lib/world.mjs";
import { Ruler } from "./lib/history.mjs";
import { judge } from "./lib/judge.mjs";

const LOOK = 1, CONSENT = 2, GIVEN = 1, WITHDRAWN = 3, RULE_CONSENT = 1, RULE_WITHDRAWN = 4;
const dropin = (name) => `${service.dropin}/${name}`, consent = (name) => `${service.consent}/${name}`;
const categories = ["DATA_CATEGORY_CONTACT", "DATA_CATEGORY_APPOINTMENTS"], both = (1 << 1) | (1 << 9);
const people = [{ citizen: "holder-a", reference: "recipient-a", subject: "a", mark: "A" }, { citizen: "holder-b", reference: "recipient-b", subject: "b", mark: "B" }];

// A citizen's file is written, a yes given, looked at, written again, looked at, taken back, looked at; counted twice; a screening begun.
function right() {
  const ruler = new Ruler();
  // One sample a millisecond; entry n is there from n * 10 on.
  ruler.samples = Array.from({ length: 200 }, (_, ms) => ({ from: ms, to: ms + 0.5, number: Math.min(4, Math.floor(ms / 10)) }));
  const call = (from, to, as, method, request, response, reason) => ({ from, to, as, method, request, code: response ? "OK" : "PERMISSION_DENIED", response, reason });
  const file = (text) => ({ file: { howToMeet: text, goals: "", appointments: [] }, grantedCategories: categories });
  const look = { citizen: "recipient-a", categories };
  const tally = (id) => ({ date: { year: 2026, month: 1, day: 2 }, part_of_day: "MORNING", add_visitors: 1, request_id: id });
  const tallies = (n) => ({ tallies: [{ date: { year: 2026, month: 1, day: 2 }, partOfDay: "MORNING", visitorsEstimate: n }] });
  const write = (n) => ({ citizen: "holder-a", request_id: `w${n}`, shared: { how_to_meet: `A ${n}` } });
  const calls = [
    call(0, 1, "p", dropin("GetVisitTallies"), {}, tallies(5)),
    call(1, 3, "p", dropin("UpdateRegular"), write(1), { done: 1 }),
    call(5, 12, "p", consent("ActivateConsents"), { citizen: "holder-a", request_id: "g" }, { done: 1 }),
    call(15, 24, "p", dropin("GetCitizenFile"), look, file("A 1")),
    call(21, 25, "p", dropin("UpdateRegular"), write(2), { done: 2 }),
    call(26, 27, "p", dropin("GetRegular"), { citizen: "holder-a" }, { regular: { shared: { howToMeet: "A 2" } } }),
    call(28, 33, "p", consent("WithdrawConsents"), { citizen: "holder-a", request_id: "t" }, { done: 1 }),
    call(36, 45, "p", dropin("GetCitizenFile"), look, undefined, "CONSENT_REQUIRED"),
    call(50, 51, "p", dropin("RecordVisitTally"), tally("c1"), undefined, ""),
    call(52, 53, "p", dropin("RecordVisitTally"), tally("c1"), { n: 6 }),
    call(53, 54, "p", dropin("RecordVisitTally"), tally("c2"), { n: 7 }),
    call(55, 56, "p", dropin("GetVisitTallies"), {}, tallies(7)),
    call(60, 61, "p", `${service.housing}/CreateScreening`, { citizen: "recipient-a", request_id: "s" }, { screening: { name: "s1" } }),
    call(62, 63, "p", `${service.housing}/ListScreenings`, { citizen: "recipient-a" }, { screenings: [{ name: "s1" }] }),
  ];
  const row = (number, more) => ({ number, subject: "a", person: "p", door: "", act: 0, rule: 0, mask: 0, ...more });
  const rows = [
    row(1, { kind: CONSENT, act: GIVEN }), row(2, { kind: LOOK, rule: RULE_CONSENT, mask: both, door: service.dropin }),
    row(3, { kind: CONSENT, act: WITHDRAWN }), row(4, { kind: LOOK, rule: RULE_WITHDRAWN, door: service.dropin }),
  ];
  return { calls, ruler, rows, people };
}
const changed = (change) => { const history = right(); change(history); return judge(history); };
const finds = (title, promise, what, change) => test(title, () => {
  const found = changed(change);
  assert.ok(found.some((f) => f.promise === promise && what.test(f.what)), JSON.stringify(found));
});

test("a history that is right", () => assert.deepEqual(judge(right()), []));
finds("what the ledger by itself shows", "P2", /entry 7/, (h) => { h.wrong = ["entry 7 permits"]; });
finds("a permit without entry", "P3", /permitted without an entry/, (h) => h.rows.splice(1, 1));
finds("a refusal without entry", "P3", /refused without an entry/, (h) => h.rows.splice(3, 1));
finds("an entry after the answer", "P3", /permitted without an entry of its own between 2 and 1/, (h) => { h.calls[3].to = 18; });
finds("an entry before the question", "P3", /without an entry/, (h) => { h.calls[3].from = 22; });
finds("an entry of another citizen", "P3", /without an entry/, (h) => { h.rows[1].subject = "b"; });
finds("an entry that says less than was granted", "P3", /without an entry/, (h) => { h.rows[1].mask = 2; });
finds("one entry for two answers", "P3", /without an entry/, (h) => h.calls.push({ ...h.calls[3] }));
finds("another citizen's data", "P1", /asked for A and was shown "B 1"/, (h) => { h.calls[3].response.file.howToMeet = "B 1"; });
finds("more than was granted", "P1", /was shown goals/, (h) => { h.calls[3].response.file.goals = "x"; });
finds("a category that was not asked for", "P1", /was granted/, (h) => { h.calls[3].request = { ...h.calls[3].request, categories: ["DATA_CATEGORY_CONTACT"] }; });
finds("a citizen whom nobody knows", "P1", /nobody gave a yes/, (h) => { h.calls[3].request.citizen = "recipient-x"; });
finds("a permit after the withdrawal had returned", "P2", /after a withdrawal had returned/, (h) => { Object.assign(h.calls[7], { code: "OK", response: h.calls[3].response }); });
finds("a yes without entry", "P7", /ActivateConsents at 5.0 was acknowledged without/, (h) => h.rows.splice(0, 1));
finds("a withdrawal without entry", "P7", /WithdrawConsents at 28.0 was acknowledged without/, (h) => h.rows.splice(2, 1));
finds("one withdrawal, two entries", "P7", /2 entries of 1 acts/, (h) => h.rows.push({ ...h.rows[2], number: 5 }));
finds("an acknowledged write that is lost", "P7", /read A 1, 2 had been acknowledged/, (h) => { h.calls[5].response.regular.shared.howToMeet = "A 1"; });
finds("a write that nobody has sent", "P7", /read A 3, 2 was the last sent/, (h) => { h.calls[5].response.regular.shared.howToMeet = "A 3"; });
finds("a stale file through a door", "P7", /read A 0, 1 had been acknowledged/, (h) => { h.calls[3].response.file.howToMeet = ""; });
finds("a count that lost one", "P7", /2 acknowledged, 1 counted/, (h) => { h.calls[11].response.tallies[0].visitorsEstimate = 6; });
finds("a count that did one twice", "P7", /2 sent, 3 counted/, (h) => { h.calls[11].response.tallies[0].visitorsEstimate = 8; });
finds("a screening that is lost", "P7", /s1 was acknowledged and is not there/, (h) => { h.calls[13].response.screenings = []; });
finds("a screening that is there twice", "P7", /2 screenings of 1/, (h) => h.calls[13].response.screenings.push({ name: "s2" }));
finds("another answer to the same request", "P7", /answered differently/, (h) => h.calls.push({ ...h.calls[4], response: { done: 3 } }));
finds("a ledger that becomes shorter", "P7", /had 4 entries and then 3/, (h) => { h.ruler.samples[120].number = 3; });
