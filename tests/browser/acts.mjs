// What people do on the pages, in their own words; the tests put these together.
import assert from "node:assert/strict";
import { base, settled } from "./browser.mjs";

export const here = (page) => page.getByLabel("Borgeren er her").check();
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

// The first call of this method waits; the others pass. What comes back lets it go, and is done when the page has its answer.
export async function holdFirst(page, method) {
  const called = new RegExp(`/${method}$`);
  let letGo, held = false;
  const waiting = new Promise((resolve) => (letGo = resolve));
  await page.route(called, async (route) => {
    if (!held) {
      held = true;
      await waiting;
    }
    await route.continue();
  });
  return async () => {
    assert.ok(held, `${method} was called`);
    const answered = page.waitForResponse(called);
    letGo();
    await (await answered).finished();
    await settled(page);
  };
}

// Writes a date { year, month, day } into the three boxes of a question.
export async function fillDate(page, id, { year, month, day }) {
  for (const [part, value] of [["Dag", day], ["Måned", month], ["År", year]]) await page.locator(`#${id}`).getByLabel(part, { exact: true }).fill(String(value));
}

export const idOfCitizen = (page) => /\/borger\/([a-z2-7]{26})/.exec(page.url())[1];

// Writes a citizen down with a CPR number and opens the citizen's page; the answer is the same whoever it is.
export async function newCitizen(page, cpr) {
  await page.goto(`${base}/ny-borger`);
  if (cpr) {
    await page.getByLabel("Ja, med CPR-nummer").check();
    await page.getByLabel("Nummer", { exact: true }).fill(cpr);
  } else {
    await page.getByLabel("Nej, uden nummer").check();
  }
  await here(page);
  await press(page, "Skriv op");
  await page.getByRole("link", { name: "Åbn borgeren" }).click();
  await page.waitForURL(/\/borger\/[a-z2-7]{26}$/);
  await settled(page);
  return idOfCitizen(page);
}

export async function codeCard(page, citizen) {
  await page.goto(`${base}/borger/${citizen}/kodekort`);
  await here(page);
  await press(page, "Lav et nyt kort");
  const code = await page.locator("[data-code]").innerText();
  assert.match(code, /^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$/i);
  return code;
}

async function untick(page, group) {
  const ticked = page.locator(`${group} input:checked`);
  while (await ticked.count()) await ticked.first().uncheck();
}

// The five steps of a new page, up to the text that is read together.
export async function propose(page, citizen, { purpose, holders, recipient, categories, ownWords }) {
  await page.goto(`${base}/borger/${citizen}/samtykke`);
  await page.getByLabel(purpose, { exact: true }).check();
  await press(page, "Næste");
  await untick(page, "#holders");
  for (const holder of holders) await page.locator("#holders").getByLabel(holder, { exact: true }).check();
  await page.locator("#recipient").getByLabel(recipient, { exact: true }).check();
  await press(page, "Næste");
  for (const category of categories) await page.getByLabel(category, { exact: true }).check();
  if (ownWords) await page.getByLabel(/Borgerens egne ord/).fill(ownWords);
  await press(page, "Næste");
  await press(page, "Næste");
  await here(page);
  await press(page, "Skriv siden, og læs den sammen");
  await page.waitForURL(/\/samtykke\/[a-z2-7]{26}$/);
  await page.locator(".reading").waitFor();
}

// What is ticked before a yes is written down.
export async function attest(page, { capable = true, evidence = "Mundtligt, med vidne" } = {}) {
  await here(page);
  if (capable) await page.getByLabel("Borgeren kan tage stilling nu").check();
  await page.getByLabel("Borgeren har sagt det med egne ord").check();
  await page.getByLabel("Borgeren ved, at hjælpen er den samme ved et nej").check();
  await page.getByLabel(evidence, { exact: true }).check();
}

// Asks at the door and gives what the page then says, by category.
export async function ask(page, citizen, { holder, purpose, categories }) {
  await page.goto(`${base}/borger/${citizen}/adgang`);
  await page.locator("#holder").getByLabel(holder, { exact: true }).check();
  await page.locator("#purpose").getByLabel(purpose, { exact: true }).check();
  await untick(page, "#categories");
  for (const category of categories) await page.locator("#categories").getByLabel(category, { exact: true }).check();
  return askAgain(page);
}

export async function askAgain(page) {
  await press(page, "Spørg");
  await page.locator(".door-answer").waitFor();
  await settled(page);
  const shown = await page.locator(".shown").evaluateAll((all) => all.map((one) => [one.querySelector("h3").innerText, one.innerText]));
  return Object.fromEntries(shown.map(([category, text]) => [category, text.slice(category.length).trim()]));
}

// The second person ticks that they heard the citizen; only they can say so.
export const heard = (page, account) => page.getByLabel(`Sættes af ${account}: Jeg har selv hørt borgeren sige det`).check();

// The citizen opens everything, if it is closed.
async function openAgain(page) {
  await press(page, "Åbn igen");
  await press(page, "Ja, åbn igen");
  await page.getByRole("heading", { name: "Du har lukket for alt" }).waitFor({ state: "detached" });
}

// The citizen opens everything and takes everything back, so that a story starts with nobody knowing anything.
export async function startAfresh(page) {
  await page.goto(`${base}/mit`);
  await settled(page);
  if (await page.getByRole("heading", { name: "Du har lukket for alt" }).count()) await openAgain(page);
  const all = page.getByRole("button", { name: "Stop alt", exact: true });
  if (await all.count()) {
    await all.click();
    await press(page, "Ja, stop nu");
    await page.getByText("Ingen får noget at vide om dig.").waitFor();
  }
}

// A page that is proposed, read and given with the citizen's code card; the citizen's page is open afterwards.
export async function giveByCard(page, citizen, code, what) {
  await propose(page, citizen, what);
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Med sit kodekort").check();
  await page.getByLabel("Koden på borgerens kort").fill(code);
  await attest(page);
  await press(page, "Skriv ja ned");
  await page.getByText("Borgeren har sagt ja.").waitFor();
  await page.goto(`${base}/borger/${citizen}`);
  await settled(page);
}
