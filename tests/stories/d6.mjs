// D6, out of prison, into home 2-4: a signed page before the release, a screening, a place in the line, an offer, a key, nine months of
// support. (Without the job centre's part in nominating the mastering adviser, which comes with its own service; the release date stands
// in no record of the probation service here: the citizen tells it. A running service's clock cannot be moved by hand: where the story
// says that time goes by, the planned days are checked instead. That they come by themselves: tests/faults/time.test.mjs.)
import assert from "node:assert/strict";
import { agree } from "./agree.mjs";
import { due, lookThrough, shown } from "./housing.mjs";
import { categories, date, monthsAfter, nobodysNumber, purpose, requestId, stated } from "../lib/values.mjs";

const consent = "brobygger.consent.v1.ConsentService";
const presences = "brobygger.consent.v1.PresenceService";
const registry = "brobygger.registry.v1.RegistryService";
const cards = "brobygger.registry.v1.CitizenCardService";
const housing = "brobygger.housing.v1.HousingService";
const homes = "brobygger.housing.v1.HomesService";
const allocation = "brobygger.housing.v1.AllocationService";
const support = "brobygger.housing.v1.SupportService";

const refused = "PERMISSION_DENIED CONSENT_REQUIRED";
const wrongState = "FAILED_PRECONDITION WRONG_STATE";
const lk = "kriminalforsorg-1";
const br = "boligenhed-1";
const cti = "boligenhed-3";
const board = "boligenhed-board";
const release = date(28);

export const title = "D6 · Out of prison, into home 2-4";

