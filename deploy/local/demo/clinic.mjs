// The nurse clinic of the demo, an agency of its own in Perron 4: people without a name, two whom it knows, a wound, a wish for teeth. Nobody is
// real. What was loaded before stays as it is.
import { date } from "../../../tests/lib/values.mjs";

const account = "clinic-nurse-1";
const clinic = (method) => `brobygger.clinic.v1.ClinicService/${method}`;
const registry = (service, method) => `brobygger.registry.v1.${service}/${method}`;

// Said to have been there this morning: the same request all day, so that what broke off can be taken up again.
const presence = { stated: { method: "PRESENCE_METHOD_IN_PERSON", time: `${new Date().toISOString().slice(0, 10)}T00:00:00Z` } };
const nameless = [
  { kind: "WOUND", days: -3, note: "Sår på skinnebenet renset og forbundet. Vil gerne komme igen.", again: 0 },
  { kind: "FOOT", days: -1, note: "Vabler. Fik plaster og tørre sokker med." },
  { kind: "CHECK", days: 0, note: "Blodtryk målt, mens kaffen blev drukket.", again: 7 },
];

export async function loadClinic(call, keyOf) {
  const ask = async (method, request, about = "") => (await call(account, method, { ...request, request_id: keyOf(account, method, about, request, date()) })).response;
  const record = ({ kind, days, note, again }, citizen = "") =>
    ask(clinic("RecordNurseContact"), { citizen, content: { kind: `NURSE_CONTACT_KIND_${kind}`, date: date(days), note, ...(again !== undefined && { follow_up_on: date(again) }) } });
  for (let page_token = ""; ;) {
    const { response } = await call(account, clinic("ListNurseContacts"), { page_size: 100, page_token });
    if (response.contacts.some(({ content }) => content.note === nameless[0].note)) return; // loaded before
    if (!(page_token = response.nextPageToken)) break;
  }
  const known = async (name) => {
    const { citizen } = await ask(registry("RegistryService", "EnsureCitizen"), { presence }, name);
    await ask(registry("CitizenCardService", "UpdateCitizenCard"), { citizen, presence, card: { preferred_name: name, language: "da" } });
    return citizen;
  };
  const gull = await known("Mågen");
  await ask(clinic("OpenWoundCourse"), { citizen: gull, since: date(-9) });
  await record({ kind: "WOUND", days: -2, note: "Forbinding skiftet. Det ser pænt ud.", again: 0 }, gull);
  await ask(clinic("SetNextAppointment"), { citizen: gull, appointment: { date: date(6), start_minute: 570, place: "CLINIC_PLACE_HOSPITAL", companion_wanted: true } });
  const tulip = await known("Frøken Tulipan");
  await record({ kind: "MEDICINE", days: -1, note: "Ugens æske fyldt sammen.", again: 6 }, tulip);
  await ask(clinic("WishDentalCare"), { citizen: tulip, presence, need: "DENTAL_NEED_BROKEN_OR_MISSING", own_words: "Jeg vil gerne kunne tygge et æble.", own_words_for_sharing: true });
  for (const contact of nameless.toReversed()) await record(contact);  // the first tells that all of it was loaded
  console.log(`The nurse clinic: ${nameless.length} contacts without a name, two people it knows, a wound, a wish for teeth`);
}
