// The services by name, and a call over gRPC that has to succeed.
import assert from "node:assert/strict";
import { viaGrpc } from "./client.mjs";

export const consent = "brobygger.consent.v1.ConsentService", presences = "brobygger.consent.v1.PresenceService";
export const registry = "brobygger.registry.v1.RegistryService", cards = "brobygger.registry.v1.CitizenCardService";
export const ledger = "brobygger.ledger.v1.LedgerService";
export const rights = "brobygger.registry.v1.RightsService", cardRights = "brobygger.registry.v1.CitizenCardRightsService";
export const housingRights = "brobygger.housing.v1.HousingRightsService", clinicRights = "brobygger.clinic.v1.ClinicRightsService";
export const dropinRights = "brobygger.dropin.v1.DropinRightsService";
export const dropin = "brobygger.dropin.v1.DropinService", housing = "brobygger.housing.v1.HousingService", clinic = "brobygger.clinic.v1.ClinicService";

// "OK", or code and reason.
export const told = (answer) => (answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}`);

// The response. `more`: what else viaGrpc.call takes.
export async function ok(as, method, request, more = {}) {
  const answer = await viaGrpc.call({ as, method, request, ...more });
  assert.equal(answer.code, "OK", `${method} as ${as}: ${told(answer)} ${answer.message} ${JSON.stringify(answer.violations)}`);
  return answer.response;
}
