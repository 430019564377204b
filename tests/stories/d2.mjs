// D2, the first yes: a person known by an alias wants somewhere to live, says yes to one thing, and takes it back.
// (Without its referral, which belongs to coordination: housing finds the citizen among its incoming consents.)
import assert from "node:assert/strict";
import { onceToken } from "../lib/tokens.mjs";
import { accounts } from "../lib/instance.mjs";
import { born, categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

const consent = "brobygger.consent.v1.ConsentService";
const presences = "brobygger.consent.v1.PresenceService";
const registry = "brobygger.registry.v1.RegistryService";
const cards = "brobygger.registry.v1.CitizenCardService";
const dropin = "brobygger.dropin.v1.DropinService";
const housing = "brobygger.housing.v1.HousingService";
const ledger = "brobygger.ledger.v1.LedgerService";

const refused = "PERMISSION_DENIED CONSENT_REQUIRED";
const purposeHome = purpose("FIND_AND_KEEP_HOME");
const agreed = categories("CONTACT", "HOUSING", "APPOINTMENTS");
const words = { goals: "Et sted at bo, hvor hunden må være med.", how_to_meet: "Kom forbi om formiddagen. Ring ikke.", wish: "et sted at bo" };
const card = { preferred_name: "Kaffe", phone: "+4500000001", sms_ok: true, language: "da", cpr: "" };

export const title = "D2 · The first yes";

export async function play(story) {
  const identifier = accounts().accounts.find((a) => a.id === "borger-1").identifier;
  const cpr = { scheme: "IDENTIFIER_SCHEME_CPR", value: identifier.value };

  // --- at the drop-in centre -----------------------------------------------------------------------------------------
  story.chapter('At the drop-in centre: somebody known as "Kaffe" says: I need somewhere to live.');
  const { participant } = await story.step({
    title: "So far the house knows an alias and a wish",
    as: "perron-4-1",
    method: `${dropin}/CreateParticipant`,
    request: { alias: "Kaffe", wishes: [words.wish], request_id: requestId() },
    check: ({ participant }) => assert.equal(participant.state, "PARTICIPANT_STATE_ALIAS"),
  });
  const { citizen } = await story.step({
    title: "The person chooses to be registered, and says the number",
    as: "perron-4-1",
    method: `${registry}/EnsureCitizen`,
    request: { identifier: cpr, presence: stated(), request_id: requestId() },
    check: (response) => `Perron 4's own reference: ${response.citizen}`,
  });
  // A signed statement is for one use, and for the consents that it names.
  const attest = async (title, who, second, use, consents = []) =>
    story.step({
      title,
      as: who,
      method: `${presences}/AttestPresence`,
      request: { citizen, method: "PRESENCE_METHOD_IN_PERSON", use, consents, second_token: second ? await onceToken(second) : "", request_id: requestId() },
      check(response) {
        assert.equal(response.content.word, second ? "WORD_TWO_PERSONS" : "WORD_PRESENT");
        assert.equal(response.content.citizen, citizen);
        assert.equal(response.content.use, use);
        assert.deepEqual(response.content.consents, consents);
        return second ? "signed: two persons state it" : "signed: one person states it";
      },
    });
  const linking = await attest("Two members of staff state that the person is here, to join the alias to the citizen", "perron-4-1", "perron-4-2", "PRESENCE_USE_REGISTRY");
  const { link } = await story.step({
    title: "The person lets the alias become the citizen: one way, by their own act",
    as: "perron-4-1",
    method: `${registry}/LinkAlias`,
    request: { citizen, presence: { signed: linking.statement }, alias: participant.name, request_id: requestId() },
  });
  await story.step({
    title: "The wish comes along, because the person says so; the rest of the past stays behind",
    as: "perron-4-1",
    method: `${dropin}/LinkParticipant`,
    request: { name: participant.name, link, bring_past: true, request_id: requestId() },
    check(response) {
      assert.equal(response.participant.state, "PARTICIPANT_STATE_LINKED");
      assert.equal(response.regular.citizen, citizen);
      assert.ok(response.regular.wishes.includes(words.wish));
    },
  });
  await story.step({
    title: "How to reach the citizen goes on the house's card",
    as: "perron-4-1",
    method: `${cards}/UpdateCitizenCard`,
    request: { citizen, presence: stated(), card, request_id: requestId() },
  });
  await story.step({
    title: "What may be shown to others is written together, and read aloud",
    as: "perron-4-1",
    method: `${dropin}/UpdateRegular`,
    request: {
      citizen,
      presence: stated(),
      wishes: [words.wish],
      shared: {
        goals: words.goals,
        how_to_meet: words.how_to_meet,
        appointments: [{ date: date(2), part_of_day: "PART_OF_DAY_MORNING", companion_wanted: true }],
        daily_life: ["DAILY_LIFE_ITEM_BREAKFAST", "DAILY_LIFE_ITEM_BATH"],
      },
      request_id: requestId(),
    },
  });

  // --- asking --------------------------------------------------------------------------------------------------------
  story.chapter("One page, one question: may the Housing Unit see how to reach you, your housing situation and your appointments?");
  const propose = async (as, own) =>
    story.step({
      title: "The question is written down. A draft shares nothing",
      as,
      method: `${consent}/ProposeConsents`,
      request: {
        citizen: own,
        presence: stated(),
        arrows: [{ holder: "agencies/perron-4", recipient: "agencies/boligenhed", purpose: purposeHome, categories: agreed }],
        request_id: requestId(),
      },
      check: ({ consents }) => {
        assert.equal(consents.length, 1);
        assert.equal(consents[0].state, "CONSENT_STATE_DRAFT");
      },
    });
  const draft = (await propose("perron-4-1", citizen)).consents[0];
  const { text } = await story.step({
    title: "This is the text that is read aloud",
    as: "perron-4-1",
    method: `${consent}/GetConsentText`,
    request: { language: "da" },
    check: (response) => `version ${response.text.version}, ${response.text.body.length} characters`,
  });
  const activate = (name, presence, own, changes = {}) => ({
    citizen: own,
    presence,
    consents: [name],
    given: {
      evidence: "EVIDENCE_ORAL_WITNESSED",
      oral_reason: "Borgeren vil hellere sige det end skrive det.",
      capacity_attested: true,
      understood_read_back: true,
      told_voluntary: true,
      text_version: text.version,
      text_sha256: text.sha256,
      ...changes,
    },
    request_id: requestId(),
  });
  const alone = await attest("One member of staff states that the person is here", "perron-4-1", "", "PRESENCE_USE_GIVE", [draft.name]);
  const word = await attest("Two members of staff state it, for this page", "perron-4-1", "perron-4-2", "PRESENCE_USE_GIVE", [draft.name]);

  story.chapter("It does not count yet.");
  await story.step({
    title: "The person is heavily influenced today: we talk about it another day",
    as: "perron-4-1",
    method: `${consent}/ActivateConsents`,
    request: activate(draft.name, { signed: word.statement }, citizen, { capacity_attested: false }),
    wanted: "FAILED_PRECONDITION CAPACITY_NOT_ATTESTED",
  });
  await story.step({
    title: "The consent is still a draft",
    as: "perron-4-1",
    method: `${consent}/GetConsent`,
    request: { name: draft.name },
    check: (response) => assert.equal(response.consent.state, "CONSENT_STATE_DRAFT"),
  });
  await story.step({
    title: "Help is given all the same: breakfast needs no consent",
    as: "perron-4-1",
    method: `${dropin}/GetRegular`,
    request: { citizen },
    check: (response) => assert.ok(response.regular.shared.dailyLife.includes("DAILY_LIFE_ITEM_BREAKFAST")),
  });
  await story.step({
    title: "One person's statement is not enough for a yes",
    as: "perron-4-1",
    method: `${consent}/ActivateConsents`,
    request: activate(draft.name, { signed: alone.statement }, citizen),
    wanted: "FAILED_PRECONDITION WORD_NOT_ENOUGH",
  });
  const seeing = await attest("The two state it once more, to see for the person", "perron-4-1", "perron-4-2", "PRESENCE_USE_SEE");
  await story.step({
    title: "What was stated for seeing gives nothing",
    as: "perron-4-1",
    method: `${consent}/ActivateConsents`,
    request: activate(draft.name, { signed: seeing.statement }, citizen),
    wanted: "FAILED_PRECONDITION STATEMENT_USE",
  });
  await story.step({
    title: "… and two of one house do not see for the citizen what the other houses know",
    as: "perron-4-1",
    method: `${consent}/ListMyConsents`,
    request: { citizen, presence: { signed: seeing.statement } },
    wanted: "FAILED_PRECONDITION WORD_NOT_ENOUGH",
  });
  await story.step({
    title: "A text that was not the one shown",
    as: "perron-4-1",
    method: `${consent}/ActivateConsents`,
    request: activate(draft.name, { signed: word.statement }, citizen, { text_sha256: "0".repeat(64) }),
    wanted: "FAILED_PRECONDITION CONSENT_TEXT_OUTDATED",
  });
  const incoming = async (title, check) => story.step({ title, as: "boligenhed-1", method: `${consent}/ListIncomingConsents`, request: { page_size: 100 }, check });
  const before = await incoming("The Housing Unit's list of incoming consents says nothing of it", (response) => {
    assert.ok(response.consents.every((c) => c.state === "CONSENT_STATE_ACTIVE"), "a draft is listed");
    return `${response.consents.length} of other days`;
  });

  // --- the yes -------------------------------------------------------------------------------------------------------
  story.chapter("A clear day. The person hears the page again, says it back in own words, and says yes.");
  await story.step({
    title: "The yes is given, and the citizen gets a receipt",
    as: "perron-4-1",
    method: `${consent}/ActivateConsents`,
    request: activate(draft.name, { signed: word.statement }, citizen),
    check(response) {
      assert.equal(response.consents[0].state, "CONSENT_STATE_ACTIVE");
      const months = (new Date(response.consents[0].endTime) - Date.now()) / 86_400_000;
      assert.ok(months > 179 && months < 186, `ends after ${months} days`);
      assert.ok(response.receipt.linesDa.length > 0);
      return response.receipt.linesDa;
    },
  });
  const known = new Set(before.consents.map((c) => c.name));
  const listed = await incoming("The Housing Unit finds the citizen among its incoming consents", (response) => {
    const fresh = response.consents.filter((c) => !known.has(c.name));
    assert.equal(fresh.length, 1);
    assert.equal(fresh[0].arrow.holder, "agencies/perron-4");
    assert.notEqual(fresh[0].citizen, citizen, "two agencies share a reference");
    assert.notEqual(fresh[0].name, draft.name, "two agencies share the name of a consent");
    return `the Housing Unit's own reference: ${fresh[0].citizen}`;
  });
  const housed = listed.consents.find((c) => !known.has(c.name)).citizen;
  const look = (own, wanted, purposeOf = purposeHome) => ({ citizen: own, holder: "agencies/perron-4", purpose: purposeOf, categories: wanted });
  await story.step({
    title: "It looks through the drop-in centre's door and sees exactly what was agreed",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, agreed),
    check({ file, grantedCategories }) {
      assert.deepEqual([...grantedCategories].sort(), [...agreed].sort());
      assert.equal(file.howToMeet, words.how_to_meet);
      assert.equal(file.appointments.length, 1);
      assert.deepEqual(file.appointments[0].date, date(2));
      assert.equal(file.goals, "", "goals were not agreed");
      assert.deepEqual(file.dailyLife, [], "daily life was not agreed");
      return [`"${file.howToMeet}"`, "one appointment, with a companion", "no goals, nothing of daily life"];
    },
  });
  await story.step({
    title: "The house's card, as far as the consent goes: how to reach the citizen, no number",
    as: "boligenhed-1",
    method: `${cards}/GetCitizenFile`,
    request: look(housed, categories("CONTACT")),
    check({ file }) {
      assert.equal(file.preferredName, card.preferred_name);
      assert.equal(file.phone, card.phone);
      assert.equal(file.cpr, "");
      assert.equal(file.legalName, "");
      return file.preferredName;
    },
  });
  await story.step({
    title: "Asking for more than was agreed gives what was agreed",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, categories("CONTACT", "SUPPORT_PLAN")),
    check({ file, grantedCategories }) {
      assert.deepEqual(grantedCategories, categories("CONTACT"));
      assert.equal(file.goals, "");
    },
  });
  await story.step({
    title: "Daily life has nothing to do with finding a home: no consent could ever cover it",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, categories("DAILY_LIFE")),
    wanted: "INVALID_ARGUMENT CATEGORY_NOT_RELEVANT",
  });
  const first = await story.step({
    title: "Another purpose was not agreed",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, categories("CONTACT"), purpose("ACUTE_HELP")),
    wanted: refused,
  });
  await story.step({
    title: "Only what was not agreed",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, categories("SUPPORT_PLAN")),
    wanted: refused,
    check: (answer) => assert.equal(answer.raw, first.raw),
  });

  // --- others, and the recipient alone -------------------------------------------------------------------------------
  story.chapter("Others are not part of it.");
  const { citizen: atJobcentre } = await story.step({
    title: "The job centre knows the same citizen by number, under a reference of its own",
    as: "jobcenter-1",
    method: `${registry}/EnsureCitizen`,
    request: { identifier: cpr, presence: stated("PHONE"), request_id: requestId() },
    check(response) {
      assert.ok(![citizen, housed].includes(response.citizen), "two agencies share a reference");
    },
  });
  await story.step({
    title: "It sees nothing",
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(atJobcentre, categories("CONTACT"), purpose("WORK_AND_EDUCATION")),
    wanted: refused,
    check: (answer) => assert.equal(answer.raw, first.raw),
  });
  await story.step({
    title: "The Housing Unit's reference is worth nothing in other hands",
    as: "jobcenter-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, categories("CONTACT")),
    wanted: refused,
    check: (answer) => assert.equal(answer.raw, first.raw),
  });
  await story.step({
    title: "The Housing Unit would like to know more, and writes the question down itself",
    as: "boligenhed-1",
    method: `${consent}/ProposeConsents`,
    request: {
      citizen: housed,
      presence: stated(),
      arrows: [{ holder: "agencies/perron-4", recipient: "agencies/boligenhed", purpose: purpose("COORDINATE_SUPPORT"), categories: categories("SUPPORT_PLAN") }],
      request_id: requestId(),
    },
    check(response) {
      story.own = response.consents[0].name;
    },
  });
  const colleagues = await story.step({
    title: "Two of its own people state that the citizen is there",
    as: "boligenhed-1",
    method: `${presences}/AttestPresence`,
    request: { citizen: housed, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: [story.own], second_token: await onceToken("boligenhed-2"), request_id: requestId() },
  });
  await story.step({
    title: "… but nobody can say yes to themselves: one of the two has to be from outside",
    as: "boligenhed-1",
    method: `${consent}/ActivateConsents`,
    request: activate(story.own, { signed: colleagues.statement }, housed),
    wanted: "FAILED_PRECONDITION WORD_NOT_ENOUGH",
  });

  // --- the help ------------------------------------------------------------------------------------------------------
  story.chapter("The housing adviser can begin.");
  const screen = async (own, age, band, track) => {
    const { screening } = await story.step({
      title: `A screening with somebody who is ${age}`,
      as: "boligenhed-1",
      method: `${housing}/CreateScreening`,
      request: {
        citizen: own,
        presence: stated(),
        answers: {
          screened_on: date(),
          birth_date: born(age),
          living_situation: "LIVING_SITUATION_WITH_OTHERS",
          since_band: "SITUATION_SINCE_1_TO_6_MONTHS",
          nights_without_roof_last_30: 4,
          risk_flags: ["RISK_FLAG_LOST_TEMPORARY_STAY"],
          preference: "HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON",
        },
        request_id: requestId(),
      },
    });
    await story.step({
      title: "… leads to this suggestion",
      as: "boligenhed-1",
      method: `${housing}/CompleteScreening`,
      request: { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() },
      check({ screening: { findings, answers } }) {
        assert.equal(findings.ageBand, band);
        assert.equal(findings.suggestedTrack, track);
        assert.equal(findings.result, "SCREENING_RESULT_HOMELESS");
        assert.equal(answers.preference, "HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON");
        return `${findings.ageBand}, ${findings.suggestedTrack}`;
      },
    });
  };
  await screen(housed, 24, "AGE_BAND_UNDER_25", "SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING");
  const { citizen: older } = await story.step({
    title: "Another citizen of the Housing Unit turns 25 today",
    as: "boligenhed-1",
    method: `${registry}/EnsureCitizen`,
    request: { presence: stated(), request_id: requestId() },
  });
  await screen(older, 25, "AGE_BAND_AGE_25_PLUS", "SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE");

  // --- the end -------------------------------------------------------------------------------------------------------
  story.chapter("The citizen logs in at home, and takes the yes back.");
  await story.step({
    title: "All my consents",
    as: "borger-1",
    method: `${consent}/ListMyConsents`,
    request: {},
    check(response) {
      const active = response.consents.filter((c) => c.state === "CONSENT_STATE_ACTIVE" && !c.expired);
      assert.ok(active.some((c) => c.arrow.recipient === "agencies/boligenhed"));
      return `${active.length} active`;
    },
  });
  await story.step({
    title: "Everything that the Housing Unit was given ends, in one act",
    as: "borger-1",
    method: `${consent}/WithdrawConsents`,
    request: { recipient: "agencies/boligenhed", request_id: requestId() },
    check(response) {
      assert.equal(response.withdrawn, 1);
      assert.ok(response.receipt.linesDa.length > 0);
      return response.receipt.linesDa;
    },
  });
  await story.step({
    title: "The Housing Unit looks again and sees nothing more",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(housed, agreed),
    wanted: refused,
    check: (answer) => assert.equal(answer.raw, first.raw),
  });
  await story.step({
    title: "… the same, byte for byte, as about somebody who does not exist",
    as: "boligenhed-1",
    method: `${dropin}/GetCitizenFile`,
    request: look(strangerReference(), agreed),
    wanted: refused,
    check: (answer) => assert.equal(answer.raw, first.raw),
  });
  await incoming("Its list of incoming consents names the citizen no more", (response) => {
    assert.ok(!response.consents.some((c) => c.citizen === housed), "the withdrawn consent is still listed");
  });
  await story.step({
    title: '"Hvem har set mine oplysninger?"',
    as: "borger-1",
    method: `${ledger}/GetCitizenAccessStory`,
    request: { page_size: 50 },
    check({ entries }) {
      const looks = entries.filter((e) => e.look);
      assert.ok(looks.some((e) => e.allowed && e.details.agency === "agencies/boligenhed"), "the look that was allowed is missing");
      assert.ok(looks.some((e) => !e.allowed && e.details.agency === "agencies/jobcenter"), "the job centre's look is missing");
      // Newest first: the first look is the Housing Unit's after the withdrawal.
      assert.ok(!looks[0].allowed && looks[0].details.agency === "agencies/boligenhed");
      assert.equal(looks[0].details.rule, "RULE_WITHDRAWN");
      return entries.slice(0, 12).map((e) => e.textDa);
    },
  });
}
