// Chromium as a person uses it: it trusts the instance's certificates and nothing else, signs in at the real provider, and
// every page it opens is watched for errors, for code that the page must not have, and for what does not fit the screen.
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:tls";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import * as instance from "../lib/instance.mjs";

export const base = process.env.BROBYGGER_URL ?? instance.gateway;
const ca = process.env.BROBYGGER_CA ? readFileSync(process.env.BROBYGGER_CA, "utf8") : instance.ca();
export const { password, accounts } = process.env.BROBYGGER_ACCOUNTS ? JSON.parse(readFileSync(process.env.BROBYGGER_ACCOUNTS, "utf8")) : instance.accounts();
const pictures = process.env.BROBYGGER_PICTURES;
const slow = Number(process.env.BROBYGGER_SLOW ?? 0);  // ms
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
if (pictures) mkdirSync(pictures, { recursive: true });

export const cprOf = (account) => accounts.find(({ id }) => id === account).identifier.value;

// The key of a server whose chain ends in the instance's CA. Chromium is then told to accept exactly these keys.
function keyOf(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname, ca }, () => {
      const key = new X509Certificate(socket.getPeerCertificate().raw).publicKey.export({ type: "spki", format: "der" });
      socket.end();
      resolve(createHash("sha256").update(key).digest("base64"));
    });
    socket.on("error", reject);
  });
}

// The shell without a window's own pages (tabs, toolbar), each of which would be one more page to start; the whole browser does as well.
async function launch() {
  const login = await fetch(new URL("/login?as=staff&return=/", base), { redirect: "manual" }).catch(() => null);
  const provider = login?.headers.get("location") ?? instance.issuer;
  const keys = await Promise.all([base, provider].map(keyOf));
  return chromium.launch({
    executablePath: process.env.BROBYGGER_CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync),
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", `--ignore-certificate-errors-spki-list=${keys.join(",")}`,
    ],
  });
}

let started;
export const browser = () => (started ??= launch());
export async function closeBrowser() {
  if (started) await (await started).close();
  started = undefined;
}

export const patience = 60_000;  // ms, for anything that a page should come to: a machine may stand still for a while
export const wide = { width: 1280, height: 900 };
export const phone = { width: 320, height: 640 };

// A browser of its own for one person. `visitor.close()` fails if a page had an error that the test did not name: the HTTP
// status of an answer, or words of what the browser says.
export async function visitor({ viewport = wide, allow = [] } = {}) {
  const context = await (await browser()).newContext({ viewport, locale: "da-DK", timezoneId: "Europe/Copenhagen" });
  context.setDefaultTimeout(patience);
  watch(context);
  // Every call waits for as long as it happens to: answers come late, and in another order.
  if (slow) await context.route(/\/brobygger\.[a-z]+\.v1\./, async (route) => {
    await new Promise((done) => setTimeout(done, Math.random() * slow));
    await route.continue().catch(() => {});  // the page may be gone
  });
  const errors = [];
  const expected = new Set([404, ...allow]);
  // Of every tab that this person opens.
  context.on("weberror", (error) => errors.push(error.error().message));
  context.on("console", (message) => {
    if (!["error", "warning"].includes(message.type()) || message.location().url.startsWith(instance.issuer)) return;
    const status = /status of (\d+)/.exec(message.text())?.[1];
    if (status && expected.has(Number(status))) return;
    if (allow.some((words) => typeof words === "string" && message.text().includes(words))) return;
    errors.push(message.text());
  });
  const page = await context.newPage();
  return {
    context,
    page,
    async close() {
      await context.close();
      assert.deepEqual(errors, [], "errors in the browser");
    },
  };
}

// Chooses a person at the provider and gives the password.
export async function enter(page, account) {
  await page.locator(`#account-${account}`).check();
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: /^Log ind$/ }).click();
}

// Signs in through the front page and the provider, as one does.
export async function signIn(page, account, path = "/") {
  await page.goto(base + path);
  const role = accounts.find(({ id }) => id === account).roles.includes("CITIZEN") ? "borger" : "medarbejder";
  await page.getByRole("button", { name: `Log ind som ${role}` }).click();
  await enter(page, account);
  await page.getByRole("button", { name: "Log af" }).waitFor();
}

