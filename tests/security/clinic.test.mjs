// What the clinic refuses, asked over the wire, each with its reason; what is just inside is let in. And that a referral is sent under a yes
// that is in force, and only then. Every pair of states: services/clinic/dental_test.cc.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, rawGrpc, viaGrpc } from "../lib/client.mjs";
import { bytesOf, messageOf, methodOf, parse } from "../lib/contracts.mjs";
import { clinic, consent, ok, presences, registry, told } from "../lib/services.mjs";
import { mint, onceToken, personToken } from "../lib/tokens.mjs";
import { categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

after(close);
const nurse = "clinic-nurse-1", dentist = "socialtandpleje-1";
const order = "INVALID_ARGUMENT BAD_DATE_ORDER", range = "INVALID_ARGUMENT OUT_OF_RANGE", missing = "INVALID_ARGUMENT FIELD_REQUIRED";
const format = "INVALID_ARGUMENT BAD_FORMAT", state = "FAILED_PRECONDITION WRONG_STATE", unknown = "NOT_FOUND NOT_FOUND", refused = "PERMISSION_DENIED CONSENT_REQUIRED";

const ask = (method, request, as = nurse) => viaGrpc.call({ as, method: `${clinic}/${method}`, request });
const act = (method, request) => ok(nurse, `${clinic}/${method}`, { ...request, request_id: requestId() });

// Each row: what, method, request, the answer that is wanted. Rows are asked in their order.
function table(title, rows) {
  test(title, async (t) => {
    for (const [what, method, request, wanted, says] of await rows()) {
      await t.test(`${what}: ${wanted}`, async () => {
        const reads = /^(Get|List)/.test(method);
        const answer = await ask(method, { ...(typeof request === "function" ? await request() : request), ...(!reads && { request_id: requestId() }) });
        assert.equal(told(answer), wanted, `${answer.message} ${JSON.stringify(answer.violations)}`);
        if (says) assert.match(JSON.stringify([answer.message, answer.violations]), says);
      });
    }
  });
}

const foot = (changes) => ({ content: { kind: "NURSE_CONTACT_KIND_FOOT", date: date(), ...changes } });
table("contacts", () => [
  ["nothing at all", "RecordNurseContact", {}, missing],
  ["of no kind", "RecordNurseContact", foot({ kind: "NURSE_CONTACT_KIND_UNSPECIFIED" }), missing],
  ["a kind that the contract does not know", "RecordNurseContact", foot({ kind: 99 }), "INVALID_ARGUMENT UNKNOWN_ENUM"],
  ["without a day", "RecordNurseContact", { content: { kind: "NURSE_CONTACT_KIND_FOOT" } }, missing],
  ["on a day that is none", "RecordNurseContact", foot({ date: { year: 2026, month: 2, day: 30 } }), "INVALID_ARGUMENT BAD_DATE"],
  ["tomorrow", "RecordNurseContact", foot({ date: date(1) }), order],
  ["31 days ago", "RecordNurseContact", foot({ date: date(-31) }), "OK"],
  ["32 days ago", "RecordNurseContact", foot({ date: date(-32) }), order],
  ["the next one on the same day", "RecordNurseContact", foot({ follow_up_on: date() }), order],
  ["the next one in 366 days", "RecordNurseContact", foot({ follow_up_on: date(366) }), "OK"],
  ["the next one in 367 days", "RecordNurseContact", foot({ follow_up_on: date(367) }), order],
  ["a note of 300 characters", "RecordNurseContact", foot({ note: "æ".repeat(300) }), "OK"],
  ["a note of 301 characters", "RecordNurseContact", foot({ note: "æ".repeat(301) }), "INVALID_ARGUMENT TEXT_TOO_LONG"],
  ["a CPR number in the note", "RecordNurseContact", foot({ note: "Kender 010180-4005" }), format, /citizen's card/],
  ["a CPR number without its dash", "RecordNurseContact", foot({ note: "0101804005 ringer" }), format],
  ["somebody else's way of naming a citizen", "RecordNurseContact", { citizen: "participants/abcdefghijklmnopqrstuvwxyz", ...foot() }, format],
  ["a correction of nothing", "CorrectNurseContact", { name: `nurseContacts/${"a".repeat(26)}`, etag: "1", ...foot() }, unknown],
  ["a correction by another name", "CorrectNurseContact", { name: "contacts/x", etag: "1", ...foot() }, format],
  ["a correction that has not seen it", "CorrectNurseContact", async () => ({ name: (await act("RecordNurseContact", foot())).contact.name, ...foot() }), missing],
  ["a correction of what it was before", "CorrectNurseContact", async () => {
    const { contact } = await act("RecordNurseContact", foot());
    await act("CorrectNurseContact", { name: contact.name, etag: contact.etag, ...foot({ note: "Negle" }) });
    return { name: contact.name, etag: contact.etag, ...foot() };
  }, "ABORTED ETAG_MISMATCH"],
  ["a list by two filters", "ListNurseContacts", { citizen: strangerReference(), follow_up_on: date() }, range],
  ["a page of 101", "ListNurseContacts", { page_size: 101 }, range],
  ["a page that nobody gave out", "ListNurseContacts", { page_token: "made-up" }, "INVALID_ARGUMENT PAGE_TOKEN_INVALID"],
]);

table("wounds and appointments", () => [
  ["a wound of tomorrow", "OpenWoundCourse", { citizen: strangerReference(), since: date(1) }, order],
  ["a wound of 366 days ago", "OpenWoundCourse", { citizen: strangerReference(), since: date(-366) }, "OK"],
  ["a wound of 367 days ago", "OpenWoundCourse", { citizen: strangerReference(), since: date(-367) }, order],
  ["nobody's wound", "OpenWoundCourse", { since: date() }, missing],
  ["a second one beside the first", "OpenWoundCourse", async () => {
    const request = { citizen: strangerReference(), since: date() };
    await act("OpenWoundCourse", request);
    return request;
  }, "ALREADY_EXISTS DUPLICATE"],
  ["closed before it began", "CloseWoundCourse", async () => ({ name: (await act("OpenWoundCourse", { citizen: strangerReference(), since: date(-3) })).course.name, closed_on: date(-4) }), order],
  ["closed twice", "CloseWoundCourse", async () => {
    const request = { name: (await act("OpenWoundCourse", { citizen: strangerReference(), since: date(-3) })).course.name, closed_on: date() };
    await act("CloseWoundCourse", request);
    return request;
  }, state, /CLOSED/],
  ["one that covers days of the last", "OpenWoundCourse", async () => {
    const citizen = strangerReference();
    await act("CloseWoundCourse", { name: (await act("OpenWoundCourse", { citizen, since: date(-3) })).course.name, closed_on: date() });
    return { citizen, since: date() };
  }, "ALREADY_EXISTS DOUBLE_BOOKED"],
  ["an appointment yesterday", "SetNextAppointment", { citizen: strangerReference(), appointment: { date: date(-1), place: "CLINIC_PLACE_CLINIC" } }, order],
  ["an appointment in 367 days", "SetNextAppointment", { citizen: strangerReference(), appointment: { date: date(367), place: "CLINIC_PLACE_CLINIC" } }, order],
  ["an appointment at minute 1440", "SetNextAppointment", { citizen: strangerReference(), appointment: { date: date(), start_minute: 1440, place: "CLINIC_PLACE_CLINIC" } }, range],
  ["an appointment nowhere", "SetNextAppointment", { citizen: strangerReference(), appointment: { date: date() } }, missing],
]);

const wish = async (citizen = strangerReference(), changes = {}) => (await act("WishDentalCare", { citizen, presence: stated(), need: "DENTAL_NEED_PAIN", ...changes })).referral;
table("teeth", () => [
  ["without the citizen", "WishDentalCare", { citizen: strangerReference(), need: "DENTAL_NEED_PAIN" }, missing],
  ["a presence of the day before yesterday", "WishDentalCare", { citizen: strangerReference(), need: "DENTAL_NEED_PAIN", presence: { stated: { method: "PRESENCE_METHOD_PHONE", time: new Date(Date.now() - 48 * 3_600_000).toISOString() } } }, "FAILED_PRECONDITION PRESENCE_REQUIRED"],
  ["no need", "WishDentalCare", { citizen: strangerReference(), presence: stated() }, missing],
  ["a CPR number in own words", "WishDentalCare", { citizen: strangerReference(), presence: stated(), need: "DENTAL_NEED_PAIN", own_words: "Jeg er 010180-4005" }, format],
  ["a second wish beside the first", "WishDentalCare", async () => ({ citizen: (await wish()).citizen, presence: stated(), need: "DENTAL_NEED_PAIN" }), "ALREADY_EXISTS DUPLICATE"],
  ["sent to somebody who sees to no teeth", "SendDentalReferral", async () => { const { name, citizen } = await wish(); return { name, citizen, recipient: "agencies/boligenhed" }; }, range],
  ["sent to nobody", "SendDentalReferral", async () => { const { name, citizen } = await wish(); return { name, citizen, recipient: "agencies/nobody" }; }, range],
  ["sent without a yes", "SendDentalReferral", async () => { const { name, citizen } = await wish(); return { name, citizen, recipient: "agencies/socialtandpleje" }; }, refused],
  ["an appointment before it is sent", "SetDentalAppointment", async () => ({ name: (await wish()).name, appointment: { date: date(1) } }), state, /WISHED/],
  ["visited before it is sent", "RecordDentalVisit", async () => ({ name: (await wish()).name, visited_on: date() }), state, /WISHED/],
  ["taken back without the citizen", "TakeBackDentalReferral", async () => ({ name: (await wish()).name }), missing],
  ["taken back twice", "TakeBackDentalReferral", async () => {
    const request = { name: (await wish()).name, presence: stated() };
    await act("TakeBackDentalReferral", request);
    return request;
  }, state, /TAKEN_BACK/],
  ["a list of everything", "ListDentalReferrals", {}, range],
]);

// A citizen whom the clinic knows, with a yes to this; [citizen, the consent's name].
async function agreed(citizen, what, { recipient = "agencies/socialtandpleje", about = "HEALTH_AND_DENTAL_CARE" } = {}) {
  const name = (await ok(nurse, `${consent}/ProposeConsents`, { citizen, presence: stated(), request_id: requestId(), arrows: [{ holder: "agencies/perron-4-clinic", recipient, purpose: purpose(about), categories: categories(...what) }] })).consents[0].name;
  const { statement } = await ok(nurse, `${presences}/AttestPresence`, { citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: [name], second_token: await onceToken("clinic-nurse-2"), written_signature: true, request_id: requestId() });
  const { text } = await ok(nurse, `${consent}/GetConsentText`, { language: "da" });
  const given = { evidence: "EVIDENCE_SIGNED_PAPER", capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 };
  return (await ok(nurse, `${consent}/ActivateConsents`, { citizen, presence: { signed: statement }, consents: [name], given, request_id: requestId() })).consents[0].name;
}
const newCitizen = async () => (await ok(nurse, `${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() })).citizen;
const send = (referral, citizen = referral.citizen) => ask("SendDentalReferral", { name: referral.name, citizen, recipient: "agencies/socialtandpleje", request_id: requestId() });

test("a referral is sent under exactly the yes that it needs", async (t) => {
  const citizen = await newCitizen();
  const referral = await wish(citizen);
  const others = [
    ["to another recipient", ["HEALTH"], { recipient: "agencies/rusmiddelcenter" }],
    ["for another purpose", ["HEALTH"], { about: "ACUTE_HELP" }],
    ["without health", ["CONTACT", "IDENTITY"], {}],
  ];
  for (const [what, categories_, more] of others) {
    await t.test(`a yes ${what} is none`, async () => {
      await agreed(citizen, categories_, more);
      assert.equal(told(await send(referral)), refused);
    });
  }
  await t.test("another citizen's yes is none", async () => {
    const other = await newCitizen();
    await agreed(other, ["HEALTH"]);
    assert.equal(told(await send(referral, other)), range, "the yes is there, the referral is not theirs");
    assert.equal(told(await send(referral)), refused);
  });
  await t.test("one that was taken back is none; the right one is", async () => {
    const name = await agreed(citizen, ["HEALTH"]);
    await ok(nurse, `${consent}/WithdrawConsents`, { citizen, presence: stated(), consent: name, request_id: requestId() });
    assert.equal(told(await send(referral)), refused);
    await agreed(citizen, ["HEALTH", "CONTACT"]);
    const sent = await send(referral);
    assert.equal(told(sent), "OK", sent.message);
    assert.equal(sent.response.referral.state, "DENTAL_REFERRAL_STATE_SENT");
    assert.equal(told(await send(referral)), state);
  });
});

test("what was sent is gone with the next look after either half is taken back", async () => {
  const citizen = await newCitizen();
  const known = new Set((await ok(dentist, `${consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.name));
  const name = await agreed(citizen, ["HEALTH"]);
  const theirs = (await ok(dentist, `${consent}/ListIncomingConsents`, { page_size: 100 })).consents.find((c) => !known.has(c.name)).citizen;
  const look = () => ask("GetCitizenFile", { citizen: theirs, holder: "agencies/perron-4-clinic", purpose: purpose("HEALTH_AND_DENTAL_CARE"), categories: categories("HEALTH") }, dentist);
  const referral = await wish(citizen, { own_words: "Det værker", own_words_for_sharing: true });
  assert.equal((await look()).response.file.dental, undefined, "a wish that is not sent is shown");
  assert.equal(told(await send(referral)), "OK");
  assert.equal((await look()).response.file.dental.ownWords, "Det værker");
  // The referral is taken back: the yes stands, and there is nothing to see.
  await act("TakeBackDentalReferral", { name: referral.name, presence: stated() });
  assert.equal((await look()).response.file.dental, undefined);
  // Sent again, and the yes is taken back.
  assert.equal(told(await send(await wish(citizen))), "OK");
  assert.equal((await look()).response.file.dental.need, "DENTAL_NEED_PAIN");
  await ok(nurse, `${consent}/WithdrawConsents`, { citizen, presence: stated(), consent: name, request_id: requestId() });
  assert.equal(told(await look()), refused);
});

// The question behind it: for the service that keeps the files of the person's own agency, and nobody else.
test("who may ask about an arrow", async (t) => {
  const citizen = await newCitizen();
  await agreed(citizen, ["HEALTH", "CONTACT"]);
  const path = "brobygger.consent.v1.AuthorizeService/CheckArrow";
  const { method } = methodOf(path);
  const check = async (peer, token, changes = {}) => {
    const request = { citizen, recipient: "agencies/socialtandpleje", purpose: purpose("HEALTH_AND_DENTAL_CARE"), ...changes };
    const answer = await rawGrpc({ path, peer, server: "consent", bytes: bytesOf(method.input, messageOf(method.input, request)), metadata: token && { authorization: `Bearer ${token}` } });
    if (answer.code !== "OK") return answer.code;
    return parse(method.output, answer.bytes).categories.length;
  };
  const mine = await personToken(nurse);
  const rows = [
    ["the clinic, as its nurse", ["clinic", mine], 2],
    ["the clinic, of another purpose", ["clinic", mine, { purpose: purpose("ACUTE_HELP") }], 0],
    ["the clinic, of somebody unknown", ["clinic", mine, { citizen: strangerReference() }], 0],
    ["the clinic, as the recipient", ["clinic", await personToken(dentist)], "PERMISSION_DENIED"],
    ["the clinic, as staff of the house", ["clinic", await personToken("perron-4-1")], "PERMISSION_DENIED"],
    ["the clinic, as a leader of its own", ["clinic", mint({ sub: "x", agency: "agencies/perron-4-clinic", roles: ["LEADER"] })], "PERMISSION_DENIED"],
    ["the clinic, as nobody", ["clinic", ""], "UNAUTHENTICATED"],
    ["drop-in, with the nurse's token", ["dropin", mine], "PERMISSION_DENIED"],
    ["the gateway, with the nurse's token", ["gateway", mine], "PERMISSION_DENIED"],
    ["the clinic's own system", ["system/perron-4-clinic", mine], "PERMISSION_DENIED"],
    ["no citizen", ["clinic", mine, { citizen: "" }], "INVALID_ARGUMENT"],
    ["no purpose", ["clinic", mine, { purpose: "PURPOSE_UNSPECIFIED" }], "INVALID_ARGUMENT"],
  ];
  for (const [what, call, wanted] of rows) await t.test(`${what}: ${wanted}`, async () => assert.equal(await check(...call), wanted));
});
