// Promise P3 where a door's own policy refuses: whoever asks is written down, also a role that no look is for. And what stands
// beside it in the story: which system asked for a person. Then two things that only real processes show: an agency's list of its
// cards, and whose door wrong codes close.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { accounts } from "../lib/instance.mjs";
import { cards, dropin, housing, ledger, ok, presences, registry, told } from "../lib/services.mjs";
import { claims, onceToken, systemToken } from "../lib/tokens.mjs";
import { categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";

after(close);

const ensure = async (as, identifier) => (await ok(as, `${registry}/EnsureCitizen`, { presence: stated(), request_id: requestId(), ...(identifier && { identifier }) })).citizen;

// A citizen without a login has a story, too: read by the word of two people of two agencies.
async function story(citizen) {
  const { statement } = await ok("perron-4-1", `${presences}/AttestPresence`, {
    citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_SEE", second_token: await onceToken("boligenhed-1"), request_id: requestId(),
  });
  return ok("perron-4-1", `${ledger}/GetCitizenAccessStory`, { citizen, presence: { signed: statement }, page_size: 50 });
}

const doors = {
  [dropin]: { holder: "agencies/slotsgaarden", category: "CONTACT" },
  [housing]: { holder: "agencies/boligenhed", category: "HOUSING" },
  [cards]: { holder: "agencies/boligenhed", category: "CONTACT" },
};
for (const [service, { holder, category }] of Object.entries(doors)) {
  test(`${service}: a leader's look is refused, and stands in the story`, async () => {
    const citizen = await ensure("perron-4-1");
    const look = (more = {}) => viaGrpc.call({
      as: "perron-4-leader", method: `${service}/GetCitizenFile`, request: { citizen, holder, purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories(category) }, ...more,
    });
    const before = (await story(citizen)).entries.filter((e) => e.look).length;
    const refused = await look();
    assert.equal(told(refused), "PERMISSION_DENIED ROLE_NOT_ALLOWED");
    const unknown = await look({ request: { citizen: strangerReference(), holder, purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories(category) } });
    assert.equal(unknown.raw, refused.raw, "the same bytes, whether the citizen is known or not");
    const invalid = await look({ request: { citizen, holder } });
    assert.equal(invalid.raw, refused.raw, "and whatever else is wrong with the request");
    const looks = (await story(citizen)).entries.filter((e) => e.look);
    assert.equal(looks.length, before + 1);
    assert.equal(looks[0].details.rule, "RULE_PURPOSE_NOT_ALLOWED");
    assert.equal(looks[0].details.role, "ROLE_LEADER");
    assert.equal(looks[0].details.person, claims(await onceToken("perron-4-leader")).sub);
    assert.ok(!looks[0].allowed);
    assert.match(looks[0].textDa, /De fik nej\.$/);
  });
}

test("a system that asks for a practitioner is named beside the practitioner", async () => {
  const citizen = await ensure("perron-4-1");
  const answer = await viaGrpc.call({
    as: "system:perron-4", onBehalfOf: "perron-4-1", method: `${housing}/GetCitizenFile`,
    request: { citizen, holder: "agencies/boligenhed", purpose: purpose("FIND_AND_KEEP_HOME"), categories: categories("HOUSING") },
  });
  assert.equal(told(answer), "PERMISSION_DENIED CONSENT_REQUIRED");
  const [look] = (await story(citizen)).entries.filter((e) => e.look);
  assert.equal(look.details.person, "perron-4-1");
  assert.equal(look.details.system, claims(await systemToken("perron-4")).sub);
  assert.match(look.textDa, /De spurgte gennem deres eget it-system\.$/);
  assert.match(look.textEn, /They asked through their own IT system\.$/);
  const { statement } = await ok("perron-4-1", `${presences}/AttestPresence`, {
    citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_SEE", second_token: await onceToken("boligenhed-1"), request_id: requestId(),
  });
  const why = await ok("perron-4-1", `${ledger}/ExplainDecision`, { citizen, presence: { signed: statement }, number: look.number });
  assert.ok(why.whyDa.includes(`Deres it-system (${look.details.system}) spurgte på vegne af en medarbejder.`), why.whyDa);
});

test("an agency finds its own cards again, by a whole word and last changed first", async () => {
  const word = `Zø${requestId().slice(0, 8)}`;
  const write = async (name, citizen) => {
    const of = citizen ?? (await ensure("perron-4-1"));
    await ok("perron-4-1", `${cards}/UpdateCitizenCard`, { citizen: of, presence: stated(), request_id: requestId(), card: { preferred_name: name } });
    return of;
  };
  const first = await write(`${word} Kaffe`), second = await write(word.toUpperCase()), third = await write(`Lille-${word}`);
  await write(`${word} Kaffe`, first);
  const list = (as, request) => ok(as, `${cards}/ListCitizenCards`, request);
  const found = await list("perron-4-1", { name: word.toLowerCase() });
  assert.deepEqual(found.lines.map((l) => l.citizen), [first, third, second]);
  assert.equal(found.lines[0].preferredName, `${word} Kaffe`);
  assert.deepEqual({ ...found.lines[0].changeDay }, date());
  assert.equal((await list("perron-4-1", { name: word.slice(0, 5) })).lines.length, 0, "whole words only");
  assert.equal((await list("boligenhed-1", { name: word })).lines.length, 0, "another agency's cards");
  const page = await list("perron-4-1", { name: word, page_size: 2 });
  assert.deepEqual(page.lines.map((l) => l.citizen), [first, third]);
  const rest = await list("perron-4-1", { name: word, page_size: 2, page_token: page.nextPageToken });
  assert.deepEqual(rest.lines.map((l) => l.citizen), [second]);
  assert.equal(rest.nextPageToken, "");
  const other = await viaGrpc.call({ as: "perron-4-2", method: `${cards}/ListCitizenCards`, request: { name: word, page_size: 2, page_token: page.nextPageToken } });
  assert.equal(told(other), "INVALID_ARGUMENT PAGE_TOKEN_INVALID");
  assert.ok((await list("perron-4-1", {})).lines.length >= 3);
  assert.equal(told(await viaGrpc.call({ as: "perron-4-1", method: `${cards}/ListCitizenCards`, request: { name: "to ord" } })), "INVALID_ARGUMENT OUT_OF_RANGE");
});

test("wrong codes stop the agency that types them, not the citizen's card", async () => {
  const identifier = { scheme: "IDENTIFIER_SCHEME_CPR", value: `0101${String(Math.floor(Math.random() * 1e6)).padStart(6, "0")}` };
  const here = await ensure("perron-4-1", identifier), there = await ensure("boligenhed-1", identifier);
  const { code } = await ok("perron-4-2", `${presences}/IssueCodeCard`, { citizen: here, presence: stated(), request_id: requestId() });
  const attest = (as, citizen, typed) => viaGrpc.call({
    as, method: `${presences}/AttestPresence`, request: { citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_SEE", code: typed, request_id: requestId() },
  });
  for (let i = 0; i < 5; i++) assert.equal(told(await attest("perron-4-1", here, "AAAA-AAAA-AAAA-AAAA")), "FAILED_PRECONDITION CODE_WRONG");
  assert.equal(told(await attest("perron-4-1", here, code)), "RESOURCE_EXHAUSTED RATE_LIMITED");
  assert.equal(told(await attest("boligenhed-1", there, code)), "OK");
});

test("the people of these tests are in the demo", () => {
  const ids = accounts().accounts.map((a) => a.id);
  for (const id of ["perron-4-1", "perron-4-2", "perron-4-leader", "boligenhed-1"]) assert.ok(ids.includes(id), id);
});
