// D5, the eviction that did not happen: a landlord's letter, three yeses at the coffee table, a payment plan, a home that is kept.
// (Without the benefits office's own records, which come with a service of its own: its yes is given, its door shows nothing yet. The
// coordinator's journey belongs to coordination: here the coordinator looks through housing's door.)
import assert from "node:assert/strict";
import { agree } from "./agree.mjs";
import { bitOf, due, lookThrough } from "./housing.mjs";
import { date, nobodysNumber, requestId, stated } from "../lib/values.mjs";

const consent = "brobygger.consent.v1.ConsentService";
const registry = "brobygger.registry.v1.RegistryService";
const cards = "brobygger.registry.v1.CitizenCardService";
const housing = "brobygger.housing.v1.HousingService";
const allocation = "brobygger.housing.v1.AllocationService";
const support = "brobygger.housing.v1.SupportService";
const ledger = "brobygger.ledger.v1.LedgerService";

const refused = "PERMISSION_DENIED CONSENT_REQUIRED";
const landlord = "agencies/boligforening";
const debt = 14200;

export const title = "D5 · The eviction that did not happen";

export async function play(story) {
  const number = nobodysNumber();
  const own = `citizen:${number}`;
  const ensure = async (as, title) =>
    (await story.step({
      title,
      as,
      method: `${registry}/EnsureCitizen`,
      request: { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value: number }, presence: stated("PHONE"), request_id: requestId() },
      check: (response) => response.citizen,
    })).citizen;
  const look = (as, citizen, wanted, more) => lookThrough(story, { as, citizen, wanted, ...more });

  // --- the letter ----------------------------------------------------------------------------------------------------
  story.chapter("The Housing Association ends a tenancy for want of rent, and tells the Housing Unit.");
  const tenant = await ensure("boligforening-1", "The Housing Association knows its tenant by number, under a reference of its own");
  const citizen = await ensure("boligenhed-1", "The Housing Unit has another reference for the same person");
  assert.notEqual(tenant, citizen, "two agencies share a reference");
  const { tenancy } = await story.step({
    title: "It writes the home down",
    as: "boligenhed-1",
    method: `${allocation}/OpenTenancy`,
    request: { citizen, presence: stated("PHONE"), address: "Eksempelvej 22, 1. tv.", landlord, start: date(-900), request_id: requestId() },
    check: (response) => assert.equal(response.tenancy.status, "TENANCY_STATUS_ACTIVE"),
  });
  await story.step({
    title: "Nobody lives in two homes at once",
    as: "boligenhed-1",
    method: `${allocation}/OpenTenancy`,
    request: { citizen, presence: stated("PHONE"), address: "Eksempelvej 23", start: date(-10), request_id: requestId() },
    wanted: "ALREADY_EXISTS DOUBLE_BOOKED",
  });
  const open = { citizen, tenancy: tenancy.name, received_from: "EVICTION_SOURCE_HOUSING_ASSOCIATION", stage: "EVICTION_STAGE_TERMINATION", arrears_dkk: debt, next_step_on: date(2) };
  const { evictionCase: opened } = await story.step({
    title: "A case is opened: the tenancy is terminated, 14,200 kroner are owed",
    as: "boligenhed-1",
    method: `${support}/OpenEvictionCase`,
    request: { ...open, request_id: requestId() },
    check({ evictionCase }) {
      assert.equal(evictionCase.stage, "EVICTION_STAGE_TERMINATION");
      assert.equal(evictionCase.arrearsDkk, debt);
    },
  });
  await story.step({
    title: "One case at a time",
    as: "boligenhed-1",
    method: `${support}/OpenEvictionCase`,
    request: { ...open, request_id: requestId() },
    wanted: "ALREADY_EXISTS DUPLICATE",
  });
  const home = (title, wanted) =>
    story.step({
      title,
      as: "boligenhed-1",
      method: `${allocation}/GetTenancy`,
      request: { name: tenancy.name },
      check: (response) => assert.equal(response.tenancy.status, `TENANCY_STATUS_${wanted}`),
    });
  await home("The tenancy is at risk", "AT_RISK");
  await due(story, { title: "In two days somebody has to act", as: "boligenhed-1", about: opened.name, wanted: [{ reason: "EVICTION_NEXT_STEP", dueOn: date(2) }] });

  const advance = (stage, changes, etag) => ({ name: opened.name, stage: `EVICTION_STAGE_${stage}`, etag, ...changes, request_id: requestId() });
  const refusal = (title, stage, changes, etag, wanted) =>
    story.step({ title, as: "boligenhed-1", method: `${support}/AdvanceEvictionStage`, request: advance(stage, changes, etag), wanted });
  await refusal("The bailiff has set a date: which?", "BAILIFF_DATE_SET", { next_step_on: date(1) }, opened.etag, "INVALID_ARGUMENT FIELD_REQUIRED");
  await refusal("Not one that has passed", "BAILIFF_DATE_SET", { bailiff_date: date(-1), next_step_on: date(1) }, opened.etag, "INVALID_ARGUMENT BAD_DATE_ORDER");
  const { evictionCase: set } = await story.step({
    title: "The bailiff comes in nineteen days",
    as: "boligenhed-1",
    method: `${support}/AdvanceEvictionStage`,
    request: advance("BAILIFF_DATE_SET", { bailiff_date: date(19), next_step_on: date(1) }, opened.etag),
    check: ({ evictionCase }) => assert.deepEqual(evictionCase.bailiffDate, date(19)),
  });
  await refusal("Whoever saw an older case changes nothing", "AVERTED", {}, opened.etag, "ABORTED ETAG_MISMATCH");
  await refusal("A case does not go back to a reminder", "REMINDER", { next_step_on: date(1) }, set.etag, "FAILED_PRECONDITION WRONG_STATE");
  await due(story, { title: "Now it is tomorrow", as: "boligenhed-1", about: opened.name, wanted: [{ reason: "EVICTION_NEXT_STEP", dueOn: date(1) }] });
  await story.step({
    title: "The Housing Unit's card: how to reach the person",
    as: "boligenhed-1",
    method: `${cards}/UpdateCitizenCard`,
    request: { citizen, presence: stated("PHONE"), card: { preferred_name: "Eksempel", phone: "+4500000022", language: "da" }, request_id: requestId() },
  });
  await story.step({
    title: "An appointment tomorrow at the drop-in centre, with somebody at the person's side",
    as: "boligenhed-1",
    method: `${housing}/SetNextAppointment`,
    request: { citizen, appointment: { date: date(1), start_minute: 570, place: "APPOINTMENT_PLACE_DROP_IN_CENTRE", companion_wanted: true }, request_id: requestId() },
  });

  // --- three yeses ---------------------------------------------------------------------------------------------------
  story.chapter("At the drop-in centre. So far nobody else may see anything.");
  const visitor = await ensure("perron-4-1", "Perron 4 has its own reference, too");
  const first = await look("boligforening-1", tenant, ["HOUSING"], { title: "The Housing Association asks where the case stands", answer: refused });
  await look("perron-4-1", visitor, ["HOUSING", "FINANCES"], { title: "The companion asks, too", answer: refused, same: first });

  const pair = ["CONTACT", "HOUSING", "APPOINTMENTS"];
  await agree(story, {
    title: "First page: the Housing Unit and the Housing Association may tell each other how to meet, and how it is with the home",
    as: "boligenhed-1",
    second: "perron-4-1",
    citizen,
    arrows: [["boligenhed", "boligforening", pair], ["boligforening", "boligenhed", pair]],
  });
  await agree(story, {
    title: "Second page: the Benefits Office may tell the Housing Unit about money",
    as: "boligenhed-1",
    second: "perron-4-1",
    citizen,
    arrows: [["ydelseskontor", "boligenhed", ["FINANCES"]]],
  });
  await agree(story, {
    title: "Third page: the companion from the drop-in centre may hear of home and money",
    as: "boligenhed-1",
    second: "perron-4-1",
    citizen,
    arrows: [["boligenhed", "perron-4", ["HOUSING", "FINANCES"]]],
  });

  // --- what each sees ------------------------------------------------------------------------------------------------
  story.chapter("Each sees what it was told, and no more.");
  const start = date(-900);
  const appointment = { date: date(1), startMinute: 570, place: "APPOINTMENT_PLACE_DROP_IN_CENTRE", companionWanted: true };
  await look("boligforening-1", tenant, pair, {
    title: "The Housing Association: the stage, the dates, the appointment",
    expected: {
      nextAppointment: appointment,
      home: { landlord, start, status: "TENANCY_STATUS_AT_RISK" },
      eviction: { stage: "EVICTION_STAGE_BAILIFF_DATE_SET", bailiffDate: date(19), nextStepOn: date(1) },
    },
  });
  await look("boligforening-1", tenant, ["CONTACT"], {
    title: "… and how to reach its tenant",
    method: `${cards}/GetCitizenFile`,
    expected: { preferredName: "Eksempel", phone: "+4500000022", language: "da" },
  });
  await look("perron-4-1", visitor, ["HOUSING", "FINANCES"], {
    title: "The companion: the stage and what is owed",
    expected: {
      home: { landlord, start, status: "TENANCY_STATUS_AT_RISK" },
      eviction: { stage: "EVICTION_STAGE_BAILIFF_DATE_SET", bailiffDate: date(19), arrearsDkk: debt },
    },
  });
  await look("boligforening-1", tenant, ["SUBSTANCE_TREATMENT"], {
    title: "The Housing Association asks about substances, \"to judge the risk\": no consent could ever cover it",
    answer: "INVALID_ARGUMENT CATEGORY_NOT_RELEVANT",
  });
  await look("boligforening-1", tenant, ["FINANCES"], { title: "… and about money, at the Housing Unit: that was not agreed", answer: refused, same: first });
  await look("boligforening-1", tenant, ["FINANCES"], {
    title: "… and at the Benefits Office: that yes is for the Housing Unit alone",
    method: `${cards}/GetCitizenFile`,
    holder: "agencies/ydelseskontor",
    answer: refused,
    same: first,
  });
  await look("boligenhed-1", citizen, ["FINANCES"], {
    title: "The Housing Unit itself may look there; what the Benefits Office knows of money is not here yet",
    method: `${cards}/GetCitizenFile`,
    holder: "agencies/ydelseskontor",
    expected: {},
  });

  // --- what helps ----------------------------------------------------------------------------------------------------
  story.chapter("What helps is agreed with the person.");
  const measure = (kind, title, wanted = "OK") =>
    story.step({
      title,
      as: "boligenhed-1",
      method: `${support}/AddMeasure`,
      request: { name: opened.name, presence: stated(), kind: `MEASURE_KIND_${kind}`, request_id: requestId() },
      wanted,
      check(response) {
        if (wanted === "OK") assert.equal(response.evictionCase.measures.at(-1).kind, `MEASURE_KIND_${kind}`);
      },
    });
  await measure("PAYMENT_PLAN", "A payment plan");
  await look("perron-4-1", visitor, ["FINANCES"], {
    title: "The companion sees it at once",
    expected: { eviction: { arrearsDkk: debt, financeMeasures: ["MEASURE_KIND_PAYMENT_PLAN"] } },
  });
  await measure("ADMIN_AGREEMENT", "The rent is paid by an administration agreement");
  await measure("COMPANION", "Somebody at the person's side");
  await measure("PAYMENT_PLAN", "Once is enough", "ALREADY_EXISTS DUPLICATE");
  await look("perron-4-1", visitor, ["HOUSING", "FINANCES"], {
    title: "What tells of money is shown as money; who supports was not agreed",
    expected: {
      home: { landlord, start, status: "TENANCY_STATUS_AT_RISK" },
      eviction: { stage: "EVICTION_STAGE_BAILIFF_DATE_SET", bailiffDate: date(19), arrearsDkk: debt, financeMeasures: ["MEASURE_KIND_PAYMENT_PLAN", "MEASURE_KIND_ADMIN_AGREEMENT"] },
    },
  });

  const { evictionCase: current } = await story.quietly("boligenhed-1", `${support}/GetEvictionCase`, { name: opened.name });
  const { evictionCase: averted } = await story.step({
    title: "The Housing Association takes the termination back",
    as: "boligenhed-1",
    method: `${support}/AdvanceEvictionStage`,
    request: advance("AVERTED", { arrears_dkk: 12000 }, current.etag),
    check({ evictionCase }) {
      assert.equal(evictionCase.stage, "EVICTION_STAGE_AVERTED");
      return "Udsættelse afværget";
    },
  });
  await home("The tenancy is a tenancy again", "ACTIVE");
  await due(story, { title: "Nobody has to act any more", as: "boligenhed-1", about: opened.name, wanted: [] });
  await look("boligforening-1", tenant, pair, {
    title: "The Housing Association sees it",
    expected: { nextAppointment: appointment, home: { landlord, start, status: "TENANCY_STATUS_ACTIVE" }, eviction: { stage: "EVICTION_STAGE_AVERTED" } },
  });
  await refusal("What is averted is over", "BAILIFF_DATE_SET", { bailiff_date: date(9), next_step_on: date(1) }, averted.etag, "FAILED_PRECONDITION WRONG_STATE");

  // --- the coordinator -----------------------------------------------------------------------------------------------
  story.chapter("The coordinator sees it only if the person wants that.");
  const coordinated = await ensure("koordination-1", "The coordinator has a reference, and nothing else");
  await look("koordination-1", coordinated, ["SUPPORT_PLAN"], { title: "Nothing was agreed", about: "COORDINATE_SUPPORT", answer: refused, same: first });
  await agree(story, {
    title: "Fourth page: the coordinator may see the plan",
    as: "boligenhed-1",
    second: "perron-4-1",
    citizen,
    about: "COORDINATE_SUPPORT",
    arrows: [["boligenhed", "koordination", ["SUPPORT_PLAN"]]],
  });
  await look("koordination-1", coordinated, ["SUPPORT_PLAN"], {
    title: "\"Udsættelse afværget\", and that somebody is at the person's side: no stage, no dates, no money",
    about: "COORDINATE_SUPPORT",
    expected: { eviction: { supportMeasures: ["MEASURE_KIND_COMPANION"], averted: true } },
  });

  // --- the end -------------------------------------------------------------------------------------------------------
  story.chapter("The case is closed; the person takes back what is no longer needed.");
  const close = (reason, title, wanted = "OK") =>
    story.step({ title, as: "boligenhed-1", method: `${support}/CloseEvictionCase`, request: { name: opened.name, reason: `EVICTION_CLOSE_${reason}`, request_id: requestId() }, wanted });
  await close("MOVED", "Closed as moved? Nobody has moved", "INVALID_ARGUMENT OUT_OF_RANGE");
  await close("OUTCOME_REACHED", "Closed: the outcome is reached");
  await look("perron-4-1", visitor, ["HOUSING", "FINANCES"], { title: "The file tells no more of it", expected: { home: { landlord, start, status: "TENANCY_STATUS_ACTIVE" } } });
  await look("koordination-1", coordinated, ["SUPPORT_PLAN"], { title: "Not for the coordinator either", about: "COORDINATE_SUPPORT", expected: {} });
  await story.step({
    title: "Everything that the Housing Association was given ends, by the person's own login",
    as: own,
    method: `${consent}/WithdrawConsents`,
    request: { recipient: landlord, request_id: requestId() },
    check(response) {
      assert.equal(response.withdrawn, 1);
      return response.receipt.linesDa;
    },
  });
  await look("boligforening-1", tenant, pair, { title: "The Housing Association sees nothing more", answer: refused, same: first });
  await look("perron-4-1", visitor, ["HOUSING"], { title: "The companion's yes stands", expected: { home: { landlord, start, status: "TENANCY_STATUS_ACTIVE" } } });
  await story.step({
    title: "At Perron 4 the person says: all of it",
    as: "perron-4-1",
    method: `${consent}/WithdrawConsents`,
    request: { citizen: visitor, presence: stated(), everything: true, request_id: requestId() },
  });
  await look("perron-4-1", visitor, ["HOUSING", "FINANCES"], { title: "The companion sees nothing more", answer: refused, same: first });
  await look("koordination-1", coordinated, ["SUPPORT_PLAN"], { title: "The coordinator neither", about: "COORDINATE_SUPPORT", answer: refused, same: first });
  await story.step({
    title: '"Hvem har set mine oplysninger?"',
    as: own,
    method: `${ledger}/GetCitizenAccessStory`,
    request: { page_size: 100 },
    check({ entries }) {
      const looks = entries.filter((e) => e.look);
      const of = (agency, category, allowed) => looks.some((e) => e.details.agency === agency && e.allowed === allowed && (e.details.askedMask & bitOf(category)) !== 0);
      assert.ok(of(landlord, "HOUSING", true), "the landlord's look is missing");
      assert.ok(of(landlord, "SUBSTANCE_TREATMENT", false), "that the landlord asked about substances is missing");
      assert.ok(of(landlord, "FINANCES", false), "that the landlord asked about money is missing");
      assert.ok(of("agencies/perron-4", "FINANCES", true), "the companion's look is missing");
      return looks.slice(0, 12).map((e) => e.textDa);
    },
  });
}
