// A consent that is in force is made less, and longer: by the citizen's word to staff, and by own login.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { as, base, checkPage, closeBrowser, cprOf, phone, settled, sheets, signInSecond } from "./browser.mjs";
import { choose, tabTo } from "./keys.mjs";
import { attest, codeCard, giveByCard, heard, newCitizen, press, startAfresh } from "./acts.mjs";

const home = "Finde eller beholde en bolig";
const yes = { purpose: home, holders: ["Perron 4"], recipient: "Den boligsociale Enhed", categories: ["Kontaktoplysninger", "Bolig og hjemløshed", "Aftaler og fremmøde"] };
let staff, citizen, reference, code;

before(async () => {
  [staff, citizen] = [await as("perron-4-1", { allow: [400] }), await as("borger-2")];
  await startAfresh(citizen.page);
  reference = await newCitizen(staff.page, cprOf("borger-2"));
  const colleague = await as("perron-4-2");
  code = await codeCard(colleague.page, reference);
  await colleague.close();
  await giveByCard(staff.page, reference, code, yes);
});
after(async () => {
  const ends = await Promise.allSettled([staff, citizen].map((one) => one?.close()));
  await closeBrowser();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

const inForce = (page) => page.locator("article.is-open");
const categoriesOf = (page) => inForce(page).first().locator(".category-list li").allInnerTexts();
const day = async (page, [date, month, year]) => {
  for (const [part, value] of [["Dag", date], ["Måned", month], ["År", year]]) await page.locator("#last-day").getByLabel(part).fill(String(value));
};

test("staff narrow it together with the citizen: fewer kinds, and the receipt on one sheet", async () => {
  const { page } = staff;
  await page.getByRole("link", { name: `Indskrænk: Perron 4 må fortælle Den boligsociale Enhed. ${home}` }).click();
  await page.getByRole("heading", { level: 1, name: "Indskrænk et samtykke" }).waitFor();
  await checkPage(page, "narrow");
  await press(page, "Indskrænk nu");
  await page.getByRole("link", { name: "Fjern et kryds, eller vælg en tidligere dag." }).click();
  assert.equal(await page.evaluate(() => document.activeElement.type), "checkbox", "the summary leads to the ticks");
  await tabTo(page, /^Bolig og hjemløshed$/);
  await page.keyboard.press("Space");
  await tabTo(page, /^Indskrænk nu$/);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Borgeren skal være med/ }).waitFor();
  await checkPage(page, "narrow-errors");
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Indskrænk nu$/);
  await page.keyboard.press("Enter");
  await page.getByText("Samtykket er indskrænket. Det gælder med det samme.").waitFor();
  const receipt = await page.locator(".receipt").innerText();
  assert.match(receipt, /gjorde du dit ja mindre/);
  assert.doesNotMatch(receipt, /hjemløshed/i);
  assert.equal(await sheets(page), 1);
  await checkPage(page, "narrow-receipt");
  await page.getByRole("link", { name: "Tilbage til borgeren" }).click();
  await inForce(page).first().waitFor();
  assert.deepEqual(await categoriesOf(page), ["Kontaktoplysninger", "Aftaler og fremmøde"]);
});

test("an old address of it leads nowhere", async () => {
  const { page } = staff;
  await page.goBack();
  await page.getByText("Samtykket gælder ikke mere, eller det er allerede ændret.").waitFor();
});

