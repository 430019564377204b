import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PresenceSchema, type Presence, type PresenceMethod, type SignedStatement } from "../gen/brobygger/type/v1/type_pb";
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
