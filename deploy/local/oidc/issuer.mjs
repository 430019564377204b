// The OpenID Connect issuer of an instance on one machine: npm oidc-provider with the demo's accounts.
//
//   node issuer.mjs <settings.json>
//
// settings: { port, directory, certificate, key, accounts, gateway }. `directory` keeps the signing key, the cookie keys,
// the clients' secrets (<client>.secret) and what is signed in; all made at the first start.
//
// Tokens: ES256 JWT for audience "brobygger" with sub, agency, roles; for a citizen roles ["CITIZEN"] and identifier. An
// agency's system gets its own by client_credentials as client "system-<agency slug>", roles ["SYSTEM"].
import { generateKeyPairSync, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, watchFile, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import Provider from "oidc-provider";
import { fileStore } from "./store.mjs";
import { errorPage, languageOf, loginPage, logoutPage, style } from "./pages.mjs";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `https://localhost:${settings.port}`;
const demo = JSON.parse(readFileSync(settings.accounts, "utf8"));
const accounts = new Map(demo.accounts.map((a) => [a.id, a]));
const resource = "urn:brobygger:api";

mkdirSync(settings.directory, { recursive: true, mode: 0o700 });
// The content of a file in the issuer's directory, made at the first start.
function kept(name, make) {
  const path = join(settings.directory, name);
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
  return readFileSync(path, "utf8");
}
const secret = (client) => kept(`${client}.secret`, () => randomBytes(32).toString("hex")).trim();
const jwks = JSON.parse(
  kept("jwks.json", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const kid = randomBytes(8).toString("hex");
    return JSON.stringify({ keys: [{ ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" }] });
  }),
);
const cookieKeys = JSON.parse(kept("cookie-keys.json", () => JSON.stringify([randomBytes(32).toString("hex")])));
const store = fileStore(join(settings.directory, "state.json"));

const agencies = [...new Set(demo.accounts.map((a) => a.agency).filter(Boolean).concat(demo.systems))];
const systems = new Map(agencies.map((agency) => [`system-${agency.replace("agencies/", "")}`, agency]));

const clients = [
  {
    client_id: "gateway",
    client_secret: secret("gateway"),
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: settings.gateway.redirect_uris,
    post_logout_redirect_uris: settings.gateway.post_logout_redirect_uris,
    id_token_signed_response_alg: "ES256",
  },
  ...[...systems.keys()].map((client_id) => ({
    client_id,
    client_secret: secret(client_id),
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: "ES256",
  })),
];

// What a person's tokens say besides sub.
function claimsOf(account) {
  const claims = { roles: account.roles };
  if (account.agency) claims.agency = account.agency;
  if (account.identifier) claims.identifier = account.identifier;
  return claims;
}

const provider = new Provider(issuer, {
  adapter: store.Adapter,
  clients,
  jwks,
  cookies: { keys: cookieKeys, names: { session: "__Host-issuer", interaction: "_interaction", resume: "_resume" } },
  claims: { openid: ["sub", "name", "agency", "roles", "identifier"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = logoutPage(languageOf(ctx.query.lang, ctx.query.ui_locales, ctx.get("accept-language")), form);
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "", audience: "brobygger", accessTokenFormat: "jwt", accessTokenTTL: 600, jwt: { sign: { alg: "ES256" } } }),
    },
  },
  enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
  extraTokenClaims: (ctx, token) => {
    if (token.kind === "ClientCredentials") return { agency: systems.get(token.clientId), roles: ["SYSTEM"] };
    return claimsOf(accounts.get(token.accountId));
  },
  findAccount: (ctx, id) => {
    const account = accounts.get(id);
    return account && { accountId: id, claims: () => ({ sub: id, name: account.label_da, ...claimsOf(account) }) };
  },
  // The municipality's own gateway: signing in is all there is to agree to.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid offline_access");
    grant.addOIDCClaims(["name", "agency", "roles", "identifier"]);
    await grant.save();
    return grant;
  },
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
  // A second person who signs in to confirm does not end the first person's work.
  expiresWithSession: () => false,
  rotateRefreshToken: true,
  ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 600, AuthorizationCode: 60, Interaction: 1800, RefreshToken: 8 * 3600, Session: 8 * 3600, Grant: 8 * 3600 },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  renderError: (ctx, out, error) => {
    console.log(JSON.stringify({ level: "warn", event: "login refused", error: out.error, why: error.error_description ?? error.message }));
    ctx.type = "html";
    ctx.body = errorPage(languageOf(ctx.query.lang, ctx.query.ui_locales, ctx.get("accept-language")));
  },
});
provider.on("server_error", (ctx, error) => console.log(JSON.stringify({ level: "error", event: "server error", error: error.stack })));