test("staff renew it: the text is read again with its new end, given by the card, with a receipt", async () => {
  const { page } = staff;
  await page.goto(`${base}/borger/${reference}`);
  await page.getByRole("link", { name: /^Forny: Perron 4/ }).click();
  await page.getByRole("heading", { level: 1, name: "Forny et samtykke" }).waitFor();
  await page.getByLabel(/^12 måneder/).check();
  await page.locator(".reading").waitFor();
  const last = /til og med (.*)$/.exec(await page.locator("label", { hasText: /^12 måneder/ }).innerText())[1];
  assert.ok((await page.locator(".reading").innerText()).includes(`til ${last}`), `the text ends on ${last}`);
  assert.equal(await sheets(page), 1);
  await checkPage(page, "renew");
  await page.getByLabel("Nej", { exact: true }).check();
  await page.getByText("Det er helt i orden, og der er ikke noget at skrive ned.").waitFor();
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Med sit kodekort").check();
  await page.getByLabel("Koden på borgerens kort").fill(code);
  await attest(page);
  await press(page, "Skriv ja ned");
  await page.getByText("Samtykket er fornyet.").waitFor();
  const receipt = await page.locator(".receipt").innerText();
  assert.match(receipt, /fornyede du dit ja/);
  assert.ok(receipt.includes(last), receipt);
  await checkPage(page, "renew-receipt");
});

test("staff renew it to two persons: the second reads what they witness before it is said", async () => {
  const { page } = staff;
  await page.goto(`${base}/borger/${reference}`);
  await page.getByRole("link", { name: /^Forny: Perron 4/ }).click();
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Til to personer").check();
  await signInSecond(page, "slotsgaarden-1");
  const witness = page.getByRole("region", { name: "Til slotsgaarden-1" });
  assert.match(await witness.innerText(), /Perron 4 må fortælle Den boligsociale Enhed om: Kontaktoplysninger · Aftaler og fremmøde/);
  await checkPage(page, "renew-witness");
  await attest(page);
  await heard(page, "slotsgaarden-1");
  await press(page, "Skriv ja ned");
  await page.getByText("Samtykket er fornyet.").waitFor();
});

test("the citizen renews and narrows by own login, on a phone, to the day", async () => {
  const { page } = citizen;
  await page.setViewportSize(phone);
  await page.goto(`${base}/mit`);
  await settled(page);
  await checkPage(page, "matrix-acts-phone");
  await page.getByRole("link", { name: /^Forny: Den boligsociale Enhed får fra Perron 4/ }).click();
  await page.locator(".reading").waitFor();
  await checkPage(page, "own-renew-phone");
  await press(page, "Jeg siger ja");
  await page.getByRole("link", { name: "Sæt de tre krydser, før du siger ja." }).waitFor();
  for (const box of ["Jeg har forstået det", "Jeg har det sådan, at jeg kan tage stilling nu", "Jeg ved, at jeg får hjælp, selv om jeg siger nej"]) await page.getByLabel(box, { exact: true }).check();
  await press(page, "Jeg siger ja");
  await page.getByText("Du har fornyet dit ja.").waitFor();
  assert.match(await page.locator(".receipt").innerText(), /fornyede du dit ja/);

  await page.getByRole("link", { name: "Tilbage til mine samtykker" }).click();
  await page.getByRole("link", { name: /^Indskrænk: Den boligsociale Enhed får fra Perron 4/ }).click();
  await page.getByLabel("Til en tidligere dag").check();
  await day(page, [1, 1, 2020]);
  await press(page, "Indskrænk nu");
  await page.getByRole("link", { name: /^Vælg en dag fra i dag og senest/ }).waitFor();
  await checkPage(page, "own-narrow-phone");
  for (const box of await page.locator("#kept input").all()) await box.uncheck();
  await press(page, "Indskrænk nu");
  await page.getByRole("link", { name: /^Der er ikke noget tilbage\. Vil du stoppe det hele/ }).waitFor();
  await page.getByLabel("Kontaktoplysninger").check();
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Copenhagen" }).format(new Date()).split("-").map(Number);
  await day(page, today.toReversed());
  await press(page, "Indskrænk nu");
  await page.getByText("Samtykket er indskrænket.").waitFor();
  assert.equal(await sheets(page), 1);
  await checkPage(page, "own-narrow-receipt-phone");
  await page.getByRole("link", { name: "Tilbage til mine samtykker" }).click();
  await settled(page);
  assert.equal(await page.locator("td.yes").count(), 1);
  await startAfresh(page);
});
