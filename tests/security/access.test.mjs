// Promise P1, the outer half: every method, called by every role through every peer, answers as the reviewed table says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import grpc from "@grpc/grpc-js";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { build, ca, identity, issuer, ports, root, serverOf } from "../lib/instance.mjs";
import { mint as mintAny } from "../lib/tokens.mjs";

const PRACTITIONERS = ["DROPIN_STAFF", "DROPIN_NURSE", "OUTREACH_CASEWORKER", "TREATMENT_THERAPIST", "PEER_WORKER", "HOUSING_ADVISER", "SKP", "COORDINATOR", "RELEASE_COORDINATOR"];
const ROLES = [...PRACTITIONERS, "USER_VOLUNTEER", "LEADER", "REGISTRY_OFFICER", "AUDITOR", "OPS", "CITIZEN", "SYSTEM"];
const OWN = "perron-4", OTHER = "boligenhed";
const PEERS = ["gateway", "consent", "dropin", "housing", "clinic", `system/${OWN}`, `system/${OTHER}`];

const rows = readFileSync(join(root, "tests/security/access.tsv"), "utf8").split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => { const [method, access, peers, roles] = line.split("\t"); return { method, access, peers: peers.split(","), roles: roles.split(",") }; });

// Tokens for any role.
const b64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const mint = (claims, header) => mintAny({ sub: `test-${claims.roles?.[0]}`, ...claims }, header);
const tokenOf = (role) => role === "CITIZEN"
  ? mint({ roles: [role], identifier: { scheme: "CPR", issuer: "", value: "0101804005" } })
  : mint({ roles: [role], agency: `agencies/${OWN}` });

const channels = new Map();
function channel(peer, server) {
  const name = `${peer} ${server}`;
  if (!channels.has(name)) {
    const { cert, key: secret } = identity(peer);
    channels.set(name, new grpc.Client(`localhost:${ports[server]}`, grpc.credentials.createSsl(Buffer.from(ca()), Buffer.from(secret), Buffer.from(cert))));
  }
  return channels.get(name);
}
test.after(() => channels.forEach((client) => client.close()));

// The error's code and reason, { code: 0 } for an answer.
function call(peer, method, token, body = Buffer.alloc(0)) {
  const [service] = method.split("/");
  const metadata = new grpc.Metadata();
  if (token) metadata.set("authorization", `Bearer ${token}`);
  return new Promise((resolve) => {
    channel(peer, serverOf(service)).makeUnaryRequest(`/${method}`, (b) => b, (b) => b, body, metadata, { deadline: Date.now() + 10_000 }, (error) => {
      if (!error) return resolve({ code: 0, reason: "" });
      const details = error.metadata?.get("grpc-status-details-bin")?.[0]?.toString("latin1") ?? "";
      resolve({ code: error.code, reason: /([A-Z][A-Z_]{3,})\x12\x0cbrobygger\.dk/.exec(details)?.[1] ?? "", message: error.details });
    });
  });
}

const methods = [];
for (const file of fromBinary(FileDescriptorSetSchema, readFileSync(join(build, "brobygger.binpb"))).file) {
  for (const service of file.service) for (const m of service.method) methods.push({ name: `${file.package}.${service.name}/${m.name}`, stream: m.clientStreaming });
}

test("every method of the contracts has one reviewed row, and every row its method", () => {
  assert.deepEqual(rows.map((r) => r.method).sort(), methods.map((m) => m.name).sort());
});

// What the table expects of one combination.
function expected(row, role, peer) {
  if (row.access === "PUBLIC") return "allowed";
  const via = peer === `system/${OWN}` ? "own-system" : peer;
  // The citizen's own login has no agency, so no system is its own.
  const peerAllowed = row.peers.includes(role === "CITIZEN" && via === "own-system" ? "nobody" : via);
  if (!peerAllowed) return "PEER_NOT_ALLOWED";
  const roles = row.roles.flatMap((r) => (r === "PRACTITIONERS" ? PRACTITIONERS : [r]));
  return roles.includes(role) ? "allowed" : "ROLE_NOT_ALLOWED";
}