const gatewayOrigins = settings.gateway.redirect_uris.map((uri) => new URL(uri).origin).join(" ");
function send(response, status, type, body) {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    // A browser applies form-action to the redirects after a form as well: the last one goes to the gateway.
    "content-security-policy": `default-src 'none'; style-src 'self'; form-action 'self' ${gatewayOrigins}; frame-ancestors 'none'; base-uri 'none'`,
  });
  response.end(body);
}

async function formOf(request) {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 4096) throw new Error("form too long");
  }
  return new URLSearchParams(body);
}

function rightPassword(given) {
  const a = Buffer.from(String(given).padEnd(64).slice(0, 64));
  return timingSafeEqual(a, Buffer.from(demo.password.padEnd(64).slice(0, 64)));
}

// The login page and what comes back from it.
async function interaction(request, response, url) {
  const details = await provider.interactionDetails(request, response);
  const language = languageOf(url.searchParams.get("lang"), details.params.ui_locales, request.headers["accept-language"]);
  const [, , uid, act] = url.pathname.split("/");
  if (uid !== details.uid) throw new Error("another login");
  if (act === "abort" && request.method === "POST") {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "cancelled" }, { mergeWithLastSubmission: false });
  }
  const show = (problem, chosen) =>
    send(response, problem ? 422 : 200, "text/html", loginPage({ language, uid, accounts: demo.accounts, again: details.prompt.reasons.includes("login_prompt"), problem, chosen }));
  if (request.method !== "POST") return show();
  const form = await formOf(request);
  const account = accounts.get(form.get("account"));
  if (!account) return show("none");
  if (!rightPassword(form.get("password") ?? "")) return show("wrong", account.id);
  // Another person than the one signed in so far: a session of one's own, without oidc-provider's scripted logout page.
  if (details.session && details.session.accountId !== account.id) {
    await (await provider.Session.findByUid(details.session.uid))?.destroy();
    details.session = undefined;
    await details.save(details.exp - Math.floor(Date.now() / 1000));
  }
  return provider.interactionFinished(request, response, { login: { accountId: account.id } }, { mergeWithLastSubmission: false });
}

const callback = provider.callback();
const credentials = () => ({ cert: readFileSync(settings.certificate), key: readFileSync(settings.key) });
const server = https.createServer(credentials(), async (request, response) => {
  const url = new URL(request.url, issuer);
  try {
    if (url.pathname === "/health") return send(response, 200, "text/plain", "ok\n");
    if (url.pathname === "/style.css") return send(response, 200, "text/css", style);
    if (url.pathname.startsWith("/interaction/")) return await interaction(request, response, url);
    return await callback(request, response);
  } catch (error) {
    console.log(JSON.stringify({ level: "warn", event: "request failed", path: url.pathname.split("/")[1], error: error.message }));
    if (!response.headersSent) send(response, 400, "text/html", errorPage(languageOf(url.searchParams.get("lang"), "", request.headers["accept-language"])));
  }
});
watchFile(settings.certificate, { interval: 60000 }, () => server.setSecureContext(credentials()));
server.listen(settings.port, "127.0.0.1", () => console.log(JSON.stringify({ level: "info", event: "listening", issuer })));
process.on("SIGTERM", () => {
  store.flush();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2000).unref();
});
