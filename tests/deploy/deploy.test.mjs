// What deploy/local/up promises about the instance it makes.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { close, viaGrpc } from "../lib/client.mjs";
import { accounts, issuer, root, run, text } from "../lib/instance.mjs";
import { Cookies, claims, header, logIn, systemToken, tokensOf } from "../lib/tokens.mjs";
import { date, requestId } from "../lib/values.mjs";

const execute = promisify(execFile);
const script = (name, ...args) => execute(join(root, "deploy/local", name), args, { timeout: 180_000 });
const pids = () => Object.fromEntries(readdirSync(join(run, "process")).map((name) => [name, text(`process/${name}`).split(" ")[0]]));

function* files(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

test("nobody else on the machine can read the instance's directory", () => {
  assert.equal(statSync(run).mode & 0o777, 0o700);
  for (const path of files(run)) {
    if (/\.(key|secret|password)$|private\.pem$|key\.pem$|jwks\.json$|state\.json$/.test(path)) {
      assert.equal(statSync(path).mode & 0o077, 0, `${path} is readable by others`);
    }
  }
});

test("every peer's certificate carries exactly one SPIFFE URI and ends within 90 days", () => {
  const peers = [...files(join(run, "pki"))].filter((path) => path.endsWith("/cert.pem"));
  assert.ok(peers.length >= 8);
  for (const path of peers) {
    const certificate = new X509Certificate(readFileSync(path));
    const uris = certificate.subjectAltName.split(", ").filter((name) => name.startsWith("URI:"));
    const name = path.slice(join(run, "pki").length + 1).replace(/\/v\w+\/cert\.pem$/, "");
    assert.deepEqual(uris, name === "issuer" ? [] : [`URI:spiffe://brobygger/${name}`]);
    assert.ok(new Date(certificate.validTo) - Date.now() <= 90 * 86_400_000);
  }
});

test("a certificate near its end is renewed, key and certificate in one switch; one that is fresh stays", () => {
  const directory = mkdtempSync(join(tmpdir(), "brobygger-pki-"));
  const make = (days) =>
    execFileSync("bash", ["-ec", `. "${root}/deploy/local/lib/common.sh"; . "${root}/deploy/local/lib/pki.sh"; CERTIFICATE_DAYS=${days}; make_ca; certificate test`], {
      env: { ...process.env, BROBYGGER_RUN: directory },
    });
  const now = () => [readlinkSync(join(directory, "pki/test/current")), readFileSync(join(directory, "pki/test/current/key.pem"), "utf8")];
  try {
    make(10);
    const short = now();
    execFileSync("sleep", ["1.1"]); // versions are named by the second
    make(90);
    const renewed = now();
    assert.notDeepEqual(renewed, short);
    make(90);
    assert.deepEqual(now(), renewed);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

const redis = (store, user, ...command) =>
  execFileSync("redis-cli", ["-s", join(run, `redis-${store}/redis.sock`), "--user", user, "--no-auth-warning", ...command], {
    env: { ...process.env, REDISCLI_AUTH: text(`redis-${store}/${user}.password`) },
    encoding: "utf8",
  }).trim();

test("both Redis servers write every acknowledged change to disk and listen on no network", () => {
  for (const store of ["records", "trust"]) {
    for (const [setting, value] of [["appendonly", "yes"], ["appendfsync", "always"], ["no-appendfsync-on-rewrite", "no"], ["port", "0"], ["maxmemory-policy", "noeviction"]]) {
      assert.deepEqual(redis(store, "consent", "config", "get", setting).split("\n"), [setting, value]);
    }
  }
});

test("a service reaches its own keys only, and no administration", () => {
  assert.equal(redis("records", "dropin", "set", "dropin:acl-test", "1"), "OK");
  assert.equal(redis("records", "dropin", "del", "dropin:acl-test"), "1");
  for (const command of [
    ["get", "housing:{boligenhed}:r:x:y"],
    ["set", "consent:x", "1"],
    ["scan", "0"],
    ["keys", "*"],
    ["randomkey"],
    ["dbsize"],
    ["config", "set", "appendfsync", "no"],
    ["function", "list"],
    ["function", "flush"],
    ["eval", "return 1", "0"],
    ["script", "load", "return 1"],
    ["flushall"],
    ["shutdown"],
    ["acl", "whoami"],
    ["replicaof", "localhost", "1"],
    ["client", "list"],
    ["monitor"],
    ["bgrewriteaof"],
    ["publish", "a", "b"],
  ]) {
    assert.match(redis("records", "dropin", ...command), /^(NOPERM|\(error\) NOPERM)/, command.join(" "));
  }
  assert.throws(() => redis("trust", "dropin", "ping"), /./, "drop-in has no user in the trust store");
});

test("a person's token says who, where and as what; a citizen's says no agency", async () => {
  const staff = await tokensOf("perron-4-1");
  assert.equal(header(staff.access_token).alg, "ES256");
  const { sub, agency, roles, aud, iss, exp, iat } = claims(staff.access_token);
  assert.deepEqual({ sub, agency, roles, aud, iss }, { sub: "perron-4-1", agency: "agencies/perron-4", roles: ["DROPIN_STAFF"], aud: "brobygger", iss: issuer });
  assert.ok(exp - iat <= 600);
  const citizen = claims((await tokensOf("borger-1")).access_token);
  assert.deepEqual(citizen.roles, ["CITIZEN"]);
  assert.equal(citizen.identifier.scheme, "CPR");
  assert.ok(!("agency" in citizen));
  const system = claims(await systemToken("jobcenter"));
  assert.deepEqual([system.agency, system.roles], ["agencies/jobcenter", ["SYSTEM"]]);
});

test("a second person logs in with prompt=login beside the first, whose session lives on", async () => {
  const redirect = JSON.parse(text("issuer/settings.json")).gateway.redirect_uris[0];
  const start = (extra) => `${issuer}/auth?${new URLSearchParams({ client_id: "gateway", response_type: "code", scope: "openid", redirect_uri: redirect, state: "s", nonce: "n", code_challenge: "A".repeat(43), code_challenge_method: "S256", ...extra })}`;
  const browser = new Cookies();
  assert.ok((await logIn(start(), "perron-4-1", redirect, browser)).searchParams.get("code"));
  // Signed in: no page is shown, so the account named here is never asked for.
  assert.ok((await logIn(start(), "nobody", redirect, browser)).searchParams.get("code"));
  assert.ok((await logIn(start({ prompt: "login" }), "perron-4-2", redirect, browser)).searchParams.get("code"));
  await assert.rejects(logIn(start(), "perron-4-1", redirect, new Cookies(), "wrong"), /422/);
  // Without PKCE there is no code.
  assert.equal((await logIn(start({ code_challenge: "" }), "perron-4-1", redirect)).searchParams.get("code"), null);
});

test("the demo holds no person: roles and places only", () => {
  for (const account of accounts().accounts) {
    assert.match(account.label_da, /^(Medarbejder|Sygeplejerske|Frivillig bruger|Leder|Boligrådgiver|Fremskudt sagsbehandler|Rusmiddelbehandler|Koordinator|Registeransvarlig|Revisor|Støtte- og kontaktperson|CTI-medarbejder|Medlem af afdelingsbestyrelsen|Boligsocial medarbejder|Løsladelseskoordinator|Borger)/);
    // Numbers that no person can have: the check digit fails, and the birth date is none of those given out without one.
    const cpr = account.identifier?.value;
    if (cpr) assert.notEqual([4, 3, 2, 7, 6, 5, 4, 3, 2, 1].reduce((sum, weight, i) => sum + weight * Number(cpr[i]), 0) % 11, 0);
  }
});

test("the people in the demo's homes are made up, and so is where they live", () => {
  const { people } = JSON.parse(readFileSync(join(process.env.BROBYGGER_DEMO ?? join(root, "deploy/local/demo"), "housing.json"), "utf8"));
  for (const person of people) {
    assert.match(person.name, /^Eksempel \d\d$/);
    if (person.tenancy) assert.match(person.tenancy.address, /^Eksempelvej \d+$/);
  }
});

test("a second up changes nothing", async () => {
  const before = pids();
  const { stdout } = await script("up", "--no-build");
  assert.deepEqual(pids(), before);
  assert.doesNotMatch(stdout, /load the demo|Coffee without a name/);
});

test("what was written survives down and up", async () => {
  const dropin = "brobygger.dropin.v1.DropinService";
  const read = async () => {
    const { response } = await viaGrpc.call({ method: `${dropin}/GetVisitTallies`, as: "perron-4-1", request: { first_day: date(-20), last_day: date(-20) } });
    return response.visitorsTotal;
  };
  const written = await viaGrpc.call({ method: `${dropin}/RecordVisitTally`, as: "perron-4-1", request: { date: date(-20), part_of_day: "PART_OF_DAY_EVENING", add_visitors: 7, request_id: requestId() } });
  assert.equal(written.code, "OK", written.message);
  const before = await read();
  assert.ok(before >= 7);
  close();
  await script("down");
  assert.deepEqual(pids(), {});
  await assert.rejects(script("status"));
  await script("up", "--no-build");
  await script("status");
  assert.equal(await read(), before);
});

after(close);
