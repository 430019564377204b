// The citizen's word, as somebody would try to stretch it: a statement that was made for one thing is spent on another, a second
// person's sign-in is used again, a consent of somebody else is slipped in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { consent, ledger, presences, registry, told } from "../lib/services.mjs";
import { onceToken } from "../lib/tokens.mjs";
import { categories, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

const asker = "boligenhed-1", colleague = "boligenhed-2", outsider = "perron-4-2";

after(close);

const call = async (method, request, as = asker) => {
  const answer = await viaGrpc.call({ as, method, request });
  return { ...answer, got: told(answer) };
};
const ok = async (...arguments_) => {
  const answer = await call(...arguments_);
  assert.equal(answer.got, "OK", `${arguments_[0]}: ${answer.message} ${JSON.stringify(answer.violations)}`);
  return answer.response;
};

let citizen, other, text;
before(async () => {
  text = (await ok(`${consent}/GetConsentText`, { language: "da" })).text;
  citizen = (await ok(`${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() })).citizen;
  other = (await ok(`${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() })).citizen;
});

// The recipient itself writes the question down.
const page = async (about = "FIND_AND_KEEP_HOME", whose = citizen) => (await ok(`${consent}/ProposeConsents`, {
  citizen: whose, presence: stated(), request_id: requestId(),
  arrows: [{ holder: "agencies/perron-4", recipient: "agencies/boligenhed", purpose: purpose(about), categories: categories("CONTACT") }],
})).consents[0].name;
const attest = async (use, consents = [], changes = {}) => call(`${presences}/AttestPresence`, {
  citizen, method: "PRESENCE_METHOD_IN_PERSON", use: `PRESENCE_USE_${use}`, consents, second_token: await onceToken(outsider), request_id: requestId(), ...changes,
});
const word = async (...arguments_) => {
  const answer = await attest(...arguments_);
  assert.equal(answer.got, "OK", `${answer.message} ${JSON.stringify(answer.violations)}`);
  return { signed: answer.response.statement };
};
const given = () => ({ evidence: "EVIDENCE_ORAL_WITNESSED", capacity_attested: true, understood_read_back: true, told_voluntary: true, text_version: text.version, text_sha256: text.sha256 });
const activate = async (name, presence) => (await call(`${consent}/ActivateConsents`, { citizen, presence, consents: [name], given: given(), request_id: requestId() })).got;

test("an unused statement is not spent on a page that the witness never saw", async () => {
  const read = await page();
  const presence = await word("GIVE", [read]);
  const never = await page("COORDINATE_SUPPORT");
  assert.equal(await activate(never, presence), "FAILED_PRECONDITION STATEMENT_USE");
  assert.equal(await activate(read, presence), "OK");
  assert.equal(await activate(never, presence), "FAILED_PRECONDITION STATEMENT_USED");
});

test("a statement for another use gives nothing", async () => {
  const name = await page("ACUTE_HELP");
  for (const use of ["HELP", "SEE", "REGISTRY"]) assert.equal(await activate(name, await word(use)), "FAILED_PRECONDITION STATEMENT_USE", use);
});

test("what spans agencies is seen by a statement for seeing, with one from outside", async () => {
  const methods = {
    [`${consent}/ListMyConsents`]: {}, [`${ledger}/GetCitizenAccessStory`]: { page_size: 1 }, [`${ledger}/ExplainDecision`]: { number: 1 },
    [`${registry}/ExportCitizenData`]: {},
  };
  const wrong = await word("HELP"), colleagues = await word("SEE", [], { second_token: await onceToken(colleague) }), enough = await word("SEE");
  for (const [method, request] of Object.entries(methods)) {
    const ask = async (presence) => (await call(method, { citizen, presence, ...request })).got;
    assert.equal(await ask(wrong), "FAILED_PRECONDITION STATEMENT_USE", method);
    assert.equal(await ask(colleagues), "FAILED_PRECONDITION WORD_NOT_ENOUGH", method);
    // That the first entry of the ledger is somebody else's is said after the word has counted.
    assert.equal(await ask(enough), method.endsWith("ExplainDecision") ? "NOT_FOUND NOT_FOUND" : "OK", method);
  }
});

test("the doors are opened again by a statement for the registry, closed by any", async () => {
  const restrict = async (restricted, presence) => (await call(`${registry}/RestrictCitizen`, { citizen, presence, restricted, request_id: requestId() })).got;
  assert.equal(await restrict(true, await word("SEE")), "OK");
  assert.equal((await ok(`${consent}/ListMyConsents`, { citizen, presence: await word("SEE") })).restricted, true);
  assert.equal(await restrict(false, await word("SEE")), "FAILED_PRECONDITION STATEMENT_USE");
  assert.equal(await restrict(false, await word("REGISTRY")), "OK");
});

// The same r and the other s: as valid for ES256 as the one the issuer made.
function otherSignature(token) {
  const [head, body, signature] = token.split(".");
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const bytes = Buffer.from(signature, "base64url");
  const s = order - BigInt(`0x${bytes.subarray(32).toString("hex")}`);
  return `${head}.${body}.${Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]).toString("base64url")}`;
}

test("a second person signs in for one statement", async () => {
  const token = await onceToken(outsider), fresh = await onceToken(outsider);
  assert.notEqual(otherSignature(token), token);
  assert.equal((await attest("HELP", [], { second_token: otherSignature(fresh) })).got, "OK", "the other signature is a good one");
  assert.equal((await attest("HELP", [], { second_token: fresh })).got, "FAILED_PRECONDITION SECOND_PERSON_INVALID");
  // What was refused has spent nothing.
  assert.equal((await attest("GIVE", [`consents/${strangerReference().slice(9)}`], { second_token: token })).got, "NOT_FOUND NOT_FOUND");
  const once = { second_token: token, request_id: requestId() };
  const first = await attest("HELP", [], once), again = await attest("HELP", [], once);
  assert.equal(first.got, "OK");
  assert.equal(again.got, "OK", "the same request has the same answer");
  assert.equal(again.response.statement.signature, first.response.statement.signature);
  for (const second_token of [token, otherSignature(token)]) {
    assert.equal((await attest("HELP", [], { second_token })).got, "FAILED_PRECONDITION SECOND_PERSON_INVALID");
    assert.equal((await attest("SEE", [], { second_token })).got, "FAILED_PRECONDITION SECOND_PERSON_INVALID");
  }
});

test("nobody witnesses a consent that is not this citizen's, or that cannot be given", async () => {
  const unknown = await attest("GIVE", [`consents/${strangerReference().slice(9)}`]);
  assert.equal(unknown.got, "NOT_FOUND NOT_FOUND");
  const others = await attest("GIVE", [await page("ACUTE_HELP", other)]);
  assert.equal(others.got, unknown.got);
  assert.equal(others.message, unknown.message);
  const name = await page();
  await ok(`${consent}/DeclineConsents`, { citizen, presence: stated(), consents: [name], request_id: requestId() });
  assert.equal((await attest("GIVE", [name])).got, "FAILED_PRECONDITION WRONG_STATE");
});

test("a statement says what it is for, and names consents exactly for giving", async () => {
  const name = await page();
  const field = async (...arguments_) => {
    const answer = await attest(...arguments_);
    return `${answer.reason} ${answer.violations?.map((v) => v.field).join()}`;
  };
  assert.equal(await field("UNSPECIFIED"), "FIELD_REQUIRED use");
  assert.equal(await field("GIVE"), "FIELD_REQUIRED consents");
  for (const use of ["HELP", "SEE", "REGISTRY"]) assert.equal(await field(use, [name]), "OUT_OF_RANGE consents", use);
});