for (const row of rows.filter((r) => r.access !== "PEER")) {
  test(`${row.method}: every role through every peer`, async () => {
    const failures = [];
    const combinations = ROLES.flatMap((role) => PEERS.map((peer) => ({ role, peer })));
    await Promise.all(combinations.map(async ({ role, peer }) => {
      const want = expected(row, role, peer);
      const got = await call(peer, row.method, tokenOf(role));
      // An empty request that is let in is judged by its content: anything but a refusal of access.
      const refusal = ["PEER_NOT_ALLOWED", "ROLE_NOT_ALLOWED"].includes(got.reason) ? got.reason : got.code === grpc.status.UNAUTHENTICATED ? "UNAUTHENTICATED" : "allowed";
      const systemWithoutPractitioner = role === "SYSTEM" && row.access === "DOOR" && want === "allowed";
      if (systemWithoutPractitioner ? refusal === "allowed" && got.code === 0 : refusal !== want) failures.push(`${role} through ${peer}: want ${want}, got ${got.code} ${got.reason} ${got.message ?? ""}`);
    }));
    assert.deepEqual(failures, []);
  });

  if (row.access !== "PUBLIC") {
    test(`${row.method}: no token, and tokens that are none`, async () => {
      const good = { roles: ["DROPIN_STAFF"], agency: `agencies/${OWN}` };
      const none = `${b64({ alg: "none" })}.${b64({ iss: issuer, aud: "brobygger", sub: "x", exp: 9999999999, ...good })}.`;
      const now = Math.floor(Date.now() / 1000);
      const bad = {
        "no token": "", "alg none": none, "expired": mint({ ...good, exp: now - 3600 }), "another audience": mint({ ...good, aud: "other" }),
        "another issuer": mint({ ...good, iss: "https://elsewhere.example" }), "two agencies' worth of roles": mint({ ...good, roles: ["CITIZEN", "DROPIN_STAFF"] }),
        "signature cut": mint(good).slice(0, -8), "garbage": "abc.def.ghi", "unknown key": mint(good, { kid: "other" }),
      };
      for (const [what, token] of Object.entries(bad)) {
        const got = await call("gateway", row.method, token);
        assert.equal(got.code, grpc.status.UNAUTHENTICATED, `${what}: got ${got.code} ${got.reason} ${got.message}`);
      }
    });
  }
}

test("the gate answers only the service that holds the files", async () => {
  for (const peer of ["gateway", `system/${OWN}`, "dropin"]) {
    // A question about a holder that this peer does not serve, and an empty one: no decision about a citizen comes back.
    const got = await call(peer, "brobygger.consent.v1.AuthorizeService/Authorize", tokenOf("DROPIN_STAFF"));
    assert.equal(got.code, grpc.status.INVALID_ARGUMENT, `${peer}: ${got.code} ${got.reason}`);
  }
});

test("a certificate of nobody, and none at all, are refused before any frame", async () => {
  const client = new grpc.Client(`localhost:${ports.dropin}`, grpc.credentials.createSsl(Buffer.from(ca())));
  const code = await new Promise((resolve) => client.makeUnaryRequest("/brobygger.dropin.v1.DropinService/GetCentre", (b) => b, (b) => b, Buffer.alloc(0), new grpc.Metadata(), { deadline: Date.now() + 3000 }, (error) => resolve(error?.code ?? 0)));
  client.close();
  assert.ok([grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED].includes(code), `got ${code}`);
});

test("a call without a deadline is refused", async () => {
  const client = channel("gateway", "dropin");
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${tokenOf("DROPIN_STAFF")}`);
  const code = await new Promise((resolve) => client.makeUnaryRequest("/brobygger.dropin.v1.DropinService/GetCentre", (b) => b, (b) => b, Buffer.alloc(0), metadata, {}, (error) => resolve(error?.code ?? 0)));
  assert.equal(code, grpc.status.INVALID_ARGUMENT);
});
