// The screening, one question at a time: saved as one goes, through a closed tab and a lost connection, for 24 and for 25 years.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { date } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled, sheets } from "./browser.mjs";
import { fillDate, here, holdFirst, newCitizen, press } from "./acts.mjs";
import { choose, focused, tabTo } from "./keys.mjs";

let adviser, young;

before(async () => {
  adviser = await as("boligenhed-1", { allow: [400, 409, "ERR_INTERNET_DISCONNECTED"] });
  young = await newCitizen(adviser.page, null);
});
after(async () => {
  const end = await Promise.allSettled([adviser?.close()]);
  await closeBrowser();
  if (end[0].status === "rejected") throw end[0].reason;
});

// Somebody who is `years` on that day and one more a day later.
function lastDayAt(years) {
  const tomorrow = date(1);
  const day = tomorrow.month === 2 && tomorrow.day === 29 ? { ...tomorrow, month: 3, day: 1 } : tomorrow;
  return { ...day, year: day.year - years - 1 };
}
const birthday = (years) => {
  const today = date();
  return { ...today, year: today.year - years, day: today.month === 2 && today.day === 29 ? 28 : today.day };
};

const saved = (page) => page.getByText("Alt er gemt.").waitFor();
const question = (page, words) => page.locator(".aloud").getByText(words, { exact: true }).waitFor();
const review = (page) => page.getByRole("heading", { name: "Det har du svaret" }).waitFor();
const answerOf = (page, words) => page.locator(".lines > div").filter({ hasText: words }).locator("dd").first().innerText();
const next = (page) => press(page, "Næste");

async function open(citizen, page = adviser.page) {
  await page.goto(`${base}/borger/${citizen}/screening`);
  await settled(page);
  return page;
}

async function begin(citizen) {
  const page = await open(citizen);
  await here(page);
  await press(page, "Begynd en screening");
  await question(page, "Hvad er vigtigst for dig lige nu?");
  return page;
}

test("it begins with the citizen, and with the citizen's own words", async () => {
  const page = await open(young);
  await press(page, "Begynd en screening");
  await page.getByRole("link", { name: /Borgeren skal være med/ }).waitFor();
  await checkPage(page, "screening-start");
  await here(page);
  await press(page, "Begynd en screening");
  await question(page, "Hvad er vigtigst for dig lige nu?");
  await page.getByText("Trin 1 af 10").waitFor();
  await page.getByRole("textbox").fill("Et sted, hvor jeg kan låse døren.");
  await saved(page);
  await page.getByLabel("Borgeren har set ordene, og de må deles").check();
  await checkPage(page, "screening-own-words");
});

test("a closed tab loses nothing: one goes on where one was", async () => {
  let { page } = adviser;
  await next(page);
  await question(page, "Hvornår taler vi sammen?");
  await next(page);
  await question(page, "Hvor gammel er du?");
  await page.getByLabel("Med fødselsdato").check();
  await fillDate(page, "birth", lastDayAt(24));
  await saved(page);
  await checkPage(page, "screening-age");
  page = await adviser.context.newPage();
  await adviser.page.close();
  adviser.page = page;
  page.setViewportSize({ width: 1280, height: 900 });
  await open(young);
  await question(page, "Hvor sover eller bor du nu?");
  await page.getByText("Trin 4 af 10").waitFor();
  for (let step = 0; step < 3; step++) await press(page, "Forrige");
  await question(page, "Hvad er vigtigst for dig lige nu?");
  assert.equal(await page.getByRole("textbox").inputValue(), "Et sted, hvor jeg kan låse døren.");
  assert.ok(await page.getByLabel("Borgeren har set ordene, og de må deles").isChecked());
  for (let step = 0; step < 3; step++) await page.goBack();
  await question(page, "Hvor sover eller bor du nu?");
});

