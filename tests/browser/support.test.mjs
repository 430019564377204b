// What keeps a home, by clicking: D5, the eviction that did not happen; support with its phases; a stay at a shelter.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, viaGateway } from "../lib/client.mjs";
import { date, requestId, stated } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled } from "./browser.mjs";
import { ask, codeCard, fillDate, giveByCard, here, idOfCitizen, newCitizen, press } from "./acts.mjs";
import { choose, tabTo } from "./keys.mjs";

const desk = { width: 1280, height: 900 };
const home = "Finde eller beholde en bolig";
let adviser, colleague, companion, citizen;

before(async () => {
  [adviser, colleague, companion] = [await as("boligenhed-1", { allow: [400, 409] }), await as("boligenhed-2", { allow: [400, 409] }), await as("perron-4-1", { allow: [403] })];
  citizen = await newCitizen(adviser.page, null);
  const { code, message } = await rpc("AllocationService/OpenTenancy", { citizen: `citizens/${citizen}`, presence: stated(), address: "Eksempelvej 1", start: date(-200) });
  assert.equal(code, "OK", message);
});
after(async () => {
  const ends = await Promise.allSettled([adviser, colleague, companion].map((one) => one?.close()));
  await closeBrowser();
  close();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

const call = (method, request) => viaGateway.call({ method: `brobygger.housing.v1.${method}`, as: "boligenhed-1", request });
const rpc = (method, request) => call(method, { ...request, requestId: requestId() });
const tenancyOf = async (id) => (await call("AllocationService/ListTenancies", { citizen: `citizens/${id}` })).response?.tenancies?.[0]?.status;
const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();
const danish = ({ year, month, day }) => new Intl.DateTimeFormat("da-DK", { dateStyle: "long", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, day)));
const linked = (page, words) => page.getByRole("link", { name: words }).waitFor();
const line = (page, id) => page.locator("li").filter({ hasText: `Borger ${id.slice(-4)}` });

async function open(page, id, part) {
  await page.goto(`${base}/borger/${id}/${part}`);
  await settled(page);
  return page;
}

test("D5: the association tells of a termination; a case is opened, with its next step", async () => {
  const page = await open(adviser.page, citizen, "udsaettelse");
  await press(page, "Opret udsættelsessag");
  for (const words of [/^Hvem har fortalt det\? Vælg/, /^Hvor langt er sagen\? Vælg/, /^Skriv en dag fra i dag og højst et år frem/]) await linked(page, words);
  await checkPage(page, "eviction-open-errors");
  await page.getByLabel("Boligforeningen").check();
  await page.getByLabel("Ophævelse", { exact: true }).check();
  await page.getByLabel(/^Hvor meget skyldes der/).fill("14.200");
  await fillDate(page, "next", date(-1));
  await press(page, "Opret udsættelsessag");
  await linked(page, /^Skriv hele kroner/);
  await linked(page, /^Skriv en dag fra i dag/);
  await page.getByLabel(/^Hvor meget skyldes der/).fill("14200");
  await fillDate(page, "next", date(3));
  assert.ok(await page.getByLabel("Det gælder lejemålet med egen adresse").isChecked());
  await press(page, "Opret udsættelsessag");
  await said(page, `Sagen er oprettet: Ophævelse. Næste skridt senest ${danish(date(3))}.`);
  assert.match(await page.locator("main").innerText(), /14\.200 kr\./);
  assert.equal(await page.locator(".track [aria-current]").innerText(), "Ophævelse");
  await checkPage(page, "eviction-case");
  assert.equal(await tenancyOf(citizen), "TENANCY_STATUS_AT_RISK", "the tenancy follows the case");
});

test("D5: the companion may know what is owed, and nothing else of it", async () => {
  const code = await codeCard(colleague.page, citizen);
  await giveByCard(adviser.page, citizen, code, { purpose: home, holders: ["Den boligsociale Enhed"], recipient: "Perron 4", categories: ["Ydelser, økonomi og gæld"] });
  const { page } = companion;
  await page.goto(`${base}/samtykker`);
  await page.getByRole("link", { name: /^Åbn borger/ }).first().click();
  await page.waitForURL(/\/borger\//);
  const theirs = idOfCitizen(page);
  const question = { holder: "Den boligsociale Enhed", purpose: home, categories: ["Ydelser, økonomi og gæld", "Bolig og hjemløshed", "Aftaler og fremmøde"] };
  const answer = await ask(page, theirs, question);
  assert.equal(answer["Ydelser, økonomi og gæld"], "Udsættelsessag\nskylder 14.200 kr.");
  assert.equal(answer["Bolig og hjemløshed"], "Ikke delt");
  assert.equal(answer["Aftaler og fremmøde"], "Ikke delt");
  assert.doesNotMatch(await page.locator(".door-answer").innerText(), /Ophævelse|næste skridt/);
  await checkPage(page, "door-finances");

  await giveByCard(adviser.page, citizen, code, { purpose: home, holders: ["Den boligsociale Enhed"], recipient: "Perron 4", categories: ["Bolig og hjemløshed", "Ydelser, økonomi og gæld"] });
  const now = await ask(page, theirs, question);
  assert.match(now["Bolig og hjemløshed"], /Udsættelsessag\nOphævelse$/m);
  assert.doesNotMatch(now["Bolig og hjemløshed"], /14\.200|næste skridt/, "what is owed is of another kind, and stands there");
  assert.equal(now["Ydelser, økonomi og gæld"], "Udsættelsessag\nskylder 14.200 kr.", "where the case stands is of another kind");
  assert.equal(now["Aftaler og fremmøde"], "Ikke delt");
});

test("D5: the bailiff's date is today or later; the case moves on with it, by keyboard alone on a phone", async () => {
  const page = await open(adviser.page, citizen, "udsaettelse");
  await page.setViewportSize(phone);
  const type = async (group, { day, month, year }) => {
    for (const [label, value] of [["day", day], ["month", month], ["year", year]]) {
      for (let at = ""; at !== `${group}-${label}`; at = await page.evaluate(() => document.activeElement.id)) await page.keyboard.press("Tab");
      await page.keyboard.type(String(value));
    }
  };
  await tabTo(page, /^Sagen går videre, eller ny dato$/);
  await page.keyboard.press("Enter");
  await choose(page, /^Ophævelse \(som nu\)$/, /^Fogeden har sat en dato$/);
  await type("bailiff", date(-1));
  await type("next", date(2));
  await tabTo(page, /^Gem$/);
  await page.keyboard.press("Enter");
  await linked(page, /^Skriv fogedens dag\. Den kan være i dag eller senere\./);
  await checkPage(page, "eviction-move-errors-phone");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "bailiff-day", "the summary leads to the box");
  await page.locator("#bailiff-day").selectText();
  const bailiff = date(10);
  for (const [part, value] of [["day", bailiff.day], ["month", bailiff.month], ["year", bailiff.year]]) {
    await page.locator(`#bailiff-${part}`).selectText();
    await page.keyboard.type(String(value));
    await page.keyboard.press("Tab");
  }
  await tabTo(page, /^Gem$/);
  await page.keyboard.press("Enter");
  await said(page, `Sagen står nu her: Fogeden har sat en dato. Næste skridt senest ${danish(date(2))}.`);
  await page.getByText(`10 dage tilbage`).waitFor();
  await checkPage(page, "eviction-bailiff-phone");
  await page.setViewportSize(desk);
});

test("D5: what helps is agreed with the citizen, each once, and shown with the next step", async () => {
  const page = await open(adviser.page, citizen, "udsaettelse");
  for (const kind of ["Afdragsordning", "Administrationsaftale", "Bisidder"]) {
    await press(page, "Skriv aftalt hjælp");
    if (kind === "Afdragsordning") {
      await press(page, "Gem");
      await linked(page, /^Hvad har I aftalt med borgeren\? Vælg/);
      await linked(page, /^Borgeren skal være med/);
      await checkPage(page, "eviction-measure-errors");
    }
    await page.locator("#kind").getByLabel(kind, { exact: true }).check();
    await here(page);
    await press(page, "Gem");
    await said(page, `Aftalt: ${kind}. Næste skridt senest ${danish(date(2))}.`);
  }
  await press(page, "Skriv aftalt hjælp");
  assert.equal(await page.locator("#kind").getByLabel("Bisidder").count(), 0, "what is agreed is not offered again");
  await press(page, "Fortryd");
});

test("the list shows the most urgent first, with its dates", async () => {
  const other = await newCitizen(adviser.page, null);
  const opened = await rpc("SupportService/OpenEvictionCase", { citizen: `citizens/${other}`, receivedFrom: "EVICTION_SOURCE_CITIZEN", stage: "EVICTION_STAGE_ARREARS", nextStepOn: date(1) });
  assert.equal(opened.code, "OK", opened.message);
  const { page } = adviser;
  await page.goto(`${base}/udsaettelser`);
  await line(page, other).waitFor();
  await line(page, citizen).waitFor();
  const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  assert.ok(headings.indexOf("Fogeden har sat en dato") < headings.indexOf("Restance"), headings.join(", "));
  assert.match(await line(page, citizen).innerText(), /10 dage tilbage[\s\S]*fogeden[\s\S]*2 dage tilbage[\s\S]*næste skridt/);
  await checkPage(page, "evictions");
  await page.setViewportSize(phone);
  await checkPage(page, "evictions-phone");
  await page.setViewportSize(desk);
  await open(page, citizen, "");
  await page.getByText("Fogeden har sat en dato").waitFor();
  await checkPage(page, "citizen-keeps-home");
});

test("two at once: the second is refused in words, and sees the case as it is", async () => {
  const page = await open(adviser.page, citizen, "udsaettelse");
  const theirs = await open(colleague.page, citizen, "udsaettelse");
  await press(theirs, "Sagen går videre, eller ny dato");
  await fillDate(theirs, "next", date(5));
  await press(page, "Sagen går videre, eller ny dato");
  await fillDate(page, "next", date(4));
  await press(page, "Gem");
  await said(page, danish(date(4)));
  await press(theirs, "Gem");
  await theirs.getByRole("heading", { name: "Sagen står et andet sted nu" }).waitFor();
  await theirs.getByText("4 dage tilbage").waitFor();
  await checkPage(theirs, "eviction-conflict");
});

test("D5: the eviction is averted, and the case is closed", async () => {
  const page = await open(adviser.page, citizen, "udsaettelse");
  await press(page, "Udsættelsen er afværget");
  await checkPage(page, "eviction-avert");
  await press(page, "Nej, gå tilbage");
  await press(page, "Udsættelsen er afværget");
  await press(page, "Ja, den er afværget");
  await said(page, "Udsættelsen er afværget. Næste skridt: luk sagen");
  assert.equal(await page.getByRole("button", { name: "Skriv aftalt hjælp" }).count(), 0);
  assert.equal(await tenancyOf(citizen), "TENANCY_STATUS_ACTIVE");
  // The colleague's page still shows the case as open: what it offers is refused, and the case is shown anew.
  await press(colleague.page, "Skriv aftalt hjælp");
  await colleague.page.locator("#kind").getByLabel("Gældsrådgivning").check();
  await here(colleague.page);
  await press(colleague.page, "Gem");
  await colleague.page.getByRole("heading", { name: "Sagen står et andet sted nu" }).waitFor();
  await colleague.page.getByText("Afværget", { exact: true }).waitFor();

  await press(page, "Luk sagen");
  assert.deepEqual(await page.locator("#reason label").allInnerTexts(), ["Sagen er afgjort"], "an outcome is the reason");
  await press(page, "Luk sagen");
  await said(page, "Sagen er lukket.");
  await page.getByText("Tidligere sager").click();
  await page.getByText(/Sagen er afgjort/).waitFor();
  await checkPage(page, "eviction-closed");
  await page.goto(`${base}/udsaettelser`);
  await settled(page);
  assert.equal(await line(page, citizen).count(), 0);
});

test("CTI: three phases with their dates; the next begins early with a reason, pauses and goes on, and ends", async () => {
  const page = await open(adviser.page, citizen, "stoette");
  await press(page, "Begynd støtte");
  await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
  await linked(page, /^Hvilken støtte\? Vælg/);
  await linked(page, /^Borgeren skal være med/);
  await checkPage(page, "support-start-errors");
  await page.getByLabel(/^CTI/).check();
  await page.getByLabel("Efter Housing First: hjemmet først").check();
  await page.getByLabel("netværket").check();
  await page.getByLabel("økonomien").check();
  await fillDate(page, "start", date(-10));
  await here(page);
  await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
  await said(page, "Støtten er skrevet: CTI");
  assert.equal(await page.locator(".phase-bar rect").count(), 3);
  assert.match(await page.locator(".track").innerText(), /Overgang[\s\S]*fra [\s\S]*Afprøvning[\s\S]*planlagt fra[\s\S]*Overdragelse[\s\S]*planlagt fra/);
  await checkPage(page, "support-cti");
  await page.setViewportSize(phone);
  await checkPage(page, "support-cti-phone");
  await page.setViewportSize(desk);

  await press(page, "Begynd næste fase: Afprøvning");
  await press(page, "Begynd fasen i dag");
  await linked(page, "Skriv, hvorfor fasen begynder før planlagt.");
  await checkPage(page, "support-advance-errors");
  await page.getByLabel(/^Hvorfor nu/).fill("CPR 150302-4001 er klar");
  await press(page, "Begynd fasen i dag");
  await linked(page, /Skriv ikke CPR-nummer i teksten/);
  await page.getByLabel(/^Hvorfor nu/).fill("Borgeren er faldet til og vil selv.");
  await press(page, "Begynd fasen i dag");
  await said(page, "Fasen er begyndt: Afprøvning. Næste fase er planlagt til");
  assert.equal((await page.locator(".track [aria-current]").innerText()).split("\n")[0].trim(), "Afprøvning");

  const theirs = await open(colleague.page, citizen, "stoette");
  await page.getByRole("button", { name: /^Sæt på pause/ }).click();
  await said(page, "er sat på pause");
  await checkPage(page, "support-paused");
  await theirs.getByRole("button", { name: /^Sæt på pause/ }).click();
  await theirs.getByRole("heading", { name: "Støtten står anderledes nu" }).waitFor();
  await theirs.getByText("På pause").waitFor();
  await page.getByRole("button", { name: /^Genoptag/ }).click();
  await said(page, "er i gang igen");

  await press(page, "Begynd støtte");
  await page.getByLabel(/^CTI/).check();
  await here(page);
  await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
  await page.getByRole("heading", { name: "Borgeren har allerede den støtte" }).waitFor();

  await page.getByRole("button", { name: /^Afslut: CTI/ }).click();
  await press(page, "Ja, afslut i dag");
  await said(page, "er afsluttet");
  await page.getByText("Der er ingen støtte lige nu.").waitFor();
});

test("the other kinds of support: what each takes, and the lists", async () => {
  const other = await newCitizen(adviser.page, null);
  const page = await open(adviser.page, other, "stoette");
  let begun = 0;
  const start = async (kind, more = async () => {}) => {
    await press(page, "Begynd støtte");
    await page.getByLabel(kind).check();
    await more();
    await here(page);
    await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
    await page.locator(".episode").nth(begun++).waitFor();
  };
  await start(/^ICM/);
  await start(/^ACT/, async () => {
    await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
    await linked(page, /^Hvem er med på holdet\? Vælg/);
    await page.locator("#team").getByLabel("psykiatri").check();
    await page.locator("#team").getByLabel("sygepleje").check();
  });
  await start(/^Bostøtte .*timetakst/, async () => {
    await fillDate(page, "end", date(-1));
    await page.locator("form").getByRole("button", { name: "Begynd støtte" }).click();
    await linked(page, /^Skriv en dag efter den første/);
    await fillDate(page, "end", date(60));
  });
  await start("Mestringsvejleder", () => fillDate(page, "start", date(20)));
  await start(/^Støtte- og kontaktperson/);
  assert.equal(await page.locator(".episode").count(), 5);
  assert.match(await page.locator(".episode").filter({ hasText: "ACT" }).innerText(), /psykiatri, sygepleje/);
  assert.match(await page.locator(".episode").filter({ hasText: "ICM" }).innerText(), /Ingen fast slutdag/);
  assert.match(await page.locator(".episode").filter({ hasText: "Mestringsvejleder" }).innerText(), /Planlagt/);
  await checkPage(page, "support-all");
  await page.goto(`${base}/stoette`);
  await line(page, other).first().waitFor();
  assert.match((await line(page, other).allInnerTexts()).join("\n"), /ICM[\s\S]*ACT|ACT[\s\S]*ICM/);
  await checkPage(page, "supports");
  await page.getByLabel("Planlagt støtte").check();
  await line(page, other).filter({ hasText: "Mestringsvejleder" }).waitFor();
  await page.setViewportSize(phone);
  await checkPage(page, "supports-phone");
  await page.setViewportSize(desk);
});

test("a stay at a shelter: the leader decides; in and out, and no two at once", async () => {
  const other = await newCitizen(adviser.page, null);
  const page = await open(adviser.page, other, "forsorg");
  await press(page, "Indskriv");
  await linked(page, /^Kun lederen kan indskrive/);
  await linked(page, /^Borgeren skal være med/);
  await checkPage(page, "shelter-errors");
  await fillDate(page, "day", date(1));
  await page.getByLabel("Lederen har besluttet indskrivningen").check();
  await page.getByLabel("Borgeren kom selv").check();
  await here(page);
  await press(page, "Indskriv");
  await linked(page, /^Skriv en dag fra 31 dage tilbage til i dag/);
  await fillDate(page, "day", date(-5));
  const theirs = await open(colleague.page, other, "forsorg");
  await press(page, "Indskriv");
  await said(page, `Borgeren er indskrevet fra ${danish(date(-5))}.`);
  await page.getByText("Borgeren kom selv.").waitFor();
  await checkPage(page, "shelter-in");

  await theirs.getByLabel("Lederen har besluttet indskrivningen").check();
  await here(theirs);
  await press(theirs, "Indskriv");
  await theirs.getByRole("heading", { name: "Et andet ophold dækker den dag" }).waitFor();
  await theirs.getByText(/^Borgeren er indskrevet siden/).waitFor();
  await checkPage(theirs, "shelter-booked");

  await page.goto(`${base}/stoette`);
  await page.getByLabel("På forsorgshjem nu").check();
  await line(page, other).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: /Forsorgshjem/ }).waitFor();
  await settled(page);
  await fillDate(page, "day", date(-6));
  await press(page, "Udskriv fra forsorgshjem");
  await linked(page, /^Skriv en dag fra den første dag til i dag/);
  await fillDate(page, "day", date());
  await press(page, "Udskriv fra forsorgshjem");
  await said(page, `Borgeren er udskrevet. Sidste dag: ${danish(date())}.`);
  await page.getByRole("heading", { name: "Tidligere ophold" }).waitFor();
  await page.setViewportSize(phone);
  await checkPage(page, "shelter-out-phone");
  await page.setViewportSize(desk);
});

