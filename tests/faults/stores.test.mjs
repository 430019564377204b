// Promise P5: the consent is the link. After a citizen was shared between agencies, the opened stores of any two of them have
// nothing in common by which the citizen, a consent or an entry could be joined; and what names a citizen stands in no log and
// nowhere in clear.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close, viaGateway } from "../lib/client.mjs";
import { onceToken, personToken, systemToken } from "../lib/tokens.mjs";
import { dropinRights, housingRights, rights } from "../lib/services.mjs";
import { born, categories, date, requestId, stated } from "../lib/values.mjs";
import { readLedger, subjectOf } from "./lib/ledger.mjs";
import { Resp } from "./lib/resp.mjs";
import { build, give, home, incoming, ok, run, service } from "./lib/world.mjs";

const agencies = ["perron-4", "boligenhed", "jobcenter", "perron-4-clinic"];
// Where an agency has records: the prefix of the keys, and the service whose keys open them.
const stores = { "perron-4": [["dropin", "dropin"], ["registry", "consent"]], boligenhed: [["housing", "housing"], ["registry", "consent"]], jobcenter: [["registry", "consent"]], "perron-4-clinic": [["clinic", "clinic"], ["registry", "consent"]] };
const unique = randomBytes(5).toString("hex");
const said = {  // everything by which somebody would know the citizen again; ASCII, as the dump is compared byte by byte
  alias: `Skibsdrengen ${unique}`, name: `Kaptajn ${unique}`, legal: `Anders Andersen ${unique}`, cpr: `040870${randomInt(1000, 9999)}`,
  phone: `+45${randomInt(20_000_000, 99_999_999)}`, goals: `Et sted med plads til hunden, ${unique}`, meet: `Ved kiosken om formiddagen, ${unique}`, own: `Et roligt sted, ${unique}`,
  note: `Forbinding skiftet, ${unique}`, teeth: `Kan ikke tygge, ${unique}`,
};
const refs = {};    // agency -> its own reference
let subject, tokens, consents;

