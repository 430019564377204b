// Tokens of the demo's people and systems, got the way they get them: the issuer's own login pages, by code flow with PKCE.
import { createHash, createPrivateKey, randomBytes, randomUUID, sign } from "node:crypto";
import https from "node:https";
import { accounts, ca, issuer, text } from "./instance.mjs";

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

// One HTTPS request over our CA: { status, headers, body, location }.
export function request(url, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const call = https.request(url, { method, headers, ca: ca(), timeout: 15000 }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const location = response.headers.location && new URL(response.headers.location, url);
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString("utf8"), location });
      });
    });
    call.on("timeout", () => call.destroy(new Error(`no answer from ${url}`)));
    call.on("error", reject);
    call.end(body);
  });
}

// A browser's cookies for one host. Paths and expiry do not matter here; deletion does.
export class Cookies {
  #values = new Map();
  take(response) {
    for (const line of response.headers["set-cookie"] ?? []) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      if (pair.slice(at + 1) === "") this.#values.delete(pair.slice(0, at));
      else this.#values.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
  get header() {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

// Follows redirects, and fills in the login page for `account`, until the issuer sends the browser to `until`.
export async function logIn(start, account, until, cookies = new Cookies(), password = accounts().password) {
  let url = new URL(start);
  let options = {};
  for (let hops = 0; hops < 12; hops++) {
    const response = await request(url, { ...options, headers: { ...options.headers, cookie: cookies.header } });
    cookies.take(response);
    options = {};
    if (response.location) {
      if (response.location.href.startsWith(until)) return response.location;
      url = response.location;
    } else if (response.status === 200 && url.pathname.startsWith("/interaction/")) {
      const body = new URLSearchParams({ account, password }).toString();
      options = { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } };
    } else {
      throw new Error(`login of ${account} stopped with ${response.status} at ${url.pathname}`);
    }
  }
  throw new Error(`login of ${account} does not end`);
}

const clientSecret = (client) => text(`issuer/${client}.secret`).trim();
const basic = (client) => `Basic ${Buffer.from(`${client}:${clientSecret(client)}`).toString("base64")}`;

async function tokenRequest(client, parameters) {
  const response = await request(`${issuer}/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: basic(client) },
    body: new URLSearchParams(parameters).toString(),
  });
  if (response.status !== 200) throw new Error(`the issuer refused a token for ${client}: ${response.body}`);
  return JSON.parse(response.body);
}

// What the issuer gives the gateway for this account: { access_token, id_token, refresh_token, expires_in, … }.
export async function tokensOf(account) {
  const verifier = base64url(randomBytes(32));
  const redirect = JSON.parse(text("issuer/settings.json")).gateway.redirect_uris[0];
  const start = new URL(`${issuer}/auth`);
  start.search = new URLSearchParams({
    client_id: "gateway",
    response_type: "code",
    redirect_uri: redirect,
    scope: "openid",
    state: base64url(randomBytes(8)),
    nonce: base64url(randomBytes(8)),
    code_challenge: base64url(createHash("sha256").update(verifier).digest()),
    code_challenge_method: "S256",
  });
  const back = await logIn(start, account, redirect);
  const code = back.searchParams.get("code");
  if (!code) throw new Error(`login of ${account}: ${back.searchParams.get("error_description")}`);
  return tokenRequest("gateway", { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier });
}

const kept = new Map();
// remember(key, make): the same token for four minutes.
async function remember(key, make) {
  const old = kept.get(key);
  if (old && old.until > Date.now()) return old.token;
  const token = make().then((tokens) => tokens.access_token);
  kept.set(key, { token, until: Date.now() + 240_000 });
  token.catch(() => kept.delete(key));
  return token;
}

// The access token of a person or a citizen of demo/accounts.json, by account id.
export const personToken = (account) => remember(account, () => tokensOf(account));

// Any token, signed with the instance's own issuer key as the issuer would: for people whom the demo does not have.
export function mint(told, head = {}) {
  const jwk = JSON.parse(text("issuer/jwks.json")).keys[0];
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const part = (value) => base64url(JSON.stringify(value));
  const now = Math.floor(Date.now() / 1000);
  const body = `${part({ alg: "ES256", kid: jwk.kid, typ: "at+jwt", ...head })}.${part({ iss: issuer, aud: "brobygger", iat: now, exp: now + 300, jti: randomUUID(), ...told })}`;
  return `${body}.${base64url(sign("sha256", Buffer.from(body), { key, dsaEncoding: "ieee-p1363" }))}`;
}

// One more member of staff of an agency, of which there are as many as a test wants: "staff:<agency slug>:<name>".
export const isStaff = (as) => as.startsWith("staff:");
const mintStaff = (as) => {
  const [, slug, name] = as.split(":");
  return mint({ sub: `${slug}-${name}`, agency: `agencies/${slug}`, roles: ["DROPIN_STAFF"] });
};
export const staffToken = (as) => remember(as, async () => ({ access_token: mintStaff(as) }));

// The own login of a citizen whom the demo does not have: "citizen:<CPR>".
export const isCitizen = (as) => as.startsWith("citizen:");
export const citizenToken = (as) => remember(as, async () => {
  const value = as.slice(8);
  return { access_token: mint({ sub: `login-${createHash("sha256").update(value).digest("hex").slice(0, 12)}`, roles: ["CITIZEN"], identifier: { scheme: "CPR", issuer: "", value } }) };
});

// A token of this person that nobody else uses: as the second person's it is spent by one statement.
export const onceToken = async (as) => (isStaff(as) ? mintStaff(as) : (await tokensOf(as)).access_token);

// The access token of an agency's own system, by agency slug.
export const systemToken = (slug) => remember(`system ${slug}`, () => tokenRequest(`system-${slug}`, { grant_type: "client_credentials" }));

// What a token says, unverified.
export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8"));
export const header = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString("utf8"));