test("on paper a case has no buttons; in English nothing is left in Danish", async () => {
  const other = await newCitizen(adviser.page, null);
  await rpc("SupportService/OpenEvictionCase", { citizen: `citizens/${other}`, receivedFrom: "EVICTION_SOURCE_CITIZEN", stage: "EVICTION_STAGE_REMINDER", arrearsDkk: 900, nextStepOn: date(1) });
  await rpc("SupportService/StartSupportEpisode", { citizen: `citizens/${other}`, presence: stated(), method: "SUPPORT_METHOD_CTI", start: date() });
  const { page } = adviser;
  for (const part of ["udsaettelse", "stoette"]) {
    await open(page, other, part);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("main button:visible").count(), 0, part);
    await page.emulateMedia({ media: null });
  }
  await press(page, "English");
  const noDanish = async (where) => assert.doesNotMatch(await page.locator("main").innerText(), /[æøå]/i, where);
  for (const path of [`borger/${other}/udsaettelse`, `borger/${other}/stoette`, `borger/${other}/forsorg`, "udsaettelser", "stoette", "screeninger"]) {
    await page.goto(`${base}/${path}`);
    await settled(page);
    await noDanish(path);
  }
  await open(page, other, "udsaettelse");
  for (const form of ["Write agreed help", "The case moves on, or a new date", "Close the case"]) {
    await press(page, form);
    await noDanish(form);
    await press(page, "Cancel");
  }
  await open(page, other, "stoette");
  await press(page, "Begin support");
  await page.getByLabel(/^ACT/).check();
  await noDanish("ACT");
  await open(page, other, "screening");
  await noDanish("before a screening");
  await page.getByLabel("The citizen is here").check();
  await press(page, "Begin a screening");
  const step = page.locator(".step-subheading");
  for (let at = 1; at <= 10; at++) {
    await step.getByText(`Step ${at} of 10`).waitFor();
    await noDanish(`question ${at}`);
    if (at < 10) await press(page, "Next");
  }
  await press(page, "Dansk");
});
