// D1, coffee without a name: counted by big buttons, known to nobody.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { as, base, checkPage, closeBrowser, cprOf, phone, settled } from "./browser.mjs";
import { ask, newCitizen, press } from "./acts.mjs";

after(closeBrowser);

const number = async (page, name) => Number(await page.getByRole("button", { name: `${name}: læg én til` }).locator(".tally-count").innerText());
const shows = async (page, name, wanted) => { while ((await number(page, name)) !== wanted) await page.waitForTimeout(50); };
const saved = (page) => page.getByText("Alt er gemt.").waitFor();

test("staff count visits and offers, take one back, and the numbers stand after loading the page again", async () => {
  const { page, close } = await as("perron-4-1");
  assert.equal(await page.locator("h1").innerText(), "Tæl besøg", "counting is the first page");
  await page.getByLabel("Eftermiddag").check();
  await settled(page);
  const [visits, breakfasts, baths] = [await number(page, "Besøg"), await number(page, "Gratis morgenmad"), await number(page, "Bad")];

  for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Besøg: læg én til" }).click();
  for (let i = 0; i < 2; i++) await page.getByRole("button", { name: "Gratis morgenmad: læg én til" }).click();
  await page.getByRole("button", { name: "Bad: læg én til" }).click();
  await page.getByRole("button", { name: /^Fortryd/ }).click(); // not sent yet: never sent; or corrected
  await shows(page, "Bad", baths);
  await saved(page);

  await page.getByRole("button", { name: /^Fortryd/ }).click(); // sent: corrected
  await page.waitForFunction((wanted) => document.querySelectorAll(".tally-offers .tally-count")[0].textContent === String(wanted), breakfasts + 1);
  await page.reload();
  await page.getByLabel("Eftermiddag").check();
  await settled(page);
  assert.deepEqual([await number(page, "Besøg"), await number(page, "Gratis morgenmad"), await number(page, "Bad")], [visits + 3, breakfasts + 1, baths]);
  await close();
});

test("the numbers of a part of the day can be put right, and what is no number is refused with its name", async () => {
  const { page, close } = await as("perron-4-2");
  await page.getByLabel("Formiddag").check();
  await page.getByRole("button", { name: "Besøg: læg én til" }).click();
  await saved(page);
  await press(page, "Ret tallene");
  await page.locator("#number-visitors").fill("mange");
  await press(page, "Gem");
  await page.getByRole("link", { name: "Besøg: Skriv et tal fra 0 til 999." }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "number-visitors");
  await page.locator("#number-visitors").fill("31");
  await press(page, "Gem");
  await page.locator("form.panel").waitFor({ state: "detached" });
  assert.equal(await number(page, "Besøg"), 31);
  await close();
});

test("a volunteer counts on a phone and sees no person anywhere", async () => {
  const { page, close } = await as("perron-4-volunteer", { viewport: phone });
  await checkPage(page, "volunteer-tally-phone");
  await page.getByLabel("Aften").check();
  await page.getByRole("button", { name: "Besøg: læg én til" }).click();
  await saved(page);
  for (const path of ["/deltagere", "/ny-borger", "/samtykker"]) {
    await page.goto(base + path);
    assert.equal(await page.locator("h1").innerText(), "Siden er ikke til din opgave", path);
  }
  await close();
});

test("the job centre gets nothing about anybody, and no page to count on", async () => {
  const { page, close } = await as("jobcenter-1", { allow: [403] });
  for (const path of ["/taelling", "/deltagere"]) {
    await page.goto(base + path);
    assert.equal(await page.locator("h1").innerText(), "Siden er ikke til din opgave", path);
  }
  const nobody = await newCitizen(page, null);
  const somebody = await newCitizen(page, cprOf("borger-2"));
  const question = { holder: "Perron 4", purpose: "Få hjælpen til at hænge sammen", categories: ["Kontaktoplysninger", "Hverdag, aktiviteter og små skridt"] };
  const answers = [];
  for (const citizen of [nobody, somebody]) {
    answers.push(await ask(page, citizen, question));
    await page.getByText("Du har ikke adgang. Spørg borgeren – du kan sende en samtykke-anmodning.").waitFor();
  }
  assert.deepEqual(answers[0], { Kontaktoplysninger: "Ikke delt", "Hverdag, aktiviteter og små skridt": "Ikke delt" });
  assert.deepEqual(answers[1], answers[0], "the same whether anybody is known or not");
  await close();
});
