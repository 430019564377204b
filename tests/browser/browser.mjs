// Chromium as a person uses it: it trusts the instance's certificates and nothing else, signs in at the real provider, and
// every page it opens is watched for errors, for code that the page must not have, and for what does not fit the screen.
import { createHash, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:tls";
import { join } from "node:path";
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import * as instance from "../lib/instance.mjs";

export const base = process.env.BROBYGGER_URL ?? instance.gateway;
const ca = process.env.BROBYGGER_CA ? readFileSync(process.env.BROBYGGER_CA, "utf8") : instance.ca();
export const { password, accounts } = process.env.BROBYGGER_ACCOUNTS ? JSON.parse(readFileSync(process.env.BROBYGGER_ACCOUNTS, "utf8")) : instance.accounts();
const pictures = process.env.BROBYGGER_PICTURES;
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

async function launch() {
  const login = await fetch(new URL("/login?as=staff&return=/", base), { redirect: "manual" }).catch(() => null);
  const provider = login?.headers.get("location") ?? instance.issuer;
  const keys = await Promise.all([base, provider].map(keyOf));
  return chromium.launch({
    executablePath: process.env.BROBYGGER_CHROMIUM ?? "/usr/bin/chromium",
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

const wide = { width: 1280, height: 900 };
export const phone = { width: 320, height: 640 };

// A browser of its own for one person. `visitor.close()` fails if a page had an error that the test did not name: the HTTP
// status of an answer, or words of what the browser says.
export async function visitor({ viewport = wide, allow = [] } = {}) {
  const context = await (await browser()).newContext({ viewport, locale: "da-DK", timezoneId: "Europe/Copenhagen" });
  context.setDefaultTimeout(15_000);
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

// A visitor who is signed in.
export async function as(account, options) {
  const one = await visitor(options);
  await signIn(one.page, account);
  return one;
}

export async function settled(page) {
  await page.waitForLoadState("networkidle");
  await page.locator(".spinner").waitFor({ state: "detached" });
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
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`), [], `axe on ${name}`);
  assert.equal(found.headings, 1, `first headings on ${name}`);
  assert.match(found.language, /^(da|en)$/);
  assert.match(found.title, / – Brobygger$/);
  assert.deepEqual(found.cut, [], `cut off on ${name}`);
  assert.deepEqual(found.inline, [], `inline style or script on ${name}`);
  assert.deepEqual(found.kept.filter((key) => key !== "brobygger.language" && !kept.test(key)), [], `kept in the browser by ${name}`);
}

// Pages that a page takes on paper.
export async function sheets(page) {
  const pdf = (await page.pdf({ format: "A4", preferCSSPageSize: true })).toString("latin1");
  return [...pdf.matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
}
