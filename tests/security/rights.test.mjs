// Tickets as somebody would try to make or stretch them, against the running instance; what is inside is let in. The story of the citizen's
// rights: tests/stories/rights.mjs.
import assert from "node:assert/strict";
import { createPrivateKey, randomBytes, sign } from "node:crypto";
import { after, before, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { bytesOf, messageOf, registry as types } from "../lib/contracts.mjs";
import { text } from "../lib/instance.mjs";
import { claims, citizenToken } from "../lib/tokens.mjs";
import { cards, cardRights, housingRights, ok, registry, rights, told } from "../lib/services.mjs";
import { nobodysNumber, requestId, stated } from "../lib/values.mjs";

after(close);
const number = nobodysNumber(), me = `citizen:${number}`;
let citizen, person;
before(async () => {
  citizen = (await ok("boligenhed-1", `${registry}/EnsureCitizen`, { identifier: { scheme: "IDENTIFIER_SCHEME_CPR", value: number }, presence: stated(), request_id: requestId() })).citizen;
  await ok("boligenhed-1", `${cards}/UpdateCitizenCard`, { citizen, presence: stated(), card: { preferred_name: "Eksempel" }, request_id: requestId() });
  person = claims(await citizenToken(me)).sub;
});

// A ticket as the consent service would sign it, with the instance's own key; `context` is what stands before it.
function ticket(changes = {}, { context = "brobygger ticket 1\n", key = createPrivateKey(text("statements/private.pem")) } = {}) {
  const type = types().getMessage("brobygger.rights.v1.Ticket");
  const content = { agency: "agencies/boligenhed", citizen, right: "RIGHT_SEE", person, word: "WORD_OWN_LOGIN", time: new Date().toISOString(), nonce: randomBytes(16).toString("base64"), ...changes };
  const statement = Buffer.from(bytesOf(type, messageOf(type, JSON.parse(JSON.stringify(content)))));
  return { statement: statement.toString("base64"), signature: sign(null, Buffer.concat([Buffer.from(context), statement]), key).toString("base64") };
}
const see = async (made, { as = me, service = cardRights } = {}) => viaGrpc.call({ as, method: `${service}/ExportRecords`, request: { ticket: made } });
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

test("a ticket of the consent service's own key opens, and every other answers the same", async (t) => {
  assert.equal(told(await see(ticket())), "OK", "the tickets of this test are right but for what each row says");
  assert.equal(told(await see(ticket({ time: ago(9) }))), "OK", "nine minutes old");
  const wrong = {
    "eleven minutes old": ticket({ time: ago(11) }),
    "of tomorrow": ticket({ time: ago(-24 * 60) }),
    "without a time": ticket({ time: undefined }),
    "of another person": ticket({ person: "somebody-else" }),
    "for adding": ticket({ right: "RIGHT_ADD_STATEMENT" }),
    "for erasing": ticket({ right: "RIGHT_ERASE" }),
    "for nothing": ticket({ right: undefined }),
    "for nobody": ticket({ person: undefined }),
    "of an agency that does not exist": ticket({ agency: "agencies/nowhere" }),
    "of no agency": ticket({ agency: undefined }),
    "of a reference that is none": ticket({ citizen: "citizens/x" }),
    "signed as a presence": ticket({}, { context: "brobygger presence 1\n" }),
    "signed as a link": ticket({}, { context: "brobygger link 1\n" }),
    "signed with nothing before it": ticket({}, { context: "" }),
    "no message": { statement: Buffer.from("no message").toString("base64"), signature: randomBytes(64).toString("base64") },
    "empty": {},
  };
  const { signature } = ticket();
  wrong["with another's signature"] = { ...ticket({ citizen: `citizens/${"a".repeat(26)}` }), signature };
  const answers = new Set();
  for (const [what, made] of Object.entries(wrong)) {
    await t.test(what, async () => {
      const answer = await see(made);
      assert.equal(told(answer), "PERMISSION_DENIED TICKET_REFUSED");
      answers.add(answer.raw);
    });
  }
  assert.equal(answers.size, 1, "one answer to all of them");
  assert.equal(told(await see(ticket({ agency: "agencies/perron-4" }), { service: housingRights })), "PERMISSION_DENIED TICKET_REFUSED", "an agency that another service keeps");
});

test("an act says which agency and which right", async (t) => {
  const rows = [
    ["nothing", {}, "INVALID_ARGUMENT FIELD_REQUIRED"],
    ["no agency", { right: "RIGHT_ERASE" }, "INVALID_ARGUMENT FIELD_REQUIRED"],
    ["no right", { agency: "agencies/boligenhed" }, "INVALID_ARGUMENT FIELD_REQUIRED"],
    ["a right that is no act", { agency: "agencies/boligenhed", right: "RIGHT_SEE" }, "INVALID_ARGUMENT OUT_OF_RANGE"],
    ["a right that the contract does not know", { agency: "agencies/boligenhed", right: 9 }, "INVALID_ARGUMENT UNKNOWN_ENUM"],
    ["an agency that is none", { agency: "boligenhed", right: "RIGHT_ERASE" }, "INVALID_ARGUMENT BAD_FORMAT"],
    ["an agency that is not listed", { agency: "agencies/nowhere", right: "RIGHT_ERASE" }, "INVALID_ARGUMENT OUT_OF_RANGE"],
    ["an agency that does not know the citizen", { agency: "agencies/rusmiddelcenter", right: "RIGHT_ERASE" }, "NOT_FOUND NOT_FOUND"],
    ["a reference under the own login", { citizen, agency: "agencies/boligenhed", right: "RIGHT_ERASE" }, "INVALID_ARGUMENT OUT_OF_RANGE"],
    ["one of the agencies", { agency: "agencies/boligenhed", right: "RIGHT_ERASE" }, "OK"],
  ];
  for (const [what, request, wanted] of rows) {
    await t.test(`${what}: ${wanted}`, async () => assert.equal(told(await viaGrpc.call({ as: me, method: `${rights}/IssueActTickets`, request: { ...request, request_id: requestId() } })), wanted));
  }
});

test("a statement is some words about what is kept", async (t) => {
  const add = ticket({ right: "RIGHT_ADD_STATEMENT" });
  const rows = [
    ["no words", { about: "DATA_CATEGORY_CONTACT" }, "INVALID_ARGUMENT FIELD_REQUIRED"],
    ["about nothing", { text: "x" }, "INVALID_ARGUMENT FIELD_REQUIRED"],
    ["500 characters", { text: "æ".repeat(500), about: "DATA_CATEGORY_CONTACT" }, "OK"],
    ["501 characters", { text: "æ".repeat(501), about: "DATA_CATEGORY_CONTACT" }, "INVALID_ARGUMENT TEXT_TOO_LONG"],
    ["a CPR number", { text: "Jeg hedder 010180-4005", about: "DATA_CATEGORY_CONTACT" }, "INVALID_ARGUMENT BAD_FORMAT"],
    ["about what a card does not hold", { text: "x", about: "DATA_CATEGORY_HEALTH" }, "INVALID_ARGUMENT OUT_OF_RANGE"],
    ["about others", { text: "x", about: "DATA_CATEGORY_NETWORK" }, "INVALID_ARGUMENT OUT_OF_RANGE"],
  ];
  for (const [what, request, wanted] of rows) {
    await t.test(`${what}: ${wanted}`, async () => assert.equal(told(await viaGrpc.call({ as: me, method: `${cardRights}/AddStatement`, request: { ticket: add, ...request, request_id: requestId() } })), wanted));
  }
});

test("a request is sent twice, and what it asked for happens once", async () => {
  const request = { ticket: ticket({ right: "RIGHT_ADD_STATEMENT" }), text: "En gang", about: "DATA_CATEGORY_CONTACT", request_id: requestId() };
  const [one, two] = [await ok(me, `${cardRights}/AddStatement`, request), await ok(me, `${cardRights}/AddStatement`, request)];
  assert.equal(one.statement.name, two.statement.name);
});
