// The citizen's rights: everything about me from every agency, a word of my own beside it, and erased in one place; with the denied cases. No
// agency hears from another, and staff without a ticket hear nothing.
import assert from "node:assert/strict";
import { agree } from "./agree.mjs";
import { cardRights, cards, clinic, clinicRights, dropin, dropinRights, housing, housingRights, ledger, presences, registry, rights } from "../lib/services.mjs";
import { onceToken } from "../lib/tokens.mjs";
import { categories, date, nobodysNumber, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

const refused = "PERMISSION_DENIED TICKET_REFUSED";
const centre = "agencies/perron-4", homes = "agencies/boligenhed", nurses = "agencies/perron-4-clinic";

export const title = "Rights · Everything about me, my own word, and erased";

export async function play(story) {
  const number = nobodysNumber(), me = `citizen:${number}`, somebodyElse = `citizen:${nobodysNumber()}`;
  const cpr = { scheme: "IDENTIFIER_SCHEME_CPR", value: number };
  const step = (title, as, method, request, { wanted = "OK", check } = {}) => story.step({ title, as, method, request, wanted, check });
  const act = (title, as, method, request, more) => step(title, as, method, { ...request, request_id: requestId() }, more);
  const ensure = async (as) => (await story.quietly(as, `${registry}/EnsureCitizen`, { identifier: cpr, presence: stated(), request_id: requestId() })).citizen;

  // --- three agencies know somebody -----------------------------------------------------------------------------------
  story.chapter("Three agencies know somebody, each by a reference of its own.");
  const [ours, theirs, clinics] = [await ensure("perron-4-1"), await ensure("boligenhed-1"), await ensure("clinic-nurse-1")];
  await act("The drop-in centre: what was agreed for sharing", "perron-4-1", `${dropin}/UpdateRegular`, { citizen: ours, presence: stated(), shared: { goals: "Et sted at bo", how_to_meet: "Om formiddagen" } });
  await act("… and how to reach the citizen", "perron-4-1", `${cards}/UpdateCitizenCard`, { citizen: ours, presence: stated(), card: { preferred_name: "Eksempel", phone: "+4500000031" } });
  await act("The housing unit: an appointment", "boligenhed-1", `${housing}/SetNextAppointment`, { citizen: theirs, appointment: { date: date(1), start_minute: 570, place: "APPOINTMENT_PLACE_OFFICE" } });
  await act("The nurse clinic: a wound", "clinic-nurse-1", `${clinic}/OpenWoundCourse`, { citizen: clinics, since: date(-2) });
  await step("Somebody at the centre reads what is kept there", "perron-4-2", `${dropin}/GetRegular`, { citizen: ours });
  await agree(story, { title: "The housing unit may see how to meet", as: "perron-4-1", second: "koordination-1", citizen: ours, arrows: [["perron-4", "boligenhed", ["CONTACT"]]] });
  await step("… and looks", "boligenhed-1", `${dropin}/GetCitizenFile`, { citizen: theirs, holder: centre, purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories("CONTACT") });

  // --- everything about me --------------------------------------------------------------------------------------------
  story.chapter("The citizen signs in and asks for everything.");
  const { tickets } = await step("A ticket for each agency that knows the citizen", me, `${rights}/IssueAccessTickets`, {}, {
    check(response) {
      assert.deepEqual(response.tickets.map((one) => one.agency), [homes, centre, nurses].sort());
      return response.tickets.map((one) => `${one.nameDa}: ${one.services.length}`);
    },
  });
  const of = (agency) => tickets.find((one) => one.agency === agency).ticket;
  const kinds = (response) => (response.sections ?? []).map((one) => one.kind);
  await step("The drop-in centre's answer, to read and for a machine", me, `${dropinRights}/ExportRecords`, { ticket: of(centre) }, {
    check(response) {
      assert.deepEqual(kinds(response), ["file", "regular", "reading"]);
      const [reading] = response.sections[2].records;
      assert.equal(JSON.parse(reading.json).read_by, "perron-4-2");
      assert.match(reading.textDa, /^Læst af: .*\nFørste gang den dag: .*\nFørst med: .*GetRegular\n$/);
      assert.match(response.sections[0].records[0].textDa, /Ønsker og mål: Et sted at bo/i);
      assert.equal(JSON.parse(response.sections[0].records[0].json).goals, "Et sted at bo");
      return response.sections[0].records[0].textDa;
    },
  });
  await step("Its card", me, `${cardRights}/ExportRecords`, { ticket: of(centre) }, { check: (response) => assert.deepEqual(kinds(response), ["card", "card-line"]) });
  await step("The housing unit's answer", me, `${housingRights}/ExportRecords`, { ticket: of(homes) }, { check: (response) => assert.deepEqual(kinds(response), ["file", "standing"]) });
  await step("The nurse clinic's answer", me, `${clinicRights}/ExportRecords`, { ticket: of(nurses) }, { check: (response) => assert.deepEqual(kinds(response), ["file", "course", "standing"]) });

  story.chapter("Nobody else gets anything by these tickets, and all hear the same.");
  const denied = (title, as, method, request, wanted = refused) => step(title, as, method, request, { wanted });
  await denied("Another citizen, with the citizen's own ticket", somebodyElse, `${housingRights}/ExportRecords`, { ticket: of(homes) });
  await denied("Staff of the very agency, with it", "boligenhed-1", `${housingRights}/ExportRecords`, { ticket: of(homes) });
  await denied("The citizen, with the ticket of another agency", me, `${housingRights}/ExportRecords`, { ticket: of(centre) });
  await denied("The citizen, to have it erased by a ticket to see it", me, `${housingRights}/EraseRecords`, { ticket: of(homes), request_id: requestId() });
  await denied("… or to add to it", me, `${housingRights}/AddStatement`, { ticket: of(homes), text: "x", about: "DATA_CATEGORY_HOUSING", request_id: requestId() });
  await denied("Staff with no ticket at all", "boligenhed-1", `${housingRights}/ExportRecords`, {}, "INVALID_ARGUMENT FIELD_REQUIRED");
  await denied("Who leads the unit", "boligenhed-leader", `${housingRights}/ExportRecords`, { ticket: of(homes) }, "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  await denied("One member of staff alone says that the citizen wants to see it all", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: theirs, presence: stated() }, "FAILED_PRECONDITION WORD_NOT_ENOUGH");
  await denied("… and nobody says so", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: theirs }, "FAILED_PRECONDITION PRESENCE_REQUIRED");
  await denied("… of somebody who does not exist", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: strangerReference(), presence: stated() }, "NOT_FOUND NOT_FOUND");

  story.chapter("Somebody without a login says it before two people, one of them from elsewhere.");
  const attest = async (title, use, more = {}) => ({ signed: (await act(title, "boligenhed-1", `${presences}/AttestPresence`, {
    citizen: theirs, method: "PRESENCE_METHOD_IN_PERSON", use: `PRESENCE_USE_${use}`, second_token: await onceToken("perron-4-2"), ...more,
  })).statement });
  const forConsents = await attest("Two people state it, for seeing the consents", "SEE");
  await denied("A word to see the consents shows no records", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: theirs, presence: forConsents }, "FAILED_PRECONDITION STATEMENT_USE");
  const forDoors = await attest("Two people state it, for opening doors again", "REGISTRY");
  await denied("… nor does one to open doors again erase anything", "boligenhed-1", `${rights}/IssueActTickets`, { citizen: theirs, presence: forDoors, agency: centre, right: "RIGHT_ERASE", request_id: requestId() }, "FAILED_PRECONDITION STATEMENT_USE");
  const elsewhere = await attest("Two people state it, for erasing at the clinic", "ERASE", { holder: nurses });
  await denied("… nor one to erase at the clinic anything of the drop-in centre", "boligenhed-1", `${rights}/IssueActTickets`, { citizen: theirs, presence: elsewhere, agency: centre, right: "RIGHT_ERASE", request_id: requestId() }, "FAILED_PRECONDITION STATEMENT_USE");
  const forRecords = await attest("Two people state it, for seeing everything", "RECORDS");
  const witnessed = await step("The adviser gets the tickets", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: theirs, presence: forRecords });
  await denied("… once", "boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: theirs, presence: forRecords }, "FAILED_PRECONDITION STATEMENT_USED");
  const forAdviser = witnessed.tickets.find((one) => one.agency === nurses).ticket;
  await step("… and reads with the citizen what the clinic keeps", "boligenhed-1", `${clinicRights}/ExportRecords`, { ticket: forAdviser }, { check: (response) => assert.ok(kinds(response).includes("course")) });
  await step("That leaves no line in the clinic's own log: lines of one moment would join agencies", me, `${clinicRights}/ExportRecords`, { ticket: of(nurses) }, { check: (response) => assert.deepEqual(kinds(response), ["file", "course", "standing"]) });
  await denied("A colleague cannot use the adviser's ticket", "boligenhed-2", `${clinicRights}/ExportRecords`, { ticket: forAdviser });

  // --- a word of one's own --------------------------------------------------------------------------------------------
  story.chapter("The citizen says what the housing unit has got wrong. The record stays as it is; the word stands beside it.");
  const said = `Jeg kan kun om eftermiddagen (${requestId().slice(0, 6)})`;
  const add = await act("A ticket to add something", me, `${rights}/IssueActTickets`, { agency: homes, right: "RIGHT_ADD_STATEMENT" });
  await act("A statement about what is not kept there is refused", me, `${housingRights}/AddStatement`, { ticket: add.tickets[0].ticket, text: said, about: "DATA_CATEGORY_NETWORK" }, { wanted: "INVALID_ARGUMENT OUT_OF_RANGE" });
  await act("… and one with a CPR number", me, `${housingRights}/AddStatement`, { ticket: add.tickets[0].ticket, text: "Hun hedder 010180-4005", about: "DATA_CATEGORY_HOUSING" }, { wanted: "INVALID_ARGUMENT BAD_FORMAT" });
  await act("The statement", me, `${housingRights}/AddStatement`, { ticket: add.tickets[0].ticket, text: said, about: "DATA_CATEGORY_APPOINTMENTS" });
  await denied("A second one by the same ticket", me, `${housingRights}/AddStatement`, { ticket: add.tickets[0].ticket, text: "en til", about: "DATA_CATEGORY_APPOINTMENTS", request_id: requestId() });
  await step("The adviser reads it beside the appointment", "boligenhed-1", `${housingRights}/ListStatements`, { citizen: theirs }, { check: (response) => assert.equal(response.statements[0].text, said) });
  await step("Another agency's staff do not", "perron-4-1", `${housingRights}/ListStatements`, { citizen: theirs }, { wanted: "PERMISSION_DENIED ROLE_NOT_ALLOWED" });
  await step("It goes along with the export", me, `${housingRights}/ExportRecords`, { ticket: of(homes) }, {
    check: (response) => assert.ok(response.sections.some((one) => one.kind === "statement" && one.records[0].textDa.includes(said))),
  });
  await agree(story, { title: "The centre may see appointments of the housing unit", as: "perron-4-1", second: "koordination-1", citizen: ours, arrows: [["boligenhed", "perron-4", ["APPOINTMENTS"]]] });
  const look = { citizen: ours, holder: homes, purpose: purpose("FIND_AND_KEEP_HOME") };
  await step("… and so through the door, with what it is about", "perron-4-1", `${housing}/GetCitizenFile`, { ...look, categories: categories("APPOINTMENTS") }, {
    check: (response) => assert.deepEqual(Object.entries(response.file.statements).filter(([, texts]) => texts.length > 0), [["appointments", [said]]]),
  });

  // --- erased in one place --------------------------------------------------------------------------------------------
  story.chapter("The citizen has everything at the drop-in centre erased, and nowhere else.");
  const order = await act("A ticket to erase it; whom the centre has to tell; what stays", me, `${rights}/IssueActTickets`, { agency: centre, right: "RIGHT_ERASE" }, {
    check(response) {
      assert.deepEqual(response.recipients.map((one) => one.agency), [homes]);
      assert.equal(response.recipients[0].categories.length, 13, "with the citizen the adviser saw the records themselves");
      assert.match(response.staysDa, /adgangsloggen/);
      return [response.staysDa, ...response.recipients.map((one) => `to be told: ${one.nameDa}`)];
    },
  });
  const erase = order.tickets[0];
  assert.deepEqual([...erase.services].sort(), [cardRights, dropinRights].sort());
  await denied("It does not erase what the housing unit has", me, `${housingRights}/EraseRecords`, { ticket: erase.ticket, request_id: requestId() });
  await denied("Staff of the centre cannot use it", "perron-4-1", `${dropinRights}/EraseRecords`, { ticket: erase.ticket, request_id: requestId() });
  await denied("It shows nothing", me, `${dropinRights}/ExportRecords`, { ticket: erase.ticket });
  for (const service of [dropinRights, cardRights]) await act(`Erased: ${service.split(".")[1]}`, me, `${service}/EraseRecords`, { ticket: erase.ticket });
  await step("The centre has no card of the citizen any more", "perron-4-1", `${cards}/GetCitizenCard`, { citizen: ours }, { wanted: "NOT_FOUND NOT_FOUND" });
  await step("… nor anything else", "perron-4-1", `${dropin}/GetRegular`, { citizen: ours }, { wanted: "NOT_FOUND NOT_FOUND" });
  await step("Through its door there is nothing", "boligenhed-1", `${dropin}/GetCitizenFile`, { citizen: theirs, holder: centre, purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories("CONTACT") }, {
    check: (response) => assert.ok(!JSON.stringify(response.file ?? {}).includes("formiddagen")),
  });
  await step("The housing unit has what it had", "boligenhed-1", `${housing}/GetNextAppointment`, { citizen: theirs }, { check: (response) => assert.equal(response.appointment.startMinute, 570) });

  story.chapter("All of it stands in the citizen's story.");
  await step("Who did what", me, `${ledger}/GetCitizenAccessStory`, { page_size: 50 }, {
    check(response) {
      const acts = response.entries.map((entry) => entry.details.act);
      for (const act of ["ACT_RECORDS_ASKED", "ACT_STATEMENT_ASKED", "ACT_ERASURE_ASKED"]) assert.ok(acts.includes(act), act);
      return response.entries.filter((entry) => /_(RECORDS|STATEMENT|ERASURE)_ASKED/.test(entry.details.act)).map((entry) => entry.textDa);
    },
  });
}