export async function play(story) {
  const number = nobodysNumber();
  const own = `citizen:${number}`;
  const cpr = { scheme: "IDENTIFIER_SCHEME_CPR", value: number };
  const agreed = ["CONTACT", "HOUSING", "JUSTICE", "APPOINTMENTS"];
  const step = (title, as, method, request, { wanted = "OK", check } = {}) => story.step({ title, as, method, request, wanted, check });
  // A change: with a key of its own.
  const act = (title, as, method, request, more) => step(title, as, method, { ...request, request_id: requestId() }, more);
  const look = (title, as, citizen, wanted, more) => lookThrough(story, { title, as, citizen, wanted, ...more });

  // --- before the release --------------------------------------------------------------------------------------------
  story.chapter("Five weeks before the release, the release coordinator and the citizen sit down with a sheet of paper.");
  const { citizen: inmate } = await act("The Probation Service has a reference of its own", lk, `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated() });
  await act("How to reach the citizen", lk, `${cards}/UpdateCitizenCard`, { citizen: inmate, presence: stated(), card: { preferred_name: "Eksempel", phone: "+4500000024", language: "da" } });
  const { code } = await act("A colleague hands out the citizen's code card", "kriminalforsorg-2", `${presences}/IssueCodeCard`, { citizen: inmate, presence: stated() });
  const { consents } = await act("The page: the Probation Service may tell the Housing Unit how to meet, of the home, and the day of the release", lk, `${consent}/ProposeConsents`, {
    citizen: inmate,
    presence: stated(),
    arrows: [{ holder: "agencies/kriminalforsorg", recipient: "agencies/boligenhed", purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories(...agreed) }],
  });
  const { text } = await story.quietly(lk, `${consent}/GetConsentText`, { language: "da" });
  const given = { evidence: "EVIDENCE_SIGNED_PAPER", capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 };
  const attest = (title, signature) =>
    act(title, lk, `${presences}/AttestPresence`, { citizen: inmate, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: [consents[0].name], code, written_signature: signature });
  const activate = (title, { statement }, more) =>
    act(title, lk, `${consent}/ActivateConsents`, { citizen: inmate, presence: { signed: statement }, consents: [consents[0].name], given }, more);
  await activate("Of a release, the card alone is not enough: a signature is wanted", await attest("The citizen reads out the code", false), { wanted: "FAILED_PRECONDITION WORD_NOT_ENOUGH" });
  await activate("The paper is signed: that is a yes", await attest("The citizen reads out the code and signs", true), {
    check: (response) => assert.equal(response.consents[0].state, "CONSENT_STATE_ACTIVE"),
  });

  const { citizen } = await act("The Housing Unit knows the number, and has a reference of its own", br, `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated("VIDEO") });
  await step("It finds the yes among its incoming consents", br, `${consent}/ListIncomingConsents`, { page_size: 100 }, {
    check: (response) => assert.ok(response.consents.some((c) => c.citizen === citizen && c.arrow.holder === "agencies/kriminalforsorg"), "the yes is missing"),
  });
  await step("It looks through the Probation Service's door: whom to ask for, and no number", br, `${cards}/GetCitizenFile`, { citizen, holder: "agencies/kriminalforsorg", purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories("CONTACT") }, {
    check: (response) => assert.deepEqual(shown(response.file), { preferredName: "Eksempel", phone: "+4500000024", language: "da" }),
  });

  const answers = {
    screened_on: date(),
    stated_age_band: "AGE_BAND_AGE_25_PLUS",
    living_situation: "LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH",
    since_band: "SITUATION_SINCE_6_TO_12_MONTHS",
    risk_flags: ["RISK_FLAG_RELEASE_WITHIN_1_MONTH"],
    preference: "HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON",
  };
  await act("Five weeks before is too early for the screening", br, `${housing}/CreateScreening`, { citizen, presence: stated("VIDEO"), answers: { ...answers, leaving_on: date(35) } }, { wanted: "INVALID_ARGUMENT OUT_OF_RANGE" });

  // --- a month before ------------------------------------------------------------------------------------------------
  story.chapter("A week later. There is no home to come to.");
  const { screening } = await act("The screening is begun by video, with the day of the release", br, `${housing}/CreateScreening`, { citizen, presence: stated("VIDEO"), answers: { ...answers, leaving_on: release } });
  await act("The citizen is homeless, says the count", br, `${housing}/CompleteScreening`, { name: screening.name, presence: stated("VIDEO"), etag: screening.etag }, {
    check({ screening: { findings } }) {
      assert.equal(findings.result, "SCREENING_RESULT_HOMELESS");
      assert.equal(findings.suggestedTrack, "SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE");
    },
  });
  await step("It stands among those who leave within a month", br, `${housing}/ListScreenings`, { leaving_within_a_month: true, page_size: 100 }, {
    check: (response) => assert.ok(response.screenings.some((s) => s.name === screening.name)),
  });
  const leaving = { reason: "HOME_BEFORE_LEAVING", dueOn: release };
  await due(story, { title: "A home is due by the day of the release", as: br, about: citizen, wanted: [leaving] });

  const { citizen: seenBySkp } = await act("The support contact persons have their own reference", "skp-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated("PHONE") });
  const first = await look("They see nothing", "skp-1", seenBySkp, ["HOUSING"], { answer: refused });
  await agree(story, {
    title: "The citizen lets the support contact persons see home, appointments and plan",
    as: br,
    second: "perron-4-1",
    citizen,
    arrows: [["boligenhed", "skp", ["HOUSING", "APPOINTMENTS", "SUPPORT_PLAN"]]],
  });
  await agree(story, {
    title: "… and the Probation Service whether there is a home",
    as: br,
    second: "perron-4-1",
    citizen,
    arrows: [["boligenhed", "kriminalforsorg", ["HOUSING", "JUSTICE"]]],
  });
  const screened = {
    livingSituation: "LIVING_SITUATION_OTHER_HOMELESS",
    since: "SITUATION_SINCE_6_TO_12_MONTHS",
    result: "SCREENING_RESULT_HOMELESS",
    ageBand: "AGE_BAND_AGE_25_PLUS",
    suggestedTrack: "SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE",
    preference: "HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON",
    screenedOn: date(),
  };
  const seen = ["HOUSING", "APPOINTMENTS", "SUPPORT_PLAN"];
  const skpSees = (title, more, what = seen) => look(title, "skp-1", seenBySkp, what, { expected: { ...screened, ...more } });
  await skpSees("They see somebody without a home; nothing tells of a prison", {});
  await look("The Probation Service sees the day of the release, which it was told under JUSTICE", lk, inmate, ["HOUSING", "JUSTICE"], {
    expected: { ...screened, releaseWithin1Month: true, releaseOn: release },
  });
  const { citizen: atJobcentre } = await act("The job centre has its own reference", "jobcenter-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated("PHONE") });
  await look("It asks about the release: that has nothing to do with work", "jobcenter-1", atJobcentre, ["JUSTICE"], { about: "WORK_AND_EDUCATION", answer: "INVALID_ARGUMENT CATEGORY_NOT_RELEVANT" });

  // --- the house -----------------------------------------------------------------------------------------------------
  story.chapter("The house: fifteen crooked homes on three floors. Fourteen are lived in.");
  const slug = `perron-4-${requestId().slice(0, 8)}`;
  const house = `houses/${slug}`;
  const unit = `${house}/units/2-4`;
  await act("The house is written down", "boligenhed-leader", `${homes}/RegisterHouse`, { slug, display_name: "Perron 4 (D6)", kind: "UNIT_KIND_CROOKED_HOME", floors: 3, flats_per_floor: 5, rooms: 1, kitchenette: true, bathroom: true }, {
    check({ house: { units } }) {
      assert.deepEqual(units.map((u) => u.name.split("/").pop()), [1, 2, 3].flatMap((floor) => [1, 2, 3, 4, 5].map((flat) => `${floor}-${flat}`)));
      assert.ok(units.every((u) => u.state === "UNIT_STATE_VACANT"));
      return `${units.length} homes`;
    },
  });
  await act("There is no room for a sixteenth", br, `${homes}/AddUnit`, { house, unit_code: "3-6" }, { wanted: "FAILED_PRECONDITION CAPACITY_FULL" });

  const needs = { requested_kind: "UNIT_KIND_CROOKED_HOME", homeless: true, socially_vulnerable: true, substance_use: "SELF_DECLARED_NOT_SAID", support_need: "SUPPORT_NEED_LIMITED" };
  const roof = "OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH";
  const registrar = `staff:boligenhed:${requestId().slice(0, 8)}`;
  // Somebody made up: known to the Housing Unit alone, in the line. The referral.
  const another = async () => {
    const quietly = (method, request) => story.quietly(br, method, { ...request, request_id: requestId() });
    const known = await story.quietly(registrar, `${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
    const { referral } = await quietly(`${allocation}/SubmitHousingReferral`, { citizen: known.citizen, presence: stated(), needs });
    await quietly(`${allocation}/AssessHousingReferral`, { name: referral.name, etag: referral.etag });
    await quietly(`${allocation}/JoinWaitingList`, { name: referral.name, presence: stated() });
    return referral;
  };
  const neighbour = async (code) => {
    const quietly = (method, request) => story.quietly(br, method, { ...request, request_id: requestId() });
    const { offer } = await quietly(`${allocation}/OfferUnit`, { referral: (await another()).name, unit: `${house}/units/${code}`, out_of_order: roof });
    await quietly(`${allocation}/AcceptOffer`, { name: offer.name, presence: stated() });
    await quietly(`${allocation}/RecordMoveIn`, { offer: offer.name, start: date() });
  };
  for (const floor of [1, 2, 3]) for (const flat of [1, 2, 3, 4, 5]) if (floor !== 2 || flat !== 4) await neighbour(`${floor}-${flat}`);
  const capacity = (title, wanted) =>
    step(title, board, `${homes}/GetCapacity`, {}, {
      check(response) {
        const line = shown(response.houses.find((h) => h.house === house));
        assert.deepEqual(line, { house, displayName: "Perron 4 (D6)", kind: "UNIT_KIND_CROOKED_HOME", total: 15, ...wanted });
        return `${line.occupied ?? 0} of ${line.total} lived in`;
      },
    });
  await capacity("The tenants' board sees numbers", { occupied: 14, vacant: 1 });
  const state = async (wanted, more = {}) => {
    const { house: now } = await story.quietly(br, `${homes}/GetHouse`, { name: house });
    assert.deepEqual(shown(now.units.find((u) => u.name === unit)), { name: unit, state: `UNIT_STATE_${wanted}`, ...more });
  };

  // --- the line ------------------------------------------------------------------------------------------------------
  story.chapter("The referral, and the line.");
  const { citizen: intensive } = await act("Somebody else needs intensive support", registrar, `${registry}/EnsureCitizen`, { presence: stated() });
  const { referral: refusedReferral } = await act("They ask for a crooked home", br, `${allocation}/SubmitHousingReferral`, { citizen: intensive, presence: stated(), needs: { ...needs, support_need: "SUPPORT_NEED_INTENSIVE" } });
  await act("Not eligible; but a no always names an alternative: ACT or ICM in the own home", br, `${allocation}/AssessHousingReferral`, { name: refusedReferral.name, etag: refusedReferral.etag }, {
    check({ referral }) {
      assert.equal(referral.state, "REFERRAL_STATE_NOT_ELIGIBLE");
      assert.equal(referral.refusal, "REFERRAL_REFUSAL_NEEDS_MORE_SUPPORT");
      assert.equal(referral.alternative, "ALTERNATIVE_ACT_OR_ICM_IN_OWN_HOME");
      return "ACT eller ICM i egen bolig";
    },
  });
  await act("Nobody refuses without naming one", br, `${allocation}/AssessHousingReferral`, { name: refusedReferral.name, etag: refusedReferral.etag, refusal: "REFERRAL_REFUSAL_OUTSIDE_TARGET_GROUP" }, { wanted: "INVALID_ARGUMENT FIELD_REQUIRED" });

  const { referral: submitted } = await act("The citizen asks for a crooked home, with limited support", br, `${allocation}/SubmitHousingReferral`, { citizen, presence: stated("VIDEO"), needs });
  const about = submitted.name;
  await due(story, { title: "It is to be assessed within a week", as: br, about, wanted: [{ reason: "ASSESS_REFERRAL", dueOn: date(7) }] });
  await act("One referral at a time", br, `${allocation}/SubmitHousingReferral`, { citizen, presence: stated("VIDEO"), needs }, { wanted: "ALREADY_EXISTS DUPLICATE" });
  const application = (state) => ({ application: { requestedKind: "UNIT_KIND_CROOKED_HOME", state: `REFERRAL_STATE_${state}`, submittedOn: date() } });
  await skpSees("The support contact persons see that it was asked", application("SUBMITTED"));
  await act("Eligible", br, `${allocation}/AssessHousingReferral`, { name: about, etag: submitted.etag }, { check: ({ referral }) => assert.equal(referral.state, "REFERRAL_STATE_ELIGIBLE") });
  await act("No home is offered to somebody who has not said whether to wait", br, `${allocation}/OfferUnit`, { referral: about, unit }, { wanted: wrongState });
  await act("The citizen wants to wait", br, `${allocation}/JoinWaitingList`, { name: about, presence: stated("VIDEO") }, { check: ({ referral }) => assert.equal(referral.state, "REFERRAL_STATE_WAITING") });
  await due(story, { title: "Nothing is due about the referral now", as: br, about, wanted: [] });
  await skpSees("They see it in the line", application("WAITING"));

  const other = await another();
  const line = async () => {
    const found = [];
    let page_token = "";
    do {
      const page = await story.quietly(br, `${allocation}/ListWaiting`, { kind: "UNIT_KIND_CROOKED_HOME", page_size: 100, page_token });
      found.push(...page.referrals.map((r) => r.name));
      page_token = page.nextPageToken;
    } while (page_token);
    return found;
  };
  const before = await line();
  assert.ok(before.includes(about) && before.includes(other.name));
  await act("Whoever is not first is offered no home without a reason", br, `${allocation}/OfferUnit`, { referral: before[1], unit }, { wanted: "FAILED_PRECONDITION NOT_FIRST_IN_LINE" });

  // --- offers --------------------------------------------------------------------------------------------------------
  story.chapter("Home 2-4 is offered.");
  const offerIt = async (title) => {
    const { offer } = await act(title, br, `${allocation}/OfferUnit`, { referral: about, unit, out_of_order: roof }, {
      check({ offer }) {
        assert.equal(offer.state, "OFFER_STATE_OPEN");
        assert.deepEqual(offer.validUntil, date(14));
      },
    });
    await state("RESERVED", { reservedUntil: date(14) });
    return offer.name;
  };
  const backAgain = async (what) => {
    await state("VACANT");
    assert.deepEqual(await line(), before, `after ${what} the line is another`);
    await skpSees("The door tells of no offer any more; the citizen stands in the line", application("WAITING"));
  };
  const opened = await offerIt("It is held for two weeks");
  await due(story, { title: "An answer is due by then", as: br, about: opened, wanted: [{ reason: "ANSWER_TO_OFFER", dueOn: date(14) }] });
  await skpSees("The support contact persons see the offer", { ...application("OFFERED"), offer: { unit, state: "OFFER_STATE_OPEN", validUntil: date(14) } });
  await look("… but not under the plan alone", "skp-1", seenBySkp, ["SUPPORT_PLAN"], { expected: {} });
  await act("Nobody else is offered the same home", br, `${allocation}/OfferUnit`, { referral: other.name, unit, out_of_order: roof }, { wanted: wrongState });
  await act("Nor is it taken out of the house's hands", br, `${homes}/ReleaseUnit`, { unit }, { wanted: wrongState });
  await act("The citizen is not sure, and says no", br, `${allocation}/DeclineOffer`, { name: opened, presence: stated("PHONE") }, { check: ({ offer }) => assert.equal(offer.state, "OFFER_STATE_DECLINED") });
  await backAgain("a no");
  await due(story, { title: "A plain no wants no talk", as: br, about: opened, wanted: [] });
  await act("What was declined is not accepted any more", br, `${allocation}/AcceptOffer`, { name: opened, presence: stated("PHONE") }, { wanted: wrongState });

  const again = await offerIt("It is offered once more: a no cost nothing");
  await act("The citizen says yes", br, `${allocation}/AcceptOffer`, { name: again, presence: stated("PHONE") }, { check: ({ offer }) => assert.deepEqual(offer.moveInBy, date(31)) });
  await state("RESERVED", { reservedUntil: date(31) });
  await skpSees("The support contact persons see the yes", { ...application("ACCEPTED"), offer: { unit, state: "OFFER_STATE_ACCEPTED", moveInBy: date(31) } });
  await act("And says no after all", br, `${allocation}/DeclineOffer`, { name: again, presence: stated("PHONE") });
  await backAgain("a no after a yes");
  await due(story, { title: "Somebody has to talk with the citizen today", as: br, about: again, wanted: [{ reason: "ACCEPTED_OFFER_DECLINED", dueOn: date() }] });
  await act("The talk was held", br, `${support}/SettleDuty`, { name: `duties/offer-${again.split("/")[1]}` });
  await due(story, { title: "It is off the list", as: br, about: again, wanted: [] });

  // --- the key -------------------------------------------------------------------------------------------------------
  story.chapter("The gate, and a key.");
  const last = await offerIt("Home 2-4, a third time");
  await act("Nobody moves in before a yes", br, `${allocation}/RecordMoveIn`, { offer: last, start: date() }, { wanted: wrongState });
  await act("Yes", br, `${allocation}/AcceptOffer`, { name: last, presence: stated() });
  await due(story, { title: "The day to move in is on the list", as: br, about: last, wanted: [{ reason: "MOVE_IN", dueOn: date(31) }] });
  await act("Its duty ends with the move, not before", br, `${support}/SettleDuty`, { name: `duties/offer-${last.split("/")[1]}` }, { wanted: wrongState });
  await act("Nobody has moved in tomorrow", br, `${allocation}/RecordMoveIn`, { offer: last, start: date(1) }, { wanted: "INVALID_ARGUMENT BAD_DATE_ORDER" });
  const { tenancy } = await act("The citizen moves in: offer, referral, home and tenancy in one step", br, `${allocation}/RecordMoveIn`, { offer: last, start: date(), landlord: "agencies/boligforening", rent_admin_agreement: true }, {
    check({ offer, tenancy }) {
      assert.equal(offer.state, "OFFER_STATE_FULFILLED");
      assert.equal(tenancy.status, "TENANCY_STATUS_ACTIVE");
      assert.equal(tenancy.unit, unit);
    },
  });
  await state("OCCUPIED");
  await step("The referral has done its work", br, `${allocation}/GetHousingReferral`, { name: about }, { check: ({ referral }) => assert.equal(referral.state, "REFERRAL_STATE_MOVED_IN") });
  await capacity("Fifteen of fifteen", { occupied: 15 });
  await due(story, { title: "There is a home before the release: that duty is gone", as: br, about: citizen, wanted: [] });
  await due(story, { title: "… and the one to move in", as: br, about: last, wanted: [] });
  const home = { home: { unit, landlord: "agencies/boligforening", start: date(), status: "TENANCY_STATUS_ACTIVE" } };
  await skpSees("The support contact persons see the home; who pays the rent is not theirs to see", home);
  await look("So does the Probation Service", lk, inmate, ["HOUSING", "JUSTICE"], { expected: { ...screened, ...home, releaseWithin1Month: true, releaseOn: release } });

  story.chapter("A neighbour on the tenants' board asks who moves in.");
  for (const [method, request] of [
    [`${allocation}/GetTenancy`, { name: tenancy.name }],
    [`${allocation}/ListTenancies`, { status: "TENANCY_STATUS_ACTIVE" }],
    [`${allocation}/GetHousingReferral`, { name: about }],
    [`${allocation}/ListOffers`, { state: "OFFER_STATE_FULFILLED" }],
    [`${homes}/GetHouse`, { name: house }],
    [`${housing}/ListScreenings`, { citizen }],
  ]) {
    await step(`Not by ${method.split("/")[1]}`, board, method, request, { wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  }

  // --- support -------------------------------------------------------------------------------------------------------
  story.chapter("Nine months of support in the new home.");
  const { citizen: coordinated } = await act("The coordinator has a reference", "koordination-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated() });
  await agree(story, {
    title: "The citizen lets the coordinator see the plan",
    as: br,
    second: "perron-4-1",
    citizen,
    about: "COORDINATE_SUPPORT",
    arrows: [["boligenhed", "koordination", ["SUPPORT_PLAN"]]],
  });
  const coordinatorSees = (title, support) => look(title, "koordination-1", coordinated, ["SUPPORT_PLAN"], { about: "COORDINATE_SUPPORT", expected: support.length ? { support } : {} });
  await coordinatorSees("So far there is nothing to see", []);
  await look("Of the home the coordinator was told nothing", "koordination-1", coordinated, ["HOUSING"], { about: "COORDINATE_SUPPORT", answer: refused, same: first });

  const start = date();
  const [tryOut, transfer, end] = [3, 6, 9].map((months) => monthsAfter(start, months));
  const { episode } = await act("CTI begins: months 3, 6 and 9 are planned", cti, `${support}/StartSupportEpisode`, { citizen, presence: stated(), method: "SUPPORT_METHOD_CTI", housing_first: true, start, focus: { home: true, network: true, finances: true } }, {
    check({ episode }) {
      assert.equal(episode.state, "SUPPORT_STATE_ACTIVE");
      assert.equal(episode.phase, "CTI_PHASE_TRANSITION");
      assert.deepEqual([episode.tryOutFrom, episode.transferFrom, episode.plannedEnd], [tryOut, transfer, end]);
    },
  });
  await act("Once", cti, `${support}/StartSupportEpisode`, { citizen, presence: stated(), method: "SUPPORT_METHOD_CTI", start }, { wanted: "ALREADY_EXISTS DUPLICATE" });
  const inFile = (phase, next, more = {}) => ({ form: "SUPPORT_FORM_TIME_LIMITED", state: "SUPPORT_STATE_ACTIVE", start, plannedEnd: end, phase: `CTI_PHASE_${phase}`, ...(next && { nextPhaseOn: next }), focus: { home: true, network: true }, ...more });
  await due(story, { title: "The next phase is on the due list, in three months", as: cti, about: episode.name, wanted: [{ reason: "CTI_NEXT_PHASE", dueOn: tryOut }] });
  await coordinatorSees("The coordinator sees the phase; that it is about money, too, is not part of the plan", [inFile("TRANSITION", tryOut)]);
  const phase = (title, to, note, more) => act(title, cti, `${support}/AdvanceCtiPhase`, { name: episode.name, phase: `CTI_PHASE_${to}`, note }, more);
  await phase("The phases have an order", "TRANSFER_OF_CARE", "", { wanted: wrongState });
  await phase("A phase that begins early wants a reason", "TRY_OUT", "", { wanted: "INVALID_ARGUMENT FIELD_REQUIRED" });
  await phase("It goes well: trying out begins early", "TRY_OUT", "Går bedre end ventet.", { check: ({ episode }) => assert.deepEqual([episode.phase, episode.transferFrom], ["CTI_PHASE_TRY_OUT", transfer]) });
  await due(story, { title: "The third phase is planned in six months, as before", as: cti, about: episode.name, wanted: [{ reason: "CTI_NEXT_PHASE", dueOn: transfer }] });
  await coordinatorSees("The coordinator's bar moves on", [inFile("TRY_OUT", transfer)]);
  await act("A pause moves no days", cti, `${support}/PauseSupportEpisode`, { name: episode.name });
  await phase("Nothing begins in a pause", "TRANSFER_OF_CARE", "Endnu ikke.", { wanted: wrongState });
  await coordinatorSees("It is paused", [inFile("TRY_OUT", transfer, { state: "SUPPORT_STATE_PAUSED" })]);
  await act("And goes on", cti, `${support}/ResumeSupportEpisode`, { name: episode.name });
  await phase("Handing over", "TRANSFER_OF_CARE", "Støttepersonen er klar.", { check: ({ episode }) => assert.equal(episode.phase, "CTI_PHASE_TRANSFER_OF_CARE") });
  await due(story, { title: "The end is planned after nine months", as: cti, about: episode.name, wanted: [{ reason: "SUPPORT_ENDS", dueOn: end }] });
  const { episode: adviser } = await act("A mastering adviser comes in two weeks", cti, `${support}/StartSupportEpisode`, { citizen, presence: stated(), method: "SUPPORT_METHOD_MASTERING_ADVISER", start: date(14), focus: { network: true } }, {
    check: ({ episode }) => assert.equal(episode.state, "SUPPORT_STATE_PLANNED"),
  });
  const planned = { form: "SUPPORT_FORM_MASTERING_ADVISER", state: "SUPPORT_STATE_PLANNED", start: date(14), focus: { network: true } };
  await coordinatorSees("The coordinator sees both", [inFile("TRANSFER_OF_CARE"), planned]);
  await act("CTI ends", cti, `${support}/EndSupportEpisode`, { name: episode.name });
  await phase("What has ended has no phases", "TRANSFER_OF_CARE", "Igen.", { wanted: wrongState });
  await due(story, { title: "Nothing is due any more", as: cti, about: episode.name, wanted: [] });
  await coordinatorSees("The mastering adviser is still to come", [planned]);
  assert.ok(adviser.name);

  // --- the end -------------------------------------------------------------------------------------------------------
  story.chapter("The citizen has a key of their own, and decides who looks.");
  for (const [slug, who] of [["kriminalforsorg", "The Probation Service"], ["skp", "The support contact persons"], ["koordination", "The coordinator"]]) {
    await act(`${who}: taken back`, own, `${consent}/WithdrawConsents`, { recipient: `agencies/${slug}` }, { check: (response) => assert.equal(response.withdrawn, 1) });
  }
  await look("The Probation Service sees nothing more", lk, inmate, ["HOUSING", "JUSTICE"], { answer: refused, same: first });
  await look("The support contact persons neither", "skp-1", seenBySkp, seen, { answer: refused, same: first });
  await look("Nor the coordinator", "koordination-1", coordinated, ["SUPPORT_PLAN"], { about: "COORDINATE_SUPPORT", answer: refused, same: first });
  await step("The home stands in the Housing Unit's own records, where it belongs", br, `${allocation}/GetTenancy`, { name: tenancy.name }, {
    check: (response) => assert.equal(response.tenancy.status, "TENANCY_STATUS_ACTIVE"),
  });
}
