import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { failureOf } from "./errors";
import { current, sessionEnded } from "./session.svelte";

/** The gateway counts a call only with the session's cross-site token; a call refused for want of a session says so to the page. */
const withSession: Interceptor = (next) => async (request) => {
  request.header.set("X-CSRF-Token", current.session.csrf);
  try {
    return await next(request);
  } catch (thrown) {
    const { code, reason } = failureOf(thrown);
    if (code === Code.Unauthenticated && reason !== "SECOND_PERSON_INVALID") sessionEnded();
    throw ConnectError.from(thrown, Code.Unavailable);
  }
};

const transport = createConnectTransport({
  baseUrl: location.origin,
  useBinaryFormat: true,
  defaultTimeoutMs: 15_000,
  interceptors: [withSession],
});

const clients = new Map<string, unknown>();

export function client<T extends DescService>(service: T): Client<T> {
  const known = clients.get(service.typeName);
  if (known) return known as Client<T>;
  const made = createClient(service, transport);
  clients.set(service.typeName, made);
  return made;
}

/** A new idempotency key: one for each act of a person, kept while that act is tried again. */
export function newRequestId(): string {
  return crypto.randomUUID();
}

/** The header that lets the gateway add the second signed-in person's word. */
export const withSecondPerson = { headers: { "X-Second-Person": "1" } };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends one act of a person. Where nobody can tell whether it got through, the very same request is sent again under the same
 * idempotency key, twice at most; every definite answer is final.
 */
export async function act<T>(send: (requestId: string) => Promise<T>): Promise<T> {
  const requestId = newRequestId();
  for (const wait of [400, 1500, 0]) {
    try {
      return await send(requestId);
    } catch (thrown) {
      const { code, reason } = failureOf(thrown);
      const unsure = code === Code.DeadlineExceeded || code === Code.Aborted || code === Code.Unavailable;
      if (wait === 0 || !unsure || reason !== "") throw thrown;
      await pause(wait);
    }
  }
  throw new ConnectError("", Code.Unavailable);
}
