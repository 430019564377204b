// The citizen says yes to one page: it is written down, two people state that the citizen is there, the yes is given.
import assert from "node:assert/strict";
import { onceToken } from "../lib/tokens.mjs";
import { categories, purpose, requestId, stated } from "../lib/values.mjs";

const consent = "brobygger.consent.v1.ConsentService";
const presences = "brobygger.consent.v1.PresenceService";

// arrows: [[holder slug, recipient slug, [category…]], …], one page. `as` writes it down, `second` witnesses. Returns the names of the
// consents, in their order, as the agency of `as` has them.
export async function agree(story, { title, as, second, citizen, about = "FIND_AND_KEEP_HOME", arrows }) {
  const { consents } = await story.step({
    title,
    as,
    method: `${consent}/ProposeConsents`,
    request: {
      citizen,
      presence: stated(),
      arrows: arrows.map(([holder, recipient, what]) => ({ holder: `agencies/${holder}`, recipient: `agencies/${recipient}`, purpose: purpose(about), categories: categories(...what) })),
      request_id: requestId(),
    },
    check(response) {
      assert.deepEqual(response.consents.map((c) => c.state), arrows.map(() => "CONSENT_STATE_DRAFT"));
      return arrows.map(([holder, recipient, what]) => `${holder} → ${recipient}: ${what.join(", ")}`);
    },
  });
  const names = consents.map((c) => c.name);
  const { text } = await story.quietly(as, `${consent}/GetConsentText`, { language: "da" });
  const { statement } = await story.step({
    title: "Two people state that the citizen is here, for this page",
    as,
    method: `${presences}/AttestPresence`,
    request: { citizen, method: "PRESENCE_METHOD_IN_PERSON", use: "PRESENCE_USE_GIVE", consents: names, second_token: await onceToken(second), request_id: requestId() },
    check: (response) => assert.equal(response.content.word, "WORD_TWO_PERSONS"),
  });
  await story.step({
    title: "The citizen says yes",
    as,
    method: `${consent}/ActivateConsents`,
    request: {
      citizen,
      presence: { signed: statement },
      consents: names,
      given: {
        evidence: "EVIDENCE_ORAL_WITNESSED",
        oral_reason: "Borgeren vil hellere sige det end skrive det.",
        capacity_attested: true,
        understood_read_back: true,
        told_voluntary: true,
        text_version: text.version,
        text_sha256: text.sha256,
      },
      request_id: requestId(),
    },
    check(response) {
      assert.deepEqual(response.consents.map((c) => c.state), arrows.map(() => "CONSENT_STATE_ACTIVE"));
      return response.receipt.linesDa;
    },
  });
  return names;
}