before(async () => {
  const known = new Map();
  for (const as of ["boligenhed-1", "perron-4-1", "jobcenter-1"]) {
    known.set(as, new Set((await ok(as, `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen)));
  }
  // At the drop-in centre: an alias, then a citizen.
  const { participant } = await ok("perron-4-1", `${service.dropin}/CreateParticipant`, { alias: said.alias, wishes: [said.goals], request_id: requestId() });
  const { citizen } = await ok("perron-4-nurse", `${service.registry}/EnsureCitizen`, { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value: said.cpr }, presence: stated(), request_id: requestId() });
  const { statement } = await ok("perron-4-1", `${service.presence}/AttestPresence`, { citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_REGISTRY", second_token: await onceToken("perron-4-2"), request_id: requestId() });
  const { link } = await ok("perron-4-1", `${service.registry}/LinkAlias`, { citizen, presence: { signed: statement }, alias: participant.name, request_id: requestId() });
  await ok("perron-4-1", `${service.dropin}/LinkParticipant`, { name: participant.name, link, bring_past: true, request_id: requestId() });
  const card = (name) => ({ preferred_name: name, legal_name: said.legal, cpr: said.cpr, phone: said.phone, birth_date: born(40) });
  await ok("perron-4-1", `${service.card}/UpdateCitizenCard`, { citizen, presence: stated(), card: card(said.name), request_id: requestId() });
  await ok("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), wishes: [said.goals], request_id: requestId(), shared: { goals: said.goals, how_to_meet: said.meet, appointments: [{ date: date(2), part_of_day: "PART_OF_DAY_MORNING" }] } });

  // Yes to the Housing Unit and to the Job Centre; both look.
  const what = categories("CONTACT", "HOUSING", "APPOINTMENTS", "IDENTITY");
  const first = await give(citizen, { what });
  refs["perron-4"] = citizen;
  refs.boligenhed = await incoming(known.get("boligenhed-1"), "boligenhed-1");
  const second = await give(citizen, { recipient: "agencies/jobcenter", what: categories("CONTACT") });
  refs.jobcenter = await incoming(known.get("jobcenter-1"), "jobcenter-1");
  const look = (as, method, agency, holder, asked) => ok(as, method, { citizen: refs[agency], holder: `agencies/${holder}`, purpose: home, categories: asked });
  assert.equal((await look("boligenhed-1", `${service.dropin}/GetCitizenFile`, "boligenhed", "perron-4", what)).file.howToMeet, said.meet);
  assert.equal((await look("boligenhed-1", `${service.card}/GetCitizenFile`, "boligenhed", "perron-4", what)).file.phone, said.phone);
  assert.equal((await look("jobcenter-1", `${service.card}/GetCitizenFile`, "jobcenter", "perron-4", categories("CONTACT"))).file.preferredName, said.name);

  // Both work with the citizen on their own side; the Housing Unit shares back.
  const { screening } = await ok("boligenhed-1", `${service.housing}/CreateScreening`, {
    citizen: refs.boligenhed, presence: stated(), request_id: requestId(),
    answers: { screened_on: date(), birth_date: born(40), living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_1_TO_6_MONTHS", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED", own_words: said.own, own_words_for_sharing: true },
  });
  await ok("boligenhed-1", `${service.housing}/CompleteScreening`, { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() });
  await ok("boligenhed-1", `${service.housing}/SetNextAppointment`, { citizen: refs.boligenhed, appointment: { date: date(3), start_minute: 600, place: "APPOINTMENT_PLACE_OFFICE" }, request_id: requestId() });
  await ok("jobcenter-1", `${service.card}/UpdateCitizenCard`, { citizen: refs.jobcenter, presence: stated(), card: { preferred_name: "K." }, request_id: requestId() });
  await ok("jobcenter-1", `${service.card}/GetCitizenCard`, { citizen: refs.jobcenter });
  await ok("boligenhed-1", `${service.housing}/ListScreenings`, { citizen: refs.boligenhed });
  const third = await give(refs.boligenhed, { holder: "agencies/boligenhed", staff: ["boligenhed-1", "boligenhed-2"], recipient: "agencies/perron-4", what: categories("HOUSING", "APPOINTMENTS") });
  await look("perron-4-1", `${service.housing}/GetCitizenFile`, "perron-4", "boligenhed", categories("HOUSING", "APPOINTMENTS"));
  await ok("perron-4-1", `${service.dropin}/GetRegular`, { citizen });
  // The clinic in the same house knows the citizen, too, under a reference of its own.
  refs["perron-4-clinic"] = (await ok("clinic-nurse-1", `${service.registry}/EnsureCitizen`, { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value: said.cpr }, presence: stated(), request_id: requestId() })).citizen;
  const patient = { citizen: refs["perron-4-clinic"], request_id: requestId() };
  await ok("clinic-nurse-1", `${service.clinic}/RecordNurseContact`, { ...patient, content: { kind: "NURSE_CONTACT_KIND_WOUND", date: date(), note: said.note, follow_up_on: date(5) } });
  await ok("clinic-nurse-1", `${service.clinic}/WishDentalCare`, { ...patient, presence: stated(), need: "DENTAL_NEED_PAIN", own_words: said.teeth, own_words_for_sharing: true, request_id: requestId() });
  await ok("clinic-nurse-1", `${service.clinic}/ListNurseContacts`, { citizen: patient.citizen });
  // The gateway is on the road as well.
  assert.equal((await viaGateway.call({ as: "perron-4-1", method: `${service.card}/GetCitizenCard`, request: { citizen } })).code, "OK");
  await ok("perron-4-1", `${service.consent}/WithdrawConsents`, { citizen, presence: stated(), everything: true, request_id: requestId() });

  // Two people say for the citizen that everything shall be seen, and two agencies' records are shown within a moment: none of their logs grows.
  const witnessed = await ok("boligenhed-1", `${service.presence}/AttestPresence`, { citizen: refs.boligenhed, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_RECORDS", second_token: await onceToken("perron-4-2"), request_id: requestId() });
  const { tickets } = await ok("boligenhed-1", `${rights}/IssueAccessTickets`, { citizen: refs.boligenhed, presence: { signed: witnessed.statement } });
  const noted = await readings();
  for (const [agency, keeper] of [["perron-4", dropinRights], ["boligenhed", housingRights]]) {
    const { sections } = await ok("boligenhed-1", `${keeper}/ExportRecords`, { ticket: tickets.find((one) => one.agency === `agencies/${agency}`).ticket });
    assert.ok(sections.some((one) => one.kind === "reading"), agency);
  }
  assert.deepEqual(await readings(), noted, "a reading by ticket left a line");

  consents = [first, second, third];
  subject = await subjectOf("perron-4", citizen);
  tokens = [await personToken("perron-4-1"), await personToken("boligenhed-1"), await systemToken("perron-4")];
});
after(close);

// The reading logs of all agencies, with how many lines each has.
async function readings() {
  const records = await Resp.connect("records"), lengths = {};
  for (const key of (await records.call("KEYS", "*:nl:*")).map(String)) lengths[key] = await records.call("LLEN", key);
  records.close();
  assert.ok(Object.keys(lengths).length > 1);
  return lengths;
}

// Every string and large number of the opened store, with where it stands first; what never was sealed too (keys, members).
function dump(agency) {
  const strings = new Map(), numbers = new Map(), kinds = {};
  for (const [prefix, owner] of stores[agency]) {
    const redis = join(run, "redis-records");
    const out = execFileSync(join(build, "tests/faults/brobygger-dump"), [join(redis, "redis.sock"), "admin", join(redis, "admin.password"), prefix, agency, join(run, `keys/${owner}/${agency}.key`)], { maxBuffer: 1 << 30 });
    for (const line of out.toString("utf8").split("\n").filter(Boolean)) {
      const { key, what, strings: hex, numbers: large } = JSON.parse(line);
      kinds[what] = (kinds[what] ?? 0) + 1;
      const at = `${what} ${key}`;
      // The last part of a key is what it names; the rest says which kind it is.
      for (const part of key.split(/[:.]/)) if (!strings.has(part)) strings.set(part, at);
      for (const h of hex) { const text = Buffer.from(h, "hex").toString("latin1"); if (!strings.has(text)) strings.set(text, at); }
      for (const n of large) if (!numbers.has(n)) numbers.set(n, at);
    }
  }
  return { strings, numbers, kinds };
}
// References to a citizen, consent, entry, …: 26 characters, wherever they stand.
const ids = (strings) => { const found = new Map(); for (const [text, at] of strings) for (const [id] of text.matchAll(/(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])/g)) found.set(id, at); return found; };
// What agencies may well have in common: texts of the contracts.
const contractText = (text) => /^brobygger\.[a-z]+\.v1\.[A-Za-z.]+$/.test(text);

test("the opened stores of two agencies", async (t) => {
  const dumps = new Map(agencies.map((a) => [a, dump(a)]));
  for (const [agency, { strings, numbers, kinds }] of dumps) t.diagnostic(`${agency}: ${strings.size} strings, ${numbers.size} large numbers, ${JSON.stringify(kinds)}`);
  await t.test("each holds its own records, and its own reference of the citizen", () => {
    for (const [agency, { strings }] of dumps) {
      assert.ok(ids(strings).has(refs[agency].replace("citizens/", "")), agency);
      for (const other of agencies) if (other !== agency) assert.ok(!ids(strings).has(refs[other].replace("citizens/", "")), `${agency} holds ${other}'s reference`);
    }
    assert.ok(dumps.get("perron-4").strings.has(said.goals) && dumps.get("boligenhed").strings.has(said.own), "the dump does not show what is stored");
    for (const what of ["record", "note", "answer"]) assert.ok(dumps.get("perron-4").kinds[what] > 0, what);
  });
  for (const [i, one] of agencies.entries()) for (const other of agencies.slice(i + 1)) {
    await t.test(`${one} and ${other}: no identifier, no value of 16 bytes or more, no large number`, () => {
      const a = dumps.get(one), b = dumps.get(other), idsOfB = ids(b.strings);
      const common = [...ids(a.strings)].filter(([id]) => idsOfB.has(id)).map(([id, at]) => `${id}: ${at} and ${idsOfB.get(id)}`);
      const values = [...a.strings].filter(([text]) => text.length >= 16 && b.strings.has(text) && !contractText(text)).map(([text, at]) => `${JSON.stringify(text)}: ${at} and ${b.strings.get(text)}`);
      const numbers = [...a.numbers].filter(([n]) => b.numbers.has(n)).map(([n, at]) => `${n}: ${at} and ${b.numbers.get(n)}`);
      assert.deepEqual([...common, ...values, ...numbers].slice(0, 10), []);
    });
  }
  await t.test("what passed a door is not stored by the recipient, nor any consent, subject or entry outside the trust store", async () => {
    const numbers = (await readLedger()).filter((r) => r.subject === subject).map((r) => r.consent).filter(Boolean);
    const secret = [subject, ...numbers, ...consents.map((c) => c.split("/").at(-1))];
    for (const [agency, { strings }] of dumps) {
      const all = [...strings.keys()].join("\n");
      for (const id of secret) assert.ok(!all.includes(id), `${agency} holds ${id}`);
      if (agency !== "perron-4") for (const what of ["alias", "name", "legal", "cpr", "phone", "goals", "meet"]) assert.ok(!all.includes(said[what]), `${agency} holds the citizen's ${what}`);
      for (const what of ["note", "teeth"]) assert.equal(all.includes(said[what]), agency === "perron-4-clinic", `${agency}: what was said in the clinic`);
      if (agency !== "boligenhed") assert.ok(!all.includes(said.own), `${agency} holds the screening's words`);
    }
  });
});

test("every key of the records store belongs to one agency of one service", async () => {
  const records = await Resp.connect("records");
  const strange = [];
  const greeting = /^(dropin|housing|clinic|consent|admin):greeting$/;  // each connection begins with it, that of the test's own dump too: it says 1
  for (let cursor = "0"; ;) {
    const [next, keys] = await records.call("SCAN", cursor, "COUNT", 1000);
    for (const key of keys.map(String)) {
      if (greeting.test(key)) assert.equal(`${await records.call("GET", key)}`, "1");
      else if (!/^(dropin|housing|clinic|registry):\{[a-z0-9-]+\}:/.test(key) && !key.startsWith("gateway:")) strange.push(key);
    }
    cursor = next.toString();
    if (cursor === "0") break;
  }
  records.close();
  assert.deepEqual(strange, []);
});

const files = (directory) => readdirSync(directory, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(directory, e.name)) : [join(directory, e.name)]));

