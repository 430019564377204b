// D8, teeth and a wound: a wound is cared for without a name; teeth are wanted, agreed on paper, and seen to; company on the way to the
// hospital; and nobody else in the house reads any of it. (Hospital and general practitioner have no service of their own here: what they
// know stays with them.)
import assert from "node:assert/strict";
import { onceToken } from "../lib/tokens.mjs";
import { agree } from "./agree.mjs";
import { lookThrough, shown } from "./housing.mjs";
import { born, categories, date, nobodysNumber, purpose, requestId, stated } from "../lib/values.mjs";

const consent = "brobygger.consent.v1.ConsentService";
const presences = "brobygger.consent.v1.PresenceService";
const registry = "brobygger.registry.v1.RegistryService";
const cards = "brobygger.registry.v1.CitizenCardService";
const clinic = "brobygger.clinic.v1.ClinicService";
const network = "brobygger.dropin.v1.NetworkService";

const refused = "PERMISSION_DENIED CONSENT_REQUIRED";
const nurse = "clinic-nurse-1";
const holder = "agencies/perron-4-clinic";
const dental = "agencies/socialtandpleje";
const why = "HEALTH_AND_DENTAL_CARE";
const hospital = { date: date(6), start_minute: 570, place: "CLINIC_PLACE_HOSPITAL", companion_wanted: true };

export const title = "D8 · Teeth and a wound";

