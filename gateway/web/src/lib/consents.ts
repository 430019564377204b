import { Code } from "@connectrpc/connect";
import { ConsentState, type Consent } from "../gen/brobygger/consent/v1/consent_pb";
import { ConsentService } from "../gen/brobygger/consent/v1/consent_service_pb";
import { client } from "./api";
import { failureOf } from "./errors";
import { citizenName } from "./names";

export function inForce(consent: Consent): boolean {
  return consent.state === ConsentState.ACTIVE && !consent.expired;
}

/** A consent of a page's address that can still be changed: one of this citizen that the own agency is part of. Null: there is none. */
export async function consentInForce(id: string, citizen: string): Promise<Consent | null> {
  try {
    const { consent } = await client(ConsentService).getConsent({ name: `consents/${id}` });
    return consent && consent.citizen === citizenName(citizen) && inForce(consent) ? consent : null;
  } catch (thrown) {
    if (failureOf(thrown).code === Code.NotFound) return null;
    throw thrown;
  }
}

/** The same by the citizen's own login. */
export async function ownConsentInForce(id: string): Promise<Consent | null> {
  const { consents } = await client(ConsentService).listMyConsents({});
  return consents.find((consent) => consent.name === `consents/${id}` && inForce(consent)) ?? null;
}
