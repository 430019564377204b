// The housing side of the demo: Perron 4 with its fifteen crooked homes, and made-up people (housing.json) in them, in the line and
// in homes elsewhere, each brought there step by step by the calls that staff make. Nobody is identified by anything.
import { readFileSync } from "node:fs";
import { date } from "../../../tests/lib/values.mjs";

const housing = (service) => `brobygger.housing.v1.${service}Service`;
const demo = JSON.parse(readFileSync(new URL("housing.json", import.meta.url), "utf8"));

// Said to have been there this morning: the same request all day, so that what broke off can be taken up again.
const today = new Date().toISOString().slice(0, 10);
const presence = { stated: { method: "PRESENCE_METHOD_IN_PERSON", time: `${today}T00:00:00Z` } };

export async function loadHousing(call, keyOf) {
  const { account, registers, leader, house } = demo;
  const at = (code) => `houses/${house.slug}/units/${code}`;
  // `about` keeps apart what is asked in the same words about two people.
  const ask = async (service, method, request, about = "", as = account) => {
    const request_id = keyOf(as, method, about, request, date());
    return (await call(as, `${service}/${method}`, { ...request, request_id })).response;
  };
  // Answered anew within the day, if nothing in the demo has changed since.
  const registered = await call(leader, `${housing("Homes")}/RegisterHouse`, { ...house, request_id: keyOf(leader, demo, presence) }, ["DUPLICATE"]);
  if (registered.code !== "OK") return; // loaded before

  const allocate = (method, request, about) => ask(housing("Allocation"), method, request, about);
  const support = (method, request, about) => ask(housing("Support"), method, request, about);

  const screen = async (citizen, { leaving, ...answers }) => {
    const all = { screened_on: date(), risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON", ...answers };
    if (leaving) all.leaving_on = date(leaving);
    const { screening } = await ask(housing("Housing"), "CreateScreening", { citizen, presence, answers: all });
    await ask(housing("Housing"), "CompleteScreening", { name: screening.name, presence, etag: screening.etag });
  };

  // As far as `until`; returns the referral.
  const refer = async (citizen, until) => {
    const needs = {
      requested_kind: house.kind,
      homeless: true,
      socially_vulnerable: true,
      substance_use: "SELF_DECLARED_NOT_SAID",
      support_need: until === "NOT_ELIGIBLE" ? "SUPPORT_NEED_INTENSIVE" : "SUPPORT_NEED_LIMITED",
    };
    const { referral } = await allocate("SubmitHousingReferral", { citizen, presence, needs });
    if (until === "SUBMITTED") return referral;
    await allocate("AssessHousingReferral", { name: referral.name, etag: referral.etag });
    if (until !== "WAITING") return referral;
    await allocate("JoinWaitingList", { name: referral.name, presence });
    return referral;
  };

  const offer = async (citizen, code) => {
    const { name } = await refer(citizen, "WAITING");
    return (await allocate("OfferUnit", { referral: name, unit: at(code), out_of_order: "OUT_OF_ORDER_REASON_WHO_IS_FIRST_ASKED_TO_WAIT" })).offer;
  };
  const accept = async (citizen, code) => {
    const { name } = await offer(citizen, code);
    await allocate("AcceptOffer", { name, presence });
    return name;
  };
  const moveIn = async (citizen, code) => (await allocate("RecordMoveIn", { offer: await accept(citizen, code), start: date(), landlord: "agencies/boligforening" })).tenancy;

  for (const person of demo.people) {
    const { citizen } = await ask("brobygger.registry.v1.RegistryService", "EnsureCitizen", { presence }, person.name, registers);
    await ask("brobygger.registry.v1.CitizenCardService", "UpdateCitizenCard", { citizen, presence, card: { preferred_name: person.name, language: "da" } });
    if (person.screening) await screen(citizen, person.screening);
    if (person.shelter) await support("CheckInToShelter", { citizen, presence, check_in: date(person.shelter), self_referred: true, leader_decided: true });
    if (person.referral) await refer(citizen, person.referral);
    if (person.offered) await offer(citizen, person.offered);
    if (person.accepted) await accept(citizen, person.accepted);
    let tenancy;
    if (person.home) tenancy = await moveIn(citizen, person.home);
    if (person.tenancy) ({ tenancy } = await allocate("OpenTenancy", { citizen, presence, ...person.tenancy, start: date(person.tenancy.start) }));
    if (person.notice) await allocate("EndTenancy", { name: tenancy.name, last_day: date(person.notice), reason: "TENANCY_END_OTHER_HOME" });
    if (person.eviction) {
      const { bailiff, next_step, measures = [], ...told } = person.eviction;
      const request = { citizen, tenancy: tenancy.name, received_from: "EVICTION_SOURCE_HOUSING_ASSOCIATION", ...told, next_step_on: date(next_step) };
      if (bailiff) request.bailiff_date = date(bailiff);
      const opened = await support("OpenEvictionCase", request);
      for (const kind of measures) await support("AddMeasure", { name: opened.evictionCase.name, presence, kind });
    }
    if (person.support) {
      const { start, planned_end, ...how } = person.support;
      await support("StartSupportEpisode", { citizen, presence, ...how, start: date(start), ...(planned_end && { planned_end: date(planned_end) }) });
    }
    if (person.appointment) {
      const { days, ...where } = person.appointment;
      await ask(housing("Housing"), "SetNextAppointment", { citizen, appointment: { ...where, date: date(days) } });
    }
  }

  await ask(housing("Homes"), "ReserveUnit", { unit: at(demo.held_by_hand.unit), until: date(demo.held_by_hand.days) });
  await ask(housing("Homes"), "CloseUnit", { unit: at(demo.under_repair) });
  const { site, capacity, nights, taken_tonight } = demo.night_places;
  for (let night = 0; night < nights; night++) await ask(housing("Homes"), "OpenNightPlaces", { site, date: date(night), capacity }, "", leader);
  for (let place = 0; place < taken_tonight; place++) await ask(housing("Homes"), "TakeNightPlace", { site, date: date() }, `${place}`);
  const { meeting } = await ask(housing("Homes"), "ScheduleBoardMeeting", { house: `houses/${house.slug}`, date: date(demo.board_meeting.days) }, "", leader);
  await ask(housing("Homes"), "SendBoardAgenda", { name: meeting.name, agenda: demo.board_meeting.agenda, sent_on: date() }, "", leader);
  console.log(`${house.display_name}: ${registered.response.house.units.length} crooked homes, ${demo.people.length} made-up people`);
}
