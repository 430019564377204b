// Promise P1, the inner half, and P4: every door in every state of consent answers as the reviewed table says, and every
// refusal for want of consent is the same bytes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { allMethods, methodOf } from "../lib/contracts.mjs";
import { close, viaGrpc } from "../lib/client.mjs";
import { root } from "../lib/instance.mjs";
import { cards, clinic, consent, dropin, housing, ok, presences, registry } from "../lib/services.mjs";
import { onceToken } from "../lib/tokens.mjs";
import { born, categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

after(close);

// How each door is set up: who holds, who looks, and a file with something in every category that is asked for.
const doors = {
  [`${dropin}/GetCitizenFile`]: {
    holder: "perron-4", staff: ["perron-4-1", "perron-4-2"], recipient: "boligenhed", looker: "boligenhed-1",
    agreed: ["CONTACT", "APPOINTMENTS"], part: ["APPOINTMENTS"], other: "SUPPORT_PLAN", outside: "DAILY_LIFE", otherPurpose: "COORDINATE_SUPPORT",
    notForRole: "HEALTH_AND_DENTAL_CARE", foreign: "perron-4-1",
    fill: (citizen) => ok("perron-4-1", `${dropin}/UpdateRegular`, {
      citizen, presence: stated(), request_id: requestId(),
      shared: { goals: "Et sted at bo", how_to_meet: "Om formiddagen", appointments: [{ date: date(2), part_of_day: "PART_OF_DAY_MORNING" }], daily_life: ["DAILY_LIFE_ITEM_BATH"] },
    }),
    fields: { CONTACT: ["howToMeet"], APPOINTMENTS: ["appointments"] }, freeText: ["howToMeet"],
  },
  [`${housing}/GetCitizenFile`]: {
    holder: "boligenhed", staff: ["boligenhed-1", "boligenhed-2"], recipient: "perron-4", looker: "perron-4-1",
    agreed: ["HOUSING", "APPOINTMENTS"], part: ["HOUSING"], other: "SUPPORT_PLAN", outside: "DAILY_LIFE", otherPurpose: "COORDINATE_SUPPORT",
    notForRole: "START_AND_STAY_IN_TREATMENT", foreign: "boligenhed-1",
    fill: async (citizen) => {
      const { screening } = await ok("boligenhed-1", `${housing}/CreateScreening`, {
        citizen, presence: stated(), request_id: requestId(),
        answers: { screened_on: date(), birth_date: born(30), living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_1_TO_6_MONTHS", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED", own_words: "Et roligt sted", own_words_for_sharing: true },
      });
      await ok("boligenhed-1", `${housing}/CompleteScreening`, { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() });
      await ok("boligenhed-1", `${housing}/SetNextAppointment`, { citizen, ...nextAppointment(), request_id: requestId() });
    },
    fields: { HOUSING: ["livingSituation", "result"], APPOINTMENTS: ["nextAppointment"] }, freeText: [],
  },
  [`${clinic}/GetCitizenFile`]: {
    holder: "perron-4-clinic", staff: ["clinic-nurse-1", "clinic-nurse-2"], recipient: "socialtandpleje", looker: "socialtandpleje-1", purpose: "HEALTH_AND_DENTAL_CARE",
    agreed: ["HEALTH", "APPOINTMENTS"], part: ["APPOINTMENTS"], other: "MENTAL_HEALTH", outside: "HOUSING", otherPurpose: "ARRANGE_MEETINGS",
    notForRole: "FIND_AND_KEEP_HOME", foreign: "clinic-nurse-1", third: "rusmiddelcenter-1",
    fill: async (citizen) => {
      await ok("clinic-nurse-1", `${clinic}/RecordNurseContact`, { citizen, content: { kind: "NURSE_CONTACT_KIND_WOUND", date: date(), note: "Skiftet", follow_up_on: date(6) }, request_id: requestId() });
      await ok("clinic-nurse-1", `${clinic}/OpenWoundCourse`, { citizen, since: date(), request_id: requestId() });
      await ok("clinic-nurse-1", `${clinic}/SetNextAppointment`, { citizen, appointment: { date: date(6), start_minute: 570, place: "CLINIC_PLACE_HOSPITAL", companion_wanted: true }, request_id: requestId() });
    },
    fields: { HEALTH: ["nextContactOn", "nextContactKind", "woundSince", "nextAppointmentPlace"], APPOINTMENTS: ["nextAppointment"] }, freeText: [],
  },
  [`${cards}/GetCitizenFile`]: {
    holder: "perron-4", staff: ["perron-4-1", "perron-4-2"], recipient: "boligenhed", looker: "boligenhed-1",
    agreed: ["CONTACT", "IDENTITY"], part: ["CONTACT"], other: "HOUSING", outside: "DAILY_LIFE", otherPurpose: "SECURE_NEEDS_AND_RIGHTS",
    notForRole: "HEALTH_AND_DENTAL_CARE", foreign: "perron-4-1",
    fill: (citizen) => ok("perron-4-1", `${cards}/UpdateCitizenCard`, {
      citizen, presence: stated(), request_id: requestId(), card: { preferred_name: "Kaffe", phone: "+4500000002", acting_municipality: "730", birth_date: born(40) },
    }),
    fields: { CONTACT: ["preferredName", "phone"], IDENTITY: ["actingMunicipality", "birthDate"] }, freeText: ["preferredName"],
  },
};
const nextAppointment = () => ({ appointment: { date: date(3), start_minute: 600, place: "APPOINTMENT_PLACE_OFFICE" } });

const rows = readFileSync(join(root, "tests/security/doors.tsv"), "utf8").split("\n").filter((l) => l && !l.startsWith("#"))
  .map((line) => { const [state, answer, shown] = line.split("\t"); return { state, answer, shown }; });
const row = (state) => rows.find((r) => r.state === state) ?? assert.fail(`the table has no row ${state}`);

test("every door of the contracts is taken through the table", () => {
  const contracts = allMethods().filter((m) => methodOf(m).access === "DOOR");
  assert.deepEqual(Object.keys(doors).sort(), contracts.sort());
});

const isSet = (value) => value !== undefined && value !== "" && value !== 0 && value !== false && value !== null && !(Array.isArray(value) && value.length === 0) && !(typeof value === "string" && value.endsWith("_UNSPECIFIED"));

const expired = [];  // looks that are left for after the end of their consent

for (const [method, d] of Object.entries(doors)) {
  test(method, async (t) => {
    const [first, second] = d.staff;
    const third = d.third ?? "jobcenter-1";  // of neither agency, and may ask for this purpose
    const seen = new Set();
    let refusal;  // the bytes of the first refusal
    const text = (await ok(first, `${consent}/GetConsentText`, { language: "da" })).text;
    const given = { evidence: "EVIDENCE_SIGNED_PAPER", capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 };
    const { citizen } = await ok(first, `${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
    await d.fill(citizen);
    const word = async (use, consents = []) => (await ok(first, `${presences}/AttestPresence`, { citizen, method: "PRESENCE_METHOD_IN_PERSON", use, consents, second_token: await onceToken(second), written_signature: true, request_id: requestId() })).statement;
    const propose = async (changes = {}) => (await ok(first, `${consent}/ProposeConsents`, {
      citizen, presence: stated(), request_id: requestId(), own_words: changes.ownWords ?? "",
      arrows: [{ holder: `agencies/${d.holder}`, recipient: changes.recipient ?? `agencies/${d.recipient}`, purpose: purpose(changes.purpose ?? d.purpose ?? "FIND_AND_KEEP_HOME"), categories: categories(...(changes.categories ?? d.agreed)), ...(changes.lastDay && { last_day: changes.lastDay }) }],
    })).consents[0].name;
    const activate = async (name) => (await ok(first, `${consent}/ActivateConsents`, {
      citizen, presence: { signed: await word("PRESENCE_USE_GIVE", [name]) }, consents: [name], given, request_id: requestId(),
    })).consents[0];
    const incoming = async (as) => (await ok(as, `${consent}/ListIncomingConsents`, { page_size: 1 })).consents[0].citizen;

    // One look, compared with its row.
    const look = (state, changes = {}, within = t) => within.test(`${state}: ${row(state).answer}`, async () => {
      seen.add(state);
      const answer = await viaGrpc.call({
        as: changes.as ?? d.looker, method, onBehalfOf: changes.onBehalfOf, peer: changes.peer,
        request: { citizen: changes.citizen ?? reference, holder: changes.holder ?? `agencies/${d.holder}`, purpose: purpose(changes.purpose ?? d.purpose ?? "FIND_AND_KEEP_HOME"), categories: categories(...(changes.categories ?? d.agreed)) },
      });
      const got = answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}`;
      const { answer: wanted, shown } = row(state);
      if (wanted === "SAME") {
        assert.equal(got, "PERMISSION_DENIED CONSENT_REQUIRED");
        assert.equal(answer.raw, refusal, "another refusal than for a citizen without any consent");
        return;
      }
      assert.equal(got, wanted, `${answer.message} ${JSON.stringify(answer.violations)}`);
      if (wanted.endsWith("CONSENT_REQUIRED")) refusal = answer.raw;
      if (wanted !== "OK") return;
      const may = shown === "part" ? d.part : d.agreed;
      assert.deepEqual([...answer.response.grantedCategories].sort(), categories(...may).sort());
      const allowed = may.flatMap((c) => d.fields[c]).filter((f) => !(shown.includes("without free text") && d.freeText.includes(f)));
      const file = answer.response.file ?? {};
      const present = Object.keys(file).filter((k) => isSet(file[k]));
      for (const field of allowed) assert.ok(present.includes(field), `${field} is missing in ${JSON.stringify(file)}`);
      const others = Object.values(d.fields).flat().filter((f) => !allowed.includes(f)).concat(["goals", "dailyLife", "cpr"]);
      for (const field of others) assert.ok(!present.includes(field), `${field} was not permitted: ${JSON.stringify(file)}`);
    });

    let reference = strangerReference();
    // A citizen whom the recipient knows, without any consent on this arrow.
    reference = (await ok(d.looker, `${registry}/EnsureCitizen`, { presence: stated("PHONE"), request_id: requestId() })).citizen;
    await look("no-consent");
    await look("unknown-citizen", { citizen: strangerReference() });
    const draft = await propose();
    await look("draft");
    await ok(first, `${consent}/DeclineConsents`, { citizen, presence: stated(), consents: [draft], request_id: requestId() });
    await look("declined");

    let name = (await activate(await propose())).name;
    reference = await incoming(d.looker);
    await look("consented");
    await look("asks-for-more", { categories: [...d.agreed, d.other] });
    await look("asks-for-part", { categories: d.part });
    await look("other-category", { categories: [d.other] });
    await look("other-purpose", { purpose: d.otherPurpose, categories: ["CONTACT"] });
    await look("other-recipients-reference", { as: third });
    const elsewhere = (await ok(third, `${registry}/EnsureCitizen`, { presence: stated("PHONE"), request_id: requestId() })).citizen;
    await look("other-recipient", { as: third, citizen: elsewhere });
    await look("holders-reference", { citizen });
    await look("category-outside-purpose", { categories: [d.outside] });
    await look("purpose-not-for-role", { purpose: d.notForRole, categories: ["CONTACT"] });
    await look("holder-itself", { as: first, citizen });
    await look("holder-without-this-door", { holder: method.startsWith(cards) ? "agencies/nobody" : "agencies/jobcenter", as: d.looker });
    await look("system-alone", { as: `system:${d.recipient}` });
    await look("system-for-practitioner", { as: `system:${d.recipient}`, onBehalfOf: d.looker });
    await look("system-for-foreign-practitioner", { as: `system:${d.recipient}`, onBehalfOf: d.foreign });
    await look("leader", { as: "perron-4-leader" });

    await activate(await propose({ ownWords: "Ikke noget om min eks" }));
    await look("limited-by-own-words");
    name = (await activate(await propose())).name;
    const narrowed = (await ok(first, `${consent}/NarrowConsent`, { citizen, presence: stated(), consent: name, categories: categories(...d.part), request_id: requestId() })).consent;
    await look("narrowed");
    await look("narrowed-away", { categories: d.agreed.filter((c) => !d.part.includes(c)) });
    await ok(first, `${registry}/RestrictCitizen`, { citizen, presence: { signed: await word("PRESENCE_USE_HELP") }, restricted: true, request_id: requestId() });
    await look("restricted");
    await ok(first, `${registry}/RestrictCitizen`, { citizen, presence: { signed: await word("PRESENCE_USE_REGISTRY") }, restricted: false, request_id: requestId() });
    await look("restriction-lifted");
    await ok(first, `${consent}/RenewConsent`, { citizen, presence: { signed: await word("PRESENCE_USE_GIVE", [narrowed.name]) }, consent: narrowed.name, given, request_id: requestId() });
    await look("superseded-by-renewal");
    await ok(first, `${consent}/WithdrawConsents`, { citizen, presence: stated(), everything: true, request_id: requestId() });
    await look("withdrawn");
    await activate(await propose({ lastDay: date(3) }));
    await look("given-again");
    expired.push({ method, seen, look: (within) => look("expired", {}, within) });
  });
}

// The trust store's time goes on by five days: the consents given until the third day have ended. (Its time is the highest ever
// written, so that is set forward.) Last, because the store's time never goes back.
const trust = (command, input) => execFileSync("bash", ["-c", `. "${root}/deploy/local/lib/all.sh"; redis_admin trust ${command}`], { input });
test("after the last day", async (t) => {
  const head = trust('get "consent:{trust}:ledger-head"').subarray(0, 16);  // number, time; big-endian
  head.writeBigUInt64BE(BigInt(Date.now() + 5 * 86_400_000), 8);
  trust('-x set "consent:{trust}:ledger-head"', head);
  for (const { method, look, seen } of expired) {
    await t.test(method, async (within) => {
      await look(within);
      assert.deepEqual(rows.map((r) => r.state).filter((state) => !seen.has(state)), [], "rows of the table that were not looked at");
    });
  }
  assert.equal(expired.length, Object.keys(doors).length);
});
