// Two ways to call the suite, with one answer form.
//
//   grpc     @grpc/grpc-js over mTLS, straight to the services, as the peer that may carry the call
//   connect  @connectrpc/connect-node, the Connect protocol at the gateway, with a bearer token
//
//   await call({ method: "brobygger.dropin.v1.DropinService/GetCentre", as: "perron-4-1", request: {} })
//   -> { code: "OK", response } or { code: "PERMISSION_DENIED", reason: "CONSENT_REQUIRED", message, violations, raw }
//
// as: an account of demo/accounts.json, "staff:<agency slug>:<name>" for one more member of staff, "citizen:<CPR>" for a citizen's
// own login, or "system:<agency slug>" for an agency's own system; `onBehalfOf` names the practitioner it asks for. `token` and
// `peer` override what follows from it.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import grpc from "@grpc/grpc-js";
import { bytesOf, jsonOf, messageOf, methodOf, parse, readDetails, registry } from "./contracts.mjs";
import { ca, gateway, identity, ports, serverOf } from "./instance.mjs";
import { citizenToken, claims, isCitizen, isStaff, personToken, staffToken, systemToken } from "./tokens.mjs";

export const tokenOf = (as) =>
  as.startsWith("system:") ? systemToken(as.slice(7)) : isStaff(as) ? staffToken(as) : isCitizen(as) ? citizenToken(as) : personToken(as);

// The peer that may carry this person's call: the gateway for what spans agencies, else the agency's own system.
function peerFor(access, token) {
  const { agency } = claims(token);
  return access === "CITIZEN" || !agency ? "gateway" : `system/${agency.replace("agencies/", "")}`;
}

const deadlineMs = 10_000;
const codeName = Object.fromEntries(Object.entries(grpc.status).filter(([, v]) => typeof v === "number").map(([k, v]) => [v, k]));

// Node's HTTP/2 does not always hear that the process at the other end has died while it was writing: the connection is gone,
// the session goes on, and without keepalive every call on it ends with its deadline, for good. The services allow a ping in
// ten seconds.
const keepalive = { "grpc.keepalive_time_ms": 12_000, "grpc.keepalive_timeout_ms": 8000 };
// Whoever starts a process anew waits for it: the usual two minutes between two tries are for others.
const again = { "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1000 };

const channels = new Map();
// One channel per peer and process.
export function channel(peer, server) {
  const key = `${peer} ${server}`;
  if (!channels.has(key)) {
    const { cert, key: privateKey } = identity(peer);
    const credentials = grpc.credentials.createSsl(Buffer.from(ca()), Buffer.from(privateKey), Buffer.from(cert));
    channels.set(key, new grpc.Client(`127.0.0.1:${ports[server]}`, credentials, { "grpc.ssl_target_name_override": "localhost", ...keepalive, ...again }));
  }
  return channels.get(key);
}

export function close() {
  for (const client of channels.values()) client.close();
  channels.clear();
}

// One gRPC call with bytes in and out.
export function rawGrpc({ path, peer, server, bytes, metadata = {}, timeout = deadlineMs }) {
  return new Promise((resolve) => {
    const headers = new grpc.Metadata();
    for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
    const identityOf = (b) => b;
    const options = timeout ? { deadline: Date.now() + timeout } : {};
    channel(peer, server).makeUnaryRequest(`/${path}`, identityOf, identityOf, Buffer.from(bytes), headers, options, (error, response) => {
      if (!error) return resolve({ code: "OK", bytes: response });
      const status = error.metadata?.get("grpc-status-details-bin")[0];
      resolve({ code: codeName[error.code], message: error.details, status });
    });
  });
}

// `raw` is everything that was answered but the request id: two refusals that tell the same are equal in it.
function refusal(code, message, details) {
  const raw = details.filter((d) => d.type !== "google.rpc.RequestInfo").map((d) => `${d.type} ${Buffer.from(d.value).toString("hex")}`);
  return { code, message, raw: [code, message, ...raw].join("\n"), ...readDetails(details) };
}

function detailsOf(status) {
  if (!status) return [];
  return parse(registry().getMessage("google.rpc.Status"), status).details.map((d) => ({ type: d.typeUrl.split("/").pop(), value: d.value }));
}

async function metadataFor({ as, token, onBehalfOf }) {
  const metadata = {};
  const bearer = token ?? (as && (await tokenOf(as)));
  if (bearer) metadata.authorization = `Bearer ${bearer}`;
  if (onBehalfOf) metadata["brobygger-on-behalf-of"] = onBehalfOf;
  return [metadata, bearer];
}

export const viaGrpc = {
  name: "gRPC over mTLS (@grpc/grpc-js)",
  carriesSystems: true,
  async call({ method: path, as, token, onBehalfOf, peer, request = {}, timeout }) {
    const { method, access, service } = methodOf(path);
    const [metadata, bearer] = await metadataFor({ as, token, onBehalfOf });
    const bytes = bytesOf(method.input, messageOf(method.input, request));
    const answer = await rawGrpc({ path, peer: peer ?? peerFor(access, bearer), server: serverOf(service), bytes, metadata, timeout });
    if (answer.code !== "OK") return refusal(answer.code, answer.message, detailsOf(answer.status));
    return { code: "OK", response: jsonOf(method.output, parse(method.output, answer.bytes)), raw: answer.bytes };
  },
};

let transport;
export const viaGateway = {
  name: "Connect at the gateway (@connectrpc/connect-node)",
  carriesSystems: false,
  async call({ method: path, as, token, onBehalfOf, request = {}, timeout = deadlineMs }) {
    transport ??= createConnectTransport({ baseUrl: gateway, httpVersion: "1.1", useBinaryFormat: false, nodeOptions: { ca: ca() }, jsonOptions: { registry: registry() } });
    const { method, service } = methodOf(path);
    const [headers] = await metadataFor({ as, token, onBehalfOf });
    try {
      const client = createClient(registry().getService(service), transport);
      const response = await client[method.localName](messageOf(method.input, request), { headers, timeoutMs: timeout });
      return { code: "OK", response: jsonOf(method.output, response) };
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      const code = Code[error.code].replace(/[A-Z]/g, (c, at) => (at ? `_${c}` : c)).toUpperCase().replace("CANCELED", "CANCELLED");
      return refusal(code, error.rawMessage, error.details.filter((d) => "value" in d));
    }
  },
};