test("no log names anybody, nor two agencies' references or a consent", () => {
  const names = { ...said, cprWithDash: `${said.cpr.slice(0, 6)}-${said.cpr.slice(6)}`, subject };
  for (const [agency, citizen] of Object.entries(refs)) names[`reference of ${agency}`] = citizen.replace("citizens/", "");
  consents.forEach((c, i) => { names[`consent ${i}`] = c.split("/").at(-1); });
  tokens.forEach((token, i) => { names[`token ${i}`] = token; names[`signature ${i}`] = token.split(".")[2]; });
  const logs = files(join(run, "log"));
  assert.ok(logs.length >= 6, "the instance writes no logs");
  for (const log of logs) {
    const text = readFileSync(log, "utf8");
    for (const [what, value] of Object.entries(names)) assert.ok(!text.includes(value), `${log} holds the ${what}`);
  }
});

test("nothing that names the citizen stands in clear in a file of the stores", () => {
  const names = { ...said, cprWithDash: `${said.cpr.slice(0, 6)}-${said.cpr.slice(6)}` };
  tokens.forEach((token, i) => { names[`token ${i}`] = token; names[`signature ${i}`] = token.split(".")[2]; });
  for (const store of ["records", "trust"]) {
    const data = files(join(run, `redis-${store}/data`));
    assert.ok(data.length > 0);
    for (const file of data) {
      const bytes = readFileSync(file);
      for (const [what, value] of Object.entries(names)) {
        assert.ok(!bytes.includes(value), `${file} holds the ${what}`);
        assert.ok(!bytes.includes(Buffer.from(value).toString("hex")) && !bytes.includes(Buffer.from(value).toString("base64")), `${file} holds the ${what}, encoded`);
      }
    }
  }
});
