// By the keyboard alone: one whole road (sign in, write a citizen down, propose a consent, stop before the yes), and faster than the page.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { holdFirst } from "./acts.mjs";
import { as, base, closeBrowser, password, settled, visitor } from "./browser.mjs";
import { line, mark } from "./house.mjs";
import { choose, focused, tabTo } from "./keys.mjs";

after(closeBrowser);

test("by keyboard alone", async () => {
  const { page, close } = await visitor();
  await page.goto(base);
  await page.getByRole("button", { name: "Log ind som medarbejder" }).waitFor();
  await page.keyboard.press("Tab");
  await focused(page, /^Gå til sidens indhold$/, "the skip link is first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main-content");
  await tabTo(page, /^Log ind som medarbejder$/);
  await page.keyboard.press("Enter");

  await page.locator("#password").waitFor();
  await page.locator("#account-perron-4-1").focus();
  await page.keyboard.press("Space");
  await tabTo(page, /^Adgangskode/);
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");

  await page.getByRole("button", { name: "Log af" }).waitFor();
  await settled(page);
  await tabTo(page, /^Besøg: læg én til$/);
  await page.keyboard.press("Space");
  await tabTo(page, /^Fortryd/); // there is something to take back, saved already or not
  await page.keyboard.press("Enter");
  await page.getByText("Alt er gemt.").waitFor();

  await page.goto(`${base}/ny-borger`);
  await choose(page, /^Nej, uden nummer$/, /^Nej, uden nummer$/);
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Skriv op$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Åbn borgeren$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Borger/ }).waitFor();
  await focused(page, /^Borger/, "a new page is read from its heading");

  await tabTo(page, /^Nyt samtykke$/);
  await page.keyboard.press("Enter");
  await page.getByText("Trin 1 af 5").waitFor();
  await tabTo(page, /^Næste$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Hvad handler det om\? Vælg/);
  await page.keyboard.press("Enter");
  await focused(page, /^Få hjælpen til at hænge sammen$/, "the summary leads to the box");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, /^Næste$/);
  await page.keyboard.press("Enter");
  await page.getByText("Trin 2 af 5").waitFor();
  await focused(page, /^Trin 2 af 5$/, "the step is read from its top");
  await close();
});

test("somebody is written down while the list is still read, and its older answer does not take them away", async () => {
  const { page, close } = await as("perron-4-1");
  const alias = `Hurtig ${mark}`;
  const letGo = await holdFirst(page, "ListParticipants");
  await page.goto(`${base}/deltagere`);
  await page.getByLabel("Hvad vil du gerne kaldes?").fill(alias);
  await page.keyboard.press("Enter");
  await line(page, alias).waitFor();
  await letGo();
  assert.equal(await line(page, alias).count(), 1);
  await line(page, alias).getByRole("button", { name: /^Glem: / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ja, glem" }).click();
  await line(page, alias).waitFor({ state: "detached" });
  await close();
});