test("a lost connection loses nothing: one goes on, and it is saved when the connection is back", async () => {
  const { page, context } = adviser;
  await context.setOffline(true);
  try {
    await page.getByLabel("Sover hos venner eller familie").check();
    await next(page);
    await question(page, "Hvor længe har det været sådan?");
    await page.getByText("Der er ikke forbindelse.").waitFor();
    await checkPage(page, "screening-offline");
    await page.getByLabel("1 til 6 måneder").check();
    await next(page);
    await question(page, /^Hvor mange nætter/);
    const tried = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/UpdateScreening"));
    await page.getByLabel(/^Hvor mange nætter/).fill("3");
    await tried;
  } finally {
    await context.setOffline(false);
  }
  await saved(page);
  await page.reload();
  await settled(page);
  await question(page, "Er der noget, der kan koste dig boligen eller stedet?");
  await press(page, "Forrige");
  assert.equal(await page.getByRole("textbox").inputValue(), "3");
  await press(page, "Forrige");
  assert.ok(await page.getByLabel("1 til 6 måneder").isChecked());
  await press(page, "Forrige");
  assert.ok(await page.getByLabel("Sover hos venner eller familie").isChecked());
});

test("all answers are shown before it is completed; what is missing is named, and leads to its question", async () => {
  const page = await open(young);
  await question(page, "Er der noget, der kan koste dig boligen eller stedet?");
  for (const words of ["Hvad vil du helst?", "Er du skrevet op til en bolig?"]) {
    await next(page);
    await question(page, words);
  }
  await next(page);
  await review(page);
  assert.equal(await answerOf(page, "Hvad vil du helst?"), "Mangler et svar");
  assert.equal(await answerOf(page, "Er du skrevet op til en bolig?"), "Ikke spurgt");
  await press(page, "Afslut sammen med borgeren");
  for (const words of [/^Er der noget, der kan koste dig/, /^Hvad vil du helst\?/, /Borgeren skal være med/]) await page.getByRole("link", { name: words }).waitFor();
  await checkPage(page, "screening-review-missing");
  await page.getByRole("link", { name: /^Hvad vil du helst\?/ }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "change-preference");
  await page.keyboard.press("Enter");
  await page.getByLabel("Egen bolig med kontakt til en støtteperson").check();
  await press(page, "Tilbage til svarene");
  await review(page);
  await page.getByRole("button", { name: /^Ret: Er der noget/ }).click();
  await page.getByLabel("Ingen af dem").check();
  await press(page, "Tilbage til svarene");
  await review(page);
});

test("on paper it is one sheet with all answers and no buttons", async () => {
  const { page } = adviser;
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("main button:visible, main input:visible").count(), 0);
  const sheet = await page.locator(".paper").innerText();
  for (const words of ["Et sted, hvor jeg kan låse døren.", "Sover hos venner eller familie", "1 til 6 måneder", "Egen bolig med kontakt til en støtteperson"]) assert.ok(sheet.includes(words), words);
  await page.emulateMedia({ media: null });
  assert.equal(await sheets(page), 1);
});

test("somebody of 24 years, a day before the birthday, is led to the youth model", async () => {
  const { page } = adviser;
  await here(page);
  await press(page, "Afslut sammen med borgeren");
  await page.getByText("Screeningen er afsluttet.").waitFor();
  assert.match(await page.locator(".paper").innerText(), /Hjemløs[\s\S]*Ungemodellen med netværksmøde[\s\S]*Under 25 år/);
  assert.doesNotMatch(await page.locator(".paper").innerText(), new RegExp(String(lastDayAt(24).year)), "the birth date is gone");
  assert.equal(await sheets(page), 1);
  await checkPage(page, "screening-completed");
});

