// What the pages do when something does not work: a session that is gone, a consent service that is down, a link that is no page.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { join } from "node:path";
import { root } from "../lib/instance.mjs";
import { as, base, checkPage, closeBrowser, cprOf, enter, settled, signIn, visitor } from "./browser.mjs";
import { ask, askAgain, newCitizen, press } from "./acts.mjs";

after(closeBrowser);
const process_ = (...args) => promisify(execFile)(join(root, "deploy/local/process"), args);

test("a session that is gone: the page says so, and after signing in one is on the same page", async () => {
  const { page, context, close } = await as("boligenhed-1", { allow: [401] });
  const reference = await newCitizen(page, null);
  await page.goto(`${base}/borger/${reference}/stop`);
  await settled(page);
  await context.clearCookies();
  await page.getByLabel("Alt, hos alle").check();
  await page.getByLabel("Borgeren er her").check();
  await press(page, "Stop delingen");
  await page.getByRole("dialog").getByRole("button", { name: "Stop delingen" }).click();
  await page.getByRole("heading", { name: "Du er blevet logget af" }).waitFor();
  await checkPage(page, "session-gone");
  await press(page, "Log ind igen");
  await enter(page, "boligenhed-1");
  await page.waitForURL(`${base}/borger/${reference}/stop`);
  await page.getByRole("heading", { level: 1, name: "Træk et ja tilbage" }).waitFor();
  await close();
});

test("without a session every page is the sign-in page, and signing in leads to the page that was asked for", async () => {
  const { page, close } = await visitor();
  await signIn(page, "boligenhed-1", "/samtykker");
  assert.equal(new URL(page.url()).pathname, "/samtykker");
  assert.equal(await page.locator("h1").innerText(), "Samtykker til os");
  await close();
});

test("a return address elsewhere is not followed", async () => {
  const { page, close } = await visitor();
  await page.goto(`${base}/login?as=staff&return=https://example.org/`);
  if (new URL(page.url()).origin !== base) {
    await enter(page, "perron-4-1");
    await page.waitForURL((url) => url.origin === base);
  }
  assert.equal(new URL(page.url()).origin, base);
  await close();
});

test("the citizen's pages are not for staff, nor the other way round", async () => {
  const staff = await as("perron-4-1");
  await staff.page.goto(`${base}/mit`);
  assert.equal(await staff.page.locator("h1").innerText(), "Siden er ikke til din opgave");
  await staff.close();
  const citizen = await as("borger-1");
  for (const path of ["/overblik", "/ny-borger", "/taelling"]) {
    await citizen.page.goto(base + path);
    assert.equal(await citizen.page.locator("h1").innerText(), "Siden er ikke til din opgave", path);
  }
  await citizen.close();
});

test("the consent service is down: nothing is shown, the own side works, and it comes back by itself", async () => {
  const { page, close } = await as("perron-4-1", { allow: [403, 503, 504] });
  const reference = await newCitizen(page, cprOf("borger-1"));
  const question = { holder: "Slotsgården", purpose: "Få hjælpen til at hænge sammen", categories: ["Hverdag, aktiviteter og små skridt"] };
  await ask(page, reference, question);
  await process_("stop", "consent");
  try {
    await press(page, "Spørg");
    await page.getByText("Vi kan ikke tjekke samtykket lige nu, så vi viser ingenting. Prøv igen om lidt.").waitFor({ timeout: 40_000 });
    assert.equal(await page.locator(".shown").count(), 0);
    await page.goto(`${base}/taelling`);
    await settled(page);
    await page.getByRole("button", { name: "Besøg: læg én til" }).click();
    await page.getByText("Alt er gemt.").waitFor();
  } finally {
    await process_("start", "consent");
  }
  let answer = await ask(page, reference, question);
  for (const patience = Date.now() + 30_000; Object.keys(answer).length === 0 && Date.now() < patience; ) answer = await askAgain(page);
  assert.deepEqual(answer, { "Hverdag, aktiviteter og små skridt": "Ikke delt" });
  await close();
});
