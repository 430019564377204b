import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PresenceService } from "../gen/brobygger/consent/v1/presence_pb";
import { PresenceSchema, PresenceUse, type Presence, type PresenceMethod, type SignedStatement } from "../gen/brobygger/type/v1/type_pb";
import { act, client } from "./api";
import { now } from "./session.svelte";

/** The signed-in person's own statement that the citizen takes part. */
export function stated(method: PresenceMethod, companionPresent: boolean): Presence {
  return create(PresenceSchema, {
    kind: { case: "stated", value: { method, time: timestampFromDate(now()), companionPresent } },
  });
}

/** A statement that the consent service signed. */
export function signed(statement: SignedStatement): Presence {
  return create(PresenceSchema, { kind: { case: "signed", value: statement } });
}

/** The word of the signed-in person alone that the citizen takes part, signed by the consent service. `citizen` is a resource name. */
export async function attested(citizen: string, method: PresenceMethod | null, companionPresent: boolean, use = PresenceUse.HELP): Promise<Presence | undefined> {
  const { statement } = await act((requestId) => client(PresenceService).attestPresence({ citizen, method: method ?? undefined, use, companionPresent, requestId }));
  return statement && signed(statement);
}
