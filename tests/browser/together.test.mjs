// What people in the house do together: an activity from the plan to the slip, super-users' money, the meal scheme, a group.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { date } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled } from "./browser.mjs";
import { fillDate, press } from "./acts.mjs";
import { focused, tabTo } from "./keys.mjs";
import { call, forgetEverybody, line, mark, open, read, said, somebody } from "./house.mjs";

after(async () => {
  await forgetEverybody();
  await closeBrowser();
});

// An activity of the test's own: its name.
async function activity({ title, capacity = 2, fee_dkk = 0, days = 5 }) {
  const plan = { title, kind: "ACTIVITY_KIND_TRIP", date: date(days), from_minute: 600, place: "Stationen", capacity, fee_dkk, fee_waiver_allowed: fee_dkk > 0, planned_by: "PLANNED_BY_HOUSE" };
  return (await call("ActivityService/CreateActivity", { plan })).activity.name;
}
const slipOf = async (page) => (await page.locator("[data-slip]").innerText()).replace(/\s/g, "");

test("staff hang an activity up; what does not fit is said at its box", async () => {
  const title = `Tur til Djurs ${mark}`;
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await open(page, "/aktiviteter/ny");
  await press(page, "Hæng aktiviteten op");
  await page.getByRole("link", { name: "Skriv et antal pladser fra 1 til 200." }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "capacity");
  await page.getByLabel("Hvad skal der ske?").fill(title);
  await page.getByLabel("Tur", { exact: true }).check();
  await fillDate(page, "date", date(6));
  await page.getByLabel("Hvor?").fill("Bus fra huset");
  await page.getByLabel("Hvor mange kan komme med?").fill("3");
  await page.getByLabel("Pris i kroner").fill("40");
  await press(page, "Hæng aktiviteten op");
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("0 af 3 pladser er taget.").waitFor();
  await checkPage(page, "activity-phone");
  await press(page, "Aflys");
  await page.getByRole("dialog").getByRole("button", { name: "Aflys" }).click();
  await said(page, "Aktiviteten er aflyst.");
  await close();
});

test("the tablet on the table: a place without a name, one by a name, the waiting list, and a place given back", async () => {
  const title = `Bowling ${mark}`;
  const name = await activity({ title });
  const path = `/aktiviteter/${name.slice("activities/".length)}/bord`;
  const { page, close } = await as("perron-4-volunteer", { allow: [404] });
  await open(page, path);
  await checkPage(page, "table-role-desk");
  await press(page, "Kagebager");
  await checkPage(page, "table-name-desk");
  await press(page, "En plads uden navn");
  await page.getByRole("heading", { name: "Du har en plads" }).waitFor();
  const slip = await slipOf(page);
  assert.match(slip, /^[a-z2-7]{8}$/);
  await checkPage(page, "table-slip-desk");
  await press(page, "Færdig");
  assert.equal(await page.locator("[data-slip]").count(), 0, "whoever comes next sees no slip");

  await page.getByText("1 ledige pladser af 2").waitFor();
  await press(page, "Hepper");
  await press(page, "Skriv mig på");
  await page.getByText("Skriv noget, eller tag en plads uden navn.").waitFor();
  await page.getByLabel("Hvad vil du kaldes på listen?").fill("Ibber");
  await press(page, "Skriv mig på");
  await page.getByRole("heading", { name: "Du har en plads" }).waitFor();
  await press(page, "Færdig");

  await page.getByText("Fuldt. 0 på venteliste").waitFor();
  await press(page, "Bare med");
  await press(page, "Venteliste uden navn");
  await page.getByRole("heading", { name: "Du står på ventelisten" }).waitFor();
  await press(page, "Færdig");

  await press(page, "Jeg kan ikke komme alligevel");
  await page.getByLabel(/Seddel|sedlen/i).fill("aaaa2222");
  await press(page, "Giv pladsen tilbage");
  await page.getByRole("heading", { name: "Den seddel kender vi ikke" }).waitFor();
  await page.getByLabel(/Seddel|sedlen/i).fill(`${slip.slice(0, 4)} ${slip.slice(4).toUpperCase()}`);
  await press(page, "Giv pladsen tilbage");
  await said(page, "Pladsen er givet tilbage.");
  await page.getByText("Fuldt. 0 på venteliste").waitFor();
  await page.goto(`${base}${path.replace("/bord", "")}`);
  assert.equal(await page.locator("h1").innerText(), "Siden er ikke til din opgave", "the table shows nobody who comes along");
  await close();

  const staff = await as("perron-4-1");
  await open(staff.page, path.replace("/bord", ""));
  await line(staff.page, "Ibber, hepper").waitFor();
  await line(staff.page, "En plads uden navn, bare med").getByText(/^Rykkede op fra ventelisten/).waitFor();
  assert.equal(await line(staff.page, "kagebager").filter({ hasText: "En plads uden navn" }).count(), 0);
  await staff.close();
  await call("ActivityService/CancelActivity", { name });
});

