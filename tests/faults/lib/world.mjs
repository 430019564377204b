// Citizens and consents for the fault tests, over mTLS straight at the services; and calls that are kept up until they are
// answered, as a client does that must not lose what it was told to write.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { viaGrpc, rawGrpc, tokenOf } from "../../lib/client.mjs";
import { bytesOf, messageOf, methodOf, parse, readDetails, registry } from "../../lib/contracts.mjs";
import { build, root, run } from "../../lib/instance.mjs";
import { onceToken } from "../../lib/tokens.mjs";
import { categories, purpose, requestId, stated } from "../../lib/values.mjs";

export const long = Boolean(process.env.BROBYGGER_LONG);
export const service = {
  consent: "brobygger.consent.v1.ConsentService", presence: "brobygger.consent.v1.PresenceService", registry: "brobygger.registry.v1.RegistryService",
  card: "brobygger.registry.v1.CitizenCardService", dropin: "brobygger.dropin.v1.DropinService", housing: "brobygger.housing.v1.HousingService",
  clinic: "brobygger.clinic.v1.ClinicService",
};
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const describe = (a) => `${a.code} ${a.reason ?? ""} ${a.message ?? ""} ${(a.violations ?? []).map((v) => `${v.field}: ${v.want}`).join("; ")}`;

// Waits until `what` is true; false if it never was.
export async function within(ms, what, every = 50) {
  const end = Date.now() + ms;
  for (;;) {
    if (await what()) return true;
    if (Date.now() > end) return false;
    await sleep(every);
  }
}

// One call that has to succeed.
export async function ok(as, method, request, more = {}) {
  const answer = await viaGrpc.call({ as, method, request, timeout: 20_000, ...more });
  assert.equal(answer.code, "OK", `${method} as ${as}: ${describe(answer)}`);
  return answer.response;
}

// Codes that say nothing about whether the call was carried out: ask again, with the same request_id.
const unknown = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "UNKNOWN", "INTERNAL"]);
// The same call until it is answered. `client`: viaGrpc or viaGateway. Counts the codes on the way in `tries`.
export async function persist(as, method, request, { client = viaGrpc, timeout = 3000, patience = 120_000, tries = {} } = {}) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await client.call({ as, method, request, timeout }).catch((error) => ({ code: "UNAVAILABLE", reason: "", message: `${error}` }));
    // A transport that broke says INTERNAL too: its words are kept to tell.
    const name = `${answer.code} ${answer.reason || (["INTERNAL", "UNKNOWN"].includes(answer.code) ? `"${answer.message}"` : "")}`.trim();
    tries[name] = (tries[name] ?? 0) + 1;
    if (answer.code === "OK") return answer.response;
    if (!unknown.has(answer.code)) throw new Error(`${method}: ${describe(answer)}`);
    if (Date.now() > end) throw new Error(`${method}: no answer in ${patience} ms, at last ${describe(answer)}`);
    await sleep(30 + Math.random() * 70);
  }
}

export const agreed = categories("CONTACT", "APPOINTMENTS");
export const home = purpose("FIND_AND_KEEP_HOME");
let textOnce;
const consentText = () => (textOnce ??= ok("perron-4-1", `${service.consent}/GetConsentText`, { language: "da" }).then((r) => r.text));

// A citizen of perron-4 with something to show at its door. `by`: who registers (60 an hour each).
export async function newCitizen(by = "perron-4-2", goals = "Et sted at bo") {
  const { citizen } = await ok(by, `${service.registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() });
  await ok("perron-4-1", `${service.dropin}/UpdateRegular`, { citizen, presence: stated(), request_id: requestId(), shared: { goals, how_to_meet: "Om formiddagen" } });
  return citizen;
}

// Two of perron-4 who write down and witness: others for each page, since one person writes down so much in an hour and no more.
let pages = 0;
const helpers = () => [`staff:perron-4:${process.pid}-${pages++}`, "staff:perron-4:witness"];

// Gives: the requests are made by `call(as, method, request)`, so that a test may keep them up. `staff`: two of the holder's.
export async function give(citizen, { call = ok, holder = "agencies/perron-4", staff = helpers(), recipient = "agencies/boligenhed", what = agreed } = {}) {
  const text = await consentText();
  const [first, second] = staff;
  const { consents } = await call(first, `${service.consent}/ProposeConsents`, {
    citizen, presence: stated(), request_id: requestId(), arrows: [{ holder, recipient, purpose: home, categories: what }],
  });
  const { statement } = await call(first, `${service.presence}/AttestPresence`, {
    citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: [consents[0].name], second_token: await onceToken(second), written_signature: true, request_id: requestId(),
  });
  const given = await call(first, `${service.consent}/ActivateConsents`, {
    citizen, presence: { signed: statement }, consents: [consents[0].name], request_id: requestId(),
    given: { evidence: "EVIDENCE_SIGNED_PAPER", capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 },
  });
  return given.consents[0].name;
}

export const withdraw = (citizen, consent, { call = ok } = {}) =>
  call("perron-4-1", `${service.consent}/WithdrawConsents`, { citizen, presence: stated(), consent, request_id: requestId() });

// The recipient's own reference of a citizen whose consent was just given: the newest that is not known yet.
export async function incoming(known, as = "boligenhed-1") {
  const { consents } = await ok(as, `${service.consent}/ListIncomingConsents`, { page_size: 20 });
  const found = consents.find((c) => !known.has(c.citizen));
  assert.ok(found, "no new incoming consent");
  known.add(found.citizen);
  return found.citizen;
}

// Looks through a door with as little work for this process as can be: bytes made once, answers read only as far as asked.
export async function looker(as, method = `${service.dropin}/GetCitizenFile`, holder = "agencies/perron-4") {
  const { method: descriptor, service: name } = methodOf(method);
  const agency = (await import("../../lib/instance.mjs")).accounts().accounts.find((a) => a.id === as).agency;
  const peer = `system/${agency.replace("agencies/", "")}`;
  const requestBytes = new Map();
  return async (citizen, { timeout = 10_000 } = {}) => {
    if (!requestBytes.has(citizen)) requestBytes.set(citizen, Buffer.from(bytesOf(descriptor.input, messageOf(descriptor.input, { citizen, holder, purpose: home, categories: agreed }))));
    const metadata = { authorization: `Bearer ${await tokenOf(as)}` };
    const begun = process.hrtime.bigint(), from = Date.now();
    const answer = await rawGrpc({ path: method, peer, server: name.includes(".dropin.") ? "dropin" : name.includes(".housing.") ? "housing" : "consent", bytes: requestBytes.get(citizen), metadata, timeout });
    return { ...answer, from, to: Date.now(), us: Number(process.hrtime.bigint() - begun) / 1000 };
  };
}

// Reason and details of a raw answer; the details without the request id, as bytes.
export function refusalOf(answer) {
  const details = answer.status ? parse(registry().getMessage("google.rpc.Status"), answer.status).details.map((d) => ({ type: d.typeUrl.split("/").pop(), value: d.value })) : [];
  const told = details.filter((d) => d.type !== "google.rpc.RequestInfo").map((d) => `${d.type} ${Buffer.from(d.value).toString("hex")}`);
  return { reason: readDetails(details).reason, bytes: [answer.code, answer.message, ...told].join("\n") };
}

// deploy/local/process on this instance.
const exec = promisify(execFile);
export const processes = async (...arguments_) => (await exec(join(root, "deploy/local/process"), arguments_, { env: process.env, maxBuffer: 1 << 22 })).stdout.trim();

export const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))];
export { build, root, run };