// The second person signs in beside the first, from the page that asks for it.
export async function signInSecond(page, account) {
  await page.getByRole("button", { name: "Log anden person ind" }).click();
  await enter(page, account);
  await page.getByRole("button", { name: "Log af" }).waitFor();
}

const sessions = new Map();  // account -> the cookies of somebody who has signed in

// A visitor who is signed in. Whoever has signed in before in this file comes back with the same session; `own`: signs in anew, for tests that
// end the session or keep a second person in it.
export async function as(account, { own = false, ...options } = {}) {
  const one = await visitor(options);
  if (!own && sessions.has(account)) {
    await one.context.addCookies(sessions.get(account));
    await one.page.goto(base);
    await one.page.getByRole("button", { name: "Log af" }).waitFor();
    return one;
  }
  await signIn(one.page, account);
  if (!own) sessions.set(account, await one.context.cookies());
  return one;
}

const underWay = new WeakMap();  // page -> its requests that have not ended
function watch(context) {
  const of = (request) => {
    let page;
    try { page = request.frame().page(); } catch { return new Set(); }  // of a tab that is not there yet
    if (!underWay.has(page)) underWay.set(page, new Set());
    return underWay.get(page);
  };
  context.on("request", (request) => of(request).add(request));
  for (const end of ["requestfinished", "requestfailed"]) context.on(end, (request) => of(request).delete(request));
}

// Waits until the page has what it asked for, has shown it, and asks for nothing more.
export async function settled(page) {
  await page.waitForLoadState("load");
  const shown = () => page.evaluate(() => new Promise((done) => {
    setTimeout(done, 100);  // a tab in the background paints nothing
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
  }));
  for (const end = Date.now() + patience; ; await shown()) {
    const quiet = async () => !underWay.get(page)?.size && (await page.locator(".spinner").count()) === 0;
    if (await quiet()) {
      await shown();  // what has just come may lead to more
      if (await quiet()) return;
    }
    assert.ok(Date.now() < end, `${page.url()} still waits for ${[...(underWay.get(page) ?? [])].map((request) => request.url()).join(" ") || "its spinner"}`);
  }
}

// What axe finds on the page as it stands: no frames here, so it runs in the page itself.
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`));
}

// What every page has to fulfil, at the width it has: axe finds nothing, nothing is cut off, one first heading, a language, and
// nothing kept in the browser but what `kept` allows.
export async function checkPage(page, name, { kept = /^brobygger\.language$/ } = {}) {
  await settled(page);
  const found = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
    title: document.title,
    cut: [...document.querySelectorAll("main *")]
      .filter((element) => element.getBoundingClientRect().width > 0 && element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`),
    // A picture leaves empty style attributes on the boxes to write in.
    inline: [...document.querySelectorAll("[style]:not([style=\"\"]), style, script:not([src])")].map((element) => element.outerHTML.slice(0, 80)),
    kept: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
  }));
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  assert.deepEqual(await violations(page), [], `axe on ${name}`);
  assert.equal(found.headings, 1, `first headings on ${name}`);
  assert.match(found.language, /^(da|en)$/);
  assert.match(found.title, / – Brobygger$/);
  assert.deepEqual(found.cut, [], `cut off on ${name}`);
  assert.deepEqual(found.inline, [], `inline style or script on ${name}`);
  assert.deepEqual(found.kept.filter((key) => key !== "brobygger.language" && !kept.test(key)), [], `kept in the browser by ${name}`);
}

// The same on a phone of 320 px and on a desk: the page is loaded once, no part of it asks how wide the window is.
export async function checkWidths(page, name, options) {
  for (const [size, viewport] of [["phone", phone], ["desk", wide]]) {
    await page.setViewportSize(viewport);
    await checkPage(page, `${name}-${size}`, options);
  }
}

// Pages that a page takes on paper.
export async function sheets(page) {
  const pdf = (await page.pdf({ format: "A4", preferCSSPageSize: true })).toString("latin1");
  return [...pdf.matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
}