test("the tablet by the keyboard alone, on a small screen", async () => {
  const name = await activity({ title: `Fiskeri ${mark}` });
  const { page, close } = await as("perron-4-volunteer", { viewport: phone });
  await open(page, `/aktiviteter/${name.slice("activities/".length)}/bord`);
  await tabTo(page, /^Hjælper$/);
  await page.keyboard.press("Space");
  await focused(page, /^Du kommer med som: Hjælper$/, "the next question is read from its top");
  await checkPage(page, "table-name-phone");
  await tabTo(page, /^En plads uden navn$/);
  await page.keyboard.press("Enter");
  await focused(page, /^Du har en plads$/, "what came of it is read");
  await tabTo(page, /^Færdig$/);
  await page.keyboard.press("Enter");
  await page.getByText("1 ledige pladser af 2").waitFor();
  await close();
  await call("ActivityService/CancelActivity", { name });
});

test("a place by a called name, paid by a super-user's money: the receipt stands there, and what is left", async () => {
  const [guest, superUser] = [await somebody("Gæst"), await somebody("Super")];
  const name = await activity({ title: `Teater ${mark}`, fee_dkk: 40 });
  const { page, close } = await as("perron-4-1", { allow: [400, 409, 429] });
  await open(page, "/budgetter");
  await press(page, "Nyt budget");
  await page.getByLabel("Hvilken superbruger?").selectOption(superUser.name);
  await page.getByLabel("Beløb i kroner").fill("100");
  await press(page, "Giv budgettet");
  await said(page, "Det er gemt.");
  await line(page, superUser.alias).getByText("100 kr. tilbage").waitFor();

  await open(page, `/aktiviteter/${name.slice("activities/".length)}`);
  await press(page, "Tilmeld et kaldenavn");
  await page.getByLabel("Hvem?").selectOption(guest.name);
  await press(page, "Tilmeld");
  await said(page, "Der er en plads.");
  await line(page, guest.alias).getByRole("button", { name: /^En superbruger betaler/ }).click();
  await page.getByLabel("Superbruger", { exact: true }).selectOption({ label: `${superUser.alias} (100 kr. tilbage)` });
  await press(page, "Betal prisen");
  await said(page, "Prisen er betalt.");
  await line(page, guest.alias).getByText("en superbruger betaler").waitFor();

  await open(page, "/budgetter");
  await line(page, superUser.alias).getByText("60 kr. tilbage").waitFor();
  await line(page, superUser.alias).getByRole("button", { name: /^Nyt bilag/ }).click();
  await page.getByLabel("Hvad til?").fill("Kage til alle");
  await page.getByLabel("Kroner", { exact: true }).fill("60,50");
  await press(page, "Gem");
  await page.getByRole("heading", { name: "Så mange penge er der ikke tilbage" }).waitFor();
  await page.getByLabel("Kroner", { exact: true }).fill("59,50");
  await press(page, "Gem");
  await said(page, "Bilaget er skrevet op.");
  await line(page, superUser.alias).getByText("0,50 kr. tilbage").waitFor();
  await checkPage(page, "budgets-desk");
  await close();
  await call("ActivityService/CancelActivity", { name });
});

test("the meal scheme: what to cook follows who takes part", async () => {
  const guest = await somebody("Spiser");
  const { page, close } = await as("perron-4-1");
  await open(page, "/kostordning");
  const before = (await read("MealService/GetMealNumbers")).numbers.mealsAWeek;
  await press(page, "Ny på kostordning");
  await page.getByLabel("Hvem?").selectOption(guest.name);
  await page.getByLabel("Måltider om ugen").fill("22");
  await press(page, "Begynd i dag");
  await page.getByRole("link", { name: "Skriv et antal måltider fra 1 til 21." }).waitFor();
  await page.getByLabel("Måltider om ugen").fill("5");
  await page.getByLabel("Pris om ugen i kroner").fill("125");
  await press(page, "Begynd i dag");
  await page.getByText(`${before + 5} måltider om ugen`, { exact: true }).waitFor();
  await line(page, guest.alias).getByRole("button", { name: /^Hold pause/ }).click();
  await page.getByText(`${before} måltider om ugen`, { exact: true }).waitFor();
  await press(page, "På pause");
  await line(page, guest.alias).getByRole("button", { name: /^Stop/ }).click();
  await line(page, guest.alias).waitFor({ state: "detached" });
  await close();
});

test("a group is three or four users and two staff, and nothing else", async () => {
  const users = [await somebody("Ada"), await somebody("Bo"), await somebody("Cai")];
  const title = `Havegruppen ${mark}`;
  const { page, close } = await as("perron-4-1");
  await open(page, "/aktivitetsgrupper");
  await press(page, "Ny gruppe");
  await page.getByLabel("Hvad hedder gruppen?").fill(title);
  await page.getByLabel("Medarbejder 2").fill("perron-4-2");
  for (const { alias } of users.slice(1)) await page.getByLabel(alias, { exact: true }).check();
  await press(page, "Gem");
  await page.getByRole("link", { name: "Der skal være tre eller fire brugere." }).waitFor();
  await page.getByLabel(users[0].alias, { exact: true }).check();
  await press(page, "Gem");
  await said(page, "Det er gemt.");
  const mine = line(page, title);
  await mine.getByText("Næste møde er ikke lagt.").waitFor();
  await mine.getByRole("button", { name: /^Skriv møde ned/ }).click();
  await fillDate(page, "next", date(20));
  await press(page, "Gem");
  await mine.getByText(/^Næste møde \d/).waitFor();
  await mine.getByRole("button", { name: /^Stop gruppen/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop gruppen" }).click();
  await said(page, "Gruppen er stoppet.");
  await settled(page);
  await close();
});