export async function play(story) {
  const cpr = { scheme: "IDENTIFIER_SCHEME_CPR", value: nobodysNumber() };
  const step = (title, as, method, request, { wanted = "OK", check } = {}) => story.step({ title, as, method, request, wanted, check });
  // A change: with a key of its own.
  const act = (title, as, method, request, more) => step(title, as, method, { ...request, request_id: requestId() }, more);
  const look = (title, as, citizen, wanted, more) => lookThrough(story, { title, as, citizen, wanted, about: why, method: `${clinic}/GetCitizenFile`, holder, ...more });

  // --- a wound, without a name ---------------------------------------------------------------------------------------
  story.chapter("Somebody at the drop-in centre has a wound on the leg, and would rather not say who they are.");
  const content = { kind: "NURSE_CONTACT_KIND_WOUND", date: date(), note: "Renset og forbundet.", follow_up_on: date(3) };
  const { contact } = await act("The nurse writes down the wound, and nobody's name", nurse, `${clinic}/RecordNurseContact`, { content }, {
    check(response) {
      assert.equal(response.contact.citizen, "");
      return `${response.contact.content.kind}, again in three days`;
    },
  });
  await act("A CPR number in the note is refused, with a hint", nurse, `${clinic}/RecordNurseContact`, { content: { ...content, note: "Hedder 010180-4005." } }, { wanted: "INVALID_ARGUMENT BAD_FORMAT" });
  await step("Staff of the same house open the nurse's record: it is not theirs", "perron-4-1", `${clinic}/GetNurseContact`, { name: contact.name }, { wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  await step("… nor the list, nor who leads the house", "perron-4-leader", `${clinic}/ListNurseContacts`, {}, { wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  await step("… nor a nurse who works for the house and not for the clinic", "perron-4-nurse", `${clinic}/GetNurseContact`, { name: contact.name }, { wanted: "PERMISSION_DENIED AGENCY_NOT_SERVED" });

  // --- teeth ---------------------------------------------------------------------------------------------------------
  story.chapter("Somebody else cannot chew, and wants their teeth seen to. This time with a name.");
  const { citizen } = await act("The clinic has a reference of its own", nurse, `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated() });
  await act("How to reach the citizen, and who they are", nurse, `${cards}/UpdateCitizenCard`, { citizen, presence: stated(), card: { preferred_name: "Eksempel", phone: "+4500000028", birth_date: born(51) } });
  await act("A wound is cared for here, too", nurse, `${clinic}/OpenWoundCourse`, { citizen, since: date(-9) });
  const { referral } = await act("The wish, in the citizen's own words, which may be shown", nurse, `${clinic}/WishDentalCare`, {
    citizen, presence: stated(), need: "DENTAL_NEED_PAIN", own_words: "Jeg kan ikke tygge i venstre side.", own_words_for_sharing: true,
  }, { check: (response) => assert.equal(response.referral.state, "DENTAL_REFERRAL_STATE_WISHED") });
  const send = { name: referral.name, citizen, recipient: dental };
  await act("It cannot be sent: nobody has said yes", nurse, `${clinic}/SendDentalReferral`, send, { wanted: refused });

  story.chapter("The page: the clinic may tell the social dental clinic how to meet, who it is, and of the health. On paper, for it is about health.");
  const { consents } = await act("The question is written down", nurse, `${consent}/ProposeConsents`, {
    citizen, presence: stated(), arrows: [{ holder, recipient: dental, purpose: purpose(why), categories: categories("CONTACT", "IDENTITY", "HEALTH") }],
  });
  const names = consents.map((c) => c.name);
  const { text } = await story.quietly(nurse, `${consent}/GetConsentText`, { language: "da" });
  const given = { capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 };
  const attest = async (title, second, signature) =>
    act(title, nurse, `${presences}/AttestPresence`, { citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: names, second_token: second && (await onceToken(second)), written_signature: signature });
  const activate = (title, { statement }, evidence, more) =>
    act(title, nurse, `${consent}/ActivateConsents`, { citizen, presence: { signed: statement }, consents: names, given: { ...given, evidence } }, more);
  const spoken = await attest("Two nurses state that the citizen is here", "clinic-nurse-2", false);
  await activate("A spoken yes to something about health, and nobody says why it was not written", spoken, "EVIDENCE_ORAL_WITNESSED", { wanted: "INVALID_ARGUMENT FIELD_REQUIRED" });
  await act("… nor does one nurse alone hear it", nurse, `${consent}/ActivateConsents`, { citizen, presence: { signed: (await attest("One nurse states it alone", "", false)).statement }, consents: names, given: { ...given, evidence: "EVIDENCE_ORAL_WITNESSED", oral_reason: "Borgeren vil hellere sige det." } }, { wanted: "FAILED_PRECONDITION WORD_NOT_ENOUGH" });
  await act("It still cannot be sent", nurse, `${clinic}/SendDentalReferral`, send, { wanted: refused });
  await activate("The paper is signed, and two have seen it: that is a yes", await attest("The citizen signs; the two state it", "clinic-nurse-2", true), "EVIDENCE_SIGNED_PAPER", {
    check(response) {
      assert.equal(response.consents[0].state, "CONSENT_STATE_ACTIVE");
      return response.receipt.linesDa;
    },
  });

  const { citizen: patient } = await act("The social dental clinic knows the number, and has a reference of its own", "socialtandpleje-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated("PHONE") }, {
    check: (response) => assert.notEqual(response.citizen, citizen),
  });
  const health = ["HEALTH"];
  await look("Agreed, but not sent: of the teeth nothing is shown yet", "socialtandpleje-1", patient, health, { expected: { woundSince: date(-9) } });
  await act("Now it can be sent", nurse, `${clinic}/SendDentalReferral`, send, {
    check(response) {
      assert.equal(response.referral.state, "DENTAL_REFERRAL_STATE_SENT");
      assert.deepEqual(response.referral.sentOn, date());
    },
  });
  await step("Nothing was pushed: they find the yes among their incoming consents", "socialtandpleje-1", `${consent}/ListIncomingConsents`, { page_size: 100 }, {
    check: (response) => assert.ok(response.consents.some((c) => c.citizen === patient && c.arrow.holder === holder), "the yes is missing"),
  });
  const teeth = { need: "DENTAL_NEED_PAIN", ownWords: "Jeg kan ikke tygge i venstre side.", sentOn: date() };
  await look("… look through the clinic's door, and see what was agreed; no note, no appointment", "socialtandpleje-1", patient, [...health, "APPOINTMENTS"], { expected: { woundSince: date(-9), dental: teeth } });
  await step("… and its card: how to reach the citizen, and the birth date", "socialtandpleje-1", `${cards}/GetCitizenFile`, { citizen: patient, holder, purpose: purpose(why), categories: categories("CONTACT", "IDENTITY") }, {
    check: (response) => assert.deepEqual(shown(response.file), { preferredName: "Eksempel", phone: "+4500000028", birthDate: born(51) }),
  });
  await act("They call with a time; the nurse writes it down", nurse, `${clinic}/SetDentalAppointment`, { name: referral.name, appointment: { date: date(9), start_minute: 780, place: "Eksempelvej 10" } });

  // --- the hospital --------------------------------------------------------------------------------------------------
  story.chapter("The wound has to be looked at in hospital, Tuesday or so at half past nine, and not alone.");
  await act("The nurse writes down when, and that company is wanted", nurse, `${clinic}/SetNextAppointment`, { citizen, appointment: hospital });
  await agree(story, { title: "The coordinator may know when, to help with getting there; not what for", as: nurse, second: "clinic-nurse-2", citizen, about: "COORDINATE_SUPPORT", arrows: [["perron-4-clinic", "koordination", ["APPOINTMENTS"]]] });
  const { citizen: known } = await act("The coordinator has a reference of its own", "koordination-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated("PHONE") });
  await look("The coordinator reads: an appointment, half past nine, company is wanted", "koordination-1", known, ["APPOINTMENTS"], {
    about: "COORDINATE_SUPPORT",
    expected: { nextAppointment: { date: hospital.date, startMinute: 570, companionWanted: true } },
  });
  const no = await look("The coordinator asks for the health: that was not agreed", "koordination-1", known, health, { about: "COORDINATE_SUPPORT", answer: refused });
  const { citizen: elsewhere } = await act("The drop-in centre itself, in the same house, knows the citizen too", "perron-4-1", `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated() });
  await look("… and gets the same no as anybody, to the byte", "perron-4-1", elsewhere, ["HEALTH"], { about: "ACUTE_HELP", answer: refused, same: no });

  const { request: company } = await act("The citizen asks the house for company, and says aloud that they may hear about the leg", "perron-4-1", `${network}/RequestCompanion`, {
    citizen: elsewhere, presence: stated(), date: hospital.date, start_minute: 570, place: "Sygehuset, hovedindgangen", may_hear: categories("HEALTH"),
  }, { check: (response) => assert.equal(response.request.state, "COMPANION_STATE_ASKED") });
  await act("Somebody of the house promises to come along, as a bridge-builder", "perron-4-1", `${network}/AnswerCompanion`, { name: company.name, to: "COMPANION_STATE_PROMISED" }, {
    check: (response) => assert.equal(response.request.state, "COMPANION_STATE_PROMISED"),
  });
  await look("What may be heard in the room opens no door: the house still reads nothing of the clinic", "perron-4-1", elsewhere, ["HEALTH"], { about: "ACUTE_HELP", answer: refused, same: no });

  // --- done, and taken back ------------------------------------------------------------------------------------------
  story.chapter("It hurts too much to wait: the teeth are seen to today.");
  await act("The citizen was there", nurse, `${clinic}/RecordDentalVisit`, { name: referral.name, visited_on: date() }, {
    check: (response) => assert.equal(response.referral.state, "DENTAL_REFERRAL_STATE_VISITED"),
  });
  await act("Who was there is not sent again", nurse, `${clinic}/SendDentalReferral`, send, { wanted: "FAILED_PRECONDITION WRONG_STATE" });
  await look("The door shows the referral no more", "socialtandpleje-1", patient, health, { expected: { woundSince: date(-9), nextAppointmentPlace: "CLINIC_PLACE_HOSPITAL" } });
  await act("The citizen takes the yes back; one word to anybody is enough", nurse, `${consent}/WithdrawConsents`, { citizen, presence: stated("PHONE"), consent: names[0] });
  await look("The next look shows nothing", "socialtandpleje-1", patient, health, { answer: refused, same: no });
  await look("What the coordinator was told stands: it was another yes", "koordination-1", known, ["APPOINTMENTS"], {
    about: "COORDINATE_SUPPORT",
    expected: { nextAppointment: { date: hospital.date, startMinute: 570, companionWanted: true } },
  });
}