test("the lists: by age band, and by who has no appointment yet", async () => {
  const { page } = adviser;
  const line = page.getByRole("link", { name: `Borger ${young.slice(-4)}` });
  await page.goto(`${base}/screeninger`);
  await settled(page);
  await line.waitFor();
  await checkPage(page, "screenings");
  const shows = async (label, wanted) => {
    await page.getByLabel(label).check();
    await settled(page);
    assert.equal(await line.count(), wanted, label);
  };
  await shows("25 år eller mere", 0);
  await shows("Under 25 år", 1);
  await shows("Løslades eller udskrives", 0);
  await page.setViewportSize(phone);
  await shows("Under 25 år", 1);
  await checkPage(page, "screenings-phone");
  await page.setViewportSize({ width: 1280, height: 900 });

  await line.click();
  await fillDate(page, "next-date", date(7));
  await page.getByLabel("Klokken").fill("10.30");
  await page.getByLabel("Hos boligenheden").check();
  await press(page, "Skriv aftalen");
  await page.getByText("kl. 10.30").waitFor();
  await page.goto(`${base}/screeninger`);
  await settled(page);
  assert.equal(await line.count(), 0, "there is an appointment now");
});

test("somebody of 25 years today is led to Housing First, by keyboard alone on a phone", async () => {
  const citizen = await newCitizen(adviser.page, null);
  const page = await open(citizen);
  await page.setViewportSize(phone);
  const forward = async (words) => {
    await tabTo(page, /^Næste$/);
    await page.keyboard.press("Enter");
    await question(page, words);
    await focused(page, /^Trin \d+ af \d+$/, "the question is read from its top");
  };
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Begynd en screening$/);
  await page.keyboard.press("Enter");
  await question(page, "Hvad er vigtigst for dig lige nu?");
  await tabTo(page, /^Hvad er vigtigst/);
  await page.keyboard.type("Ro.");
  await forward("Hvornår taler vi sammen?");
  await forward("Hvor gammel er du?");
  await choose(page, /^Under 25 år$/, /^Med fødselsdato$/);
  const { day, month, year } = birthday(25);
  for (const [label, value] of [[/^Dag$/, day], [/^Måned$/, month], [/^År$/, year]]) {
    await tabTo(page, label);
    await page.keyboard.type(String(value));
  }
  await forward("Hvor sover eller bor du nu?");
  await choose(page, /^Sover på gaden/, /^Løslades inden for en måned uden bolig$/);
  await checkPage(page, "screening-situation-phone");
  await forward("Hvor længe har det været sådan?");
  await choose(page, /^Under en måned$/, /^Ved ikke$/);
  await forward(/^Hvor mange nætter/);
  await forward("Er der noget, der kan koste dig boligen eller stedet?");
  await tabTo(page, /^Løslades inden for en måned$/);
  await page.keyboard.press("Space");
  await checkPage(page, "screening-risks-phone");
  await forward("Hvilken dag bliver du løsladt eller udskrevet?");
  const out = date(20);
  for (const [label, value] of [[/^Dag$/, out.day], [/^Måned$/, out.month], [/^År$/, out.year]]) {
    await tabTo(page, label);
    await page.keyboard.type(String(value));
  }
  await forward("Hvad vil du helst?");
  await choose(page, /^Kort støtte/, /^Ved ikke endnu$/);
  await forward("Er du skrevet op til en bolig?");
  await tabTo(page, /^Næste$/);
  await page.keyboard.press("Enter");
  await review(page);
  await checkPage(page, "screening-review-phone");
  await tabTo(page, /^Afslut sammen med borgeren$/);
  await page.keyboard.press("Enter");
  await page.getByText("Screeningen er afsluttet.").waitFor();
  assert.match(await page.locator(".paper").innerText(), /Hjemløs[\s\S]*En samtale om egen bolig først[\s\S]*25 år eller mere/);
  await checkPage(page, "screening-completed-phone");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${base}/screeninger`);
  await page.getByLabel("Løslades eller udskrives").check();
  await page.locator("li").filter({ hasText: `Borger ${citizen.slice(-4)}` }).getByText("20 dage tilbage").waitFor();
});

test("what the service does not take is said in words, at its question", async () => {
  const page = await begin(await newCitizen(adviser.page, null));
  const refused = async (words) => {
    await next(page);
    await page.getByRole("link", { name: words }).waitFor();
  };
  await page.getByRole("textbox").fill("Ring til mig, 150302-4001");
  await refused(/Skriv ikke CPR-nummer i teksten/);
  await checkPage(page, "screening-refused");
  // What was put right is judged anew, however long that takes.
  const letGo = await holdFirst(page, "UpdateScreening");
  await page.getByRole("textbox").fill("Ring til mig.");
  await next(page);
  await question(page, "Hvornår taler vi sammen?");
  await letGo();
  await fillDate(page, "on", date(2));
  await refused(/Datoerne passer ikke sammen/);
  await fillDate(page, "on", { ...date(), day: 32 });
  await refused(/Skriv en dato, der findes/);
  await fillDate(page, "on", date());
  await next(page);
  await question(page, "Hvor gammel er du?");
  await page.getByLabel("Med fødselsdato").check();
  await fillDate(page, "birth", birthday(14));
  await refused(/Borgeren skal være mellem 15 og 110 år/);
  await page.getByLabel("25 år eller mere").check();
  await next(page);
  await question(page, "Hvor sover eller bor du nu?");
  await next(page);
  await question(page, "Hvor længe har det været sådan?");
  await page.getByLabel("Siden en bestemt dag").check();
  await fillDate(page, "since-day", date(3));
  await refused(/Datoerne passer ikke sammen/);
  await fillDate(page, "since-day", date(-3));
  await next(page);
  await question(page, /^Hvor mange nætter/);
  await page.getByRole("textbox").fill("45");
  await refused(/Skriv et tal fra 0 til 30/);
  await page.getByRole("textbox").fill("30");
  await next(page);
  await page.getByLabel("Huslejerestance").check();
  await page.getByLabel("Ingen af dem").check();
  await refused(/kan ikke stå sammen med andre/);
  await page.getByLabel("Ingen af dem").uncheck();
  await next(page);
  await question(page, "Hvad vil du helst?");
  await saved(page);
});

test("two at once: nobody's answers are overwritten, and one sees what is saved", async () => {
  const citizen = await newCitizen(adviser.page, null);
  const page = await begin(citizen);
  const colleague = await as("boligenhed-2", { allow: [409] });
  await open(citizen, colleague.page);
  await page.getByRole("textbox").fill("Det første.");
  await saved(page);
  await colleague.page.getByRole("textbox").fill("Det andet.");
  await colleague.page.getByRole("heading", { name: "En anden har ændret det imens" }).waitFor();
  await checkPage(colleague.page, "screening-conflict");
  await press(colleague.page, "Hent det, der er gemt");
  await question(colleague.page, "Hvornår taler vi sammen?");
  await press(colleague.page, "Forrige");
  assert.equal(await colleague.page.getByRole("textbox").inputValue(), "Det første.");
  await press(colleague.page, "Drop kladden");
  await colleague.page.getByRole("dialog").getByRole("button", { name: "Drop kladden" }).click();
  await colleague.page.getByText("Kladden er droppet").waitFor();
  await page.getByRole("textbox").fill("Det tredje.");
  await page.getByRole("heading", { name: "Det er allerede sket" }).waitFor();
  await press(page, "Hent det, der er gemt");
  await page.getByText("Der er ingen screening endnu.").waitFor();
  await colleague.close();
});

test("an empty form for paper: all questions on two sheets at most, nothing to type, in English too", async () => {
  const { page } = adviser;
  await page.goto(`${base}/screeninger/papir`);
  await checkPage(page, "screening-paper");
  assert.equal(await page.locator(".paper input").count(), 0);
  assert.equal(await page.locator(".paper ol > li").count(), 10);
  assert.equal(await page.getByText("☐ Vil ikke svare").count(), 1);
  assert.ok((await sheets(page)) <= 2);
  await page.setViewportSize(phone);
  await checkPage(page, "screening-paper-phone");
  await press(page, "English");
  assert.doesNotMatch(await page.locator("main").innerText(), /[æøå]/i);
  await press(page, "Dansk");
  await page.setViewportSize({ width: 1280, height: 900 });
});
