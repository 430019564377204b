// Small acts of the house that are told in one line: when its offers are, who asked to be missed, an activity that was held, minutes that hang,
// calls and greetings that are counted; and what is said when somebody else was quicker.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { date } from "../lib/values.mjs";
import { as, checkPage, closeBrowser, phone, settled } from "./browser.mjs";
import { press } from "./acts.mjs";
import { call, forgetEverybody, line, mark, open, read, said, somebody } from "./house.mjs";

after(async () => {
  await forgetEverybody();
  await closeBrowser();
});

const weekdays = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];
const weekdayOf = ({ year, month, day }) => (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
const inWords = ({ year, month, day }) => new Intl.DateTimeFormat("da-DK", { dateStyle: "long", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, day)));

// An activity of today, and the address of its page.
async function activity(title, capacity) {
  const plan = { title: `${title} ${mark}`, kind: "ACTIVITY_KIND_GAME", date: date(), from_minute: 1430, place: "Gården", capacity, fee_dkk: 40, fee_waiver_allowed: true, planned_by: "PLANNED_BY_HOUSE" };
  const { name } = (await call("ActivityService/CreateActivity", { plan })).activity;
  return { name, path: `/aktiviteter/${name.slice("activities/".length)}` };
}

test("the centre's page: when each offer is, and a Sunday opens by a shift and by no button", async () => {
  const { offers } = await read("DropinService/ListOffers");
  const vet = offers.find(({ kind }) => kind === "OFFER_KIND_VET").dates[0];
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await open(page, "/vaerested");
  const time = (minute) => `${Math.floor(minute / 60)}.${String(minute % 60).padStart(2, "0")}`;
  await line(page, "Dyrlægehjælp").filter({ hasText: `${inWords(vet.date)} ${time(vet.fromMinute)}–${time(vet.toMinute)}` }).waitFor();
  await line(page, "Gratis morgenmad").filter({ hasText: "mandag 8.00–10.30" }).filter({ hasText: "lørdag 8.00–11.00" }).waitFor();
  await line(page, "Bad").filter({ hasText: "når der er åbent" }).waitFor();
  const sundays = line(page, /^Søndag .*(der er en brugervagt|ingen brugervagt endnu)/);
  assert.equal(await sundays.count(), 2, "two Sundays in two weeks");
  const { centre } = await read("DropinService/GetCentre");
  const soon = date(13);
  const number = (day) => day.year * 10_000 + day.month * 100 + day.day;
  assert.equal(await sundays.filter({ hasText: "Huset åbner." }).count(), centre.confirmedDays.filter((day) => number(day) <= number(soon)).length);
  assert.equal(await page.locator("main button").count(), 0, "nothing to press");
  await checkPage(page, "centre-phone");
  await page.getByRole("link", { name: "Se og læg vagter" }).click();
  await page.getByRole("heading", { level: 1, name: "Vagter" }).waitFor();
  await close();
});

test("when somebody was here last stands with those who asked to be missed, and with nobody else", async () => {
  const [asked, other] = [await somebody("Savnet"), await somebody("Fri")];
  await call("NetworkService/JoinCallList", { participant: asked.name, phone: "+4500000003", interval_days: 7, caller: "CALLER_STAFF" });
  const { page, close } = await as("perron-4-1");
  await open(page, "/deltagere");
  const of = ({ alias }) => page.locator("article").filter({ has: page.getByRole("heading", { name: alias, exact: true }) });
  await of(asked).getByText(`sidst brugt ${inWords(date())}`).waitFor();
  assert.doesNotMatch(await of(other).innerText(), /sidst brugt|\d\. \p{L}+ \d{4}/iu);
  await close();
});

test("an activity is held: a number remains, and nobody who was there", async () => {
  const guest = await somebody("Spiller");
  const { name, path } = await activity("Stigegolf", 5);
  await call("ActivityService/SignUp", { activity: name, participant: guest.name, role: "ACTIVITY_ROLE_CHEERER" });
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await open(page, path);
  await line(page, guest.alias).waitFor();
  await press(page, "Det er holdt");
  await page.getByLabel("Hvor mange kom med?").fill("201");
  await page.locator("form").getByRole("button", { name: "Det er holdt" }).click();
  await page.getByRole("link", { name: "Skriv et tal fra 0 til 200." }).waitFor();
  await page.getByLabel("Hvor mange kom med?").fill("7");
  await page.locator("form").getByRole("button", { name: "Det er holdt" }).click();
  await said(page, "Det er skrevet ned. Pladserne er glemt.");
  await page.getByText("7 var med.").waitFor();
  assert.equal(await page.getByText(guest.alias).count(), 0);
  await checkPage(page, "activity-held-phone");
  await open(page, "/aktiviteter");
  await press(page, "Det, der har været");
  await page.locator("article").filter({ hasText: `Stigegolf ${mark}` }).getByText("7 var med.").waitFor();
  await close();
});

test("the last place went to somebody else, the same person twice, a fee paid twice: each is said in its own words", async () => {
  const [first, second] = [await somebody("Ane"), await somebody("Bob")];
  const { name, path } = await activity("Dart", 1);
  const { page, close } = await as("perron-4-1", { allow: [400, 409] });
  await open(page, path);
  await press(page, "Tilmeld et kaldenavn");
  await page.getByLabel("Hvem?").selectOption(second.name);
  const { place } = await call("ActivityService/SignUp", { activity: name, participant: first.name, role: "ACTIVITY_ROLE_PLAYER" });
  await press(page, "Tilmeld");
  await page.getByRole("heading", { name: "Den sidste plads er lige taget" }).waitFor();
  await press(page, "Tilmeld et kaldenavn");
  await page.getByLabel("Hvem?").selectOption(first.name);
  await press(page, "Skriv på ventelisten");
  await page.getByRole("heading", { name: "Deltageren er allerede med" }).waitFor();
  await settled(page);  // it reads anew
  await line(page, first.alias).getByRole("button", { name: /^Huset betaler/ }).waitFor();
  await call("ActivityService/WaiveFee", { activity: name, ticket: place.ticket, waiver: "FEE_WAIVER_HOUSE" });
  await line(page, first.alias).getByRole("button", { name: /^Huset betaler/ }).click();
  await page.getByRole("heading", { name: "Prisen er allerede betalt" }).waitFor();
  await call("ActivityService/TakePlace", { activity: name, called: "", role: "ACTIVITY_ROLE_HELPER", accept_waiting: true });
  await close();

  // Two came along already when somebody wants one place.
  const game = await activity("Backgammon", 3);
  const staff = await as("perron-4-1", { allow: [400, 409] });
  await open(staff.page, game.path);
  await press(staff.page, "Ret");
  await staff.page.getByLabel("Hvor mange kan komme med?").fill("1");
  for (const role of ["PLAYER", "HELPER"]) await call("ActivityService/TakePlace", { activity: game.name, called: "", role: `ACTIVITY_ROLE_${role}` });
  const { activity: now } = await read("ActivityService/GetActivity", { name: game.name });
  assert.equal(now.taken, 2);
  await press(staff.page, "Gem");
  await staff.page.getByRole("heading", { name: "En anden har ændret det imens" }).waitFor();
  await settled(staff.page);
  await press(staff.page, "Ret");
  await staff.page.getByLabel("Hvor mange kan komme med?").fill("1");
  await press(staff.page, "Gem");
  await staff.page.getByRole("heading", { name: "Der er flere med end det" }).waitFor();
  await staff.close();
  for (const one of [name, game.name]) await call("ActivityService/CancelActivity", { name: one });
});

test("minutes of a house meeting: a CPR number is refused, then they hang in the house, and can be put right", async () => {
  const same = (day) => day.year === date().year && day.month === date().month && day.day === date().day;
  const account = "gl-hadsundvej-1-1";
  const { meetings } = await read("HouseLifeService/ListHouseMeetings", { page_size: 100 }, account);
  if (!meetings.some(({ state, date: day }) => state !== "HOUSE_MEETING_STATE_CANCELLED" && same(day))) await call("HouseLifeService/ScheduleHouseMeeting", { date: date(), start_minute: 60 }, account);
  const { page, close } = await as(account, { viewport: phone, allow: [400] });
  await open(page, "/moeder");
  const meeting = page.locator("article").filter({ has: page.getByRole("heading", { name: new RegExp(`^${inWords(date()).replaceAll(".", "\\.")},`) }) }).filter({ hasNotText: "Aflyst" });
  const minutes = `Kaffen bliver. ${mark}`;
  for (const [button, text] of [[/^(Skriv|Ret) referat/, minutes], [/^Ret referat/, `${minutes} Teen også.`]]) {
    await meeting.getByRole("button", { name: button }).click();
    await page.getByLabel("Referat", { exact: true }).fill(`${text} Ring 010190-1234`);
    await page.getByLabel("Hvor mange kom?").fill("14");
    await press(page, "Hæng referatet op");
    await page.getByRole("link", { name: /^Referat: / }).waitFor();
    await page.getByLabel("Referat", { exact: true }).fill(text);
    await press(page, "Hæng referatet op");
    await said(page, "Referatet hænger på tavlen.");
    await meeting.getByText(text, { exact: true }).waitFor();
  }
  await meeting.getByText("14 kom.").waitFor();
  await checkPage(page, "minutes-phone");
  await open(page, "/tavle");
  await page.getByText(`${minutes} Teen også.`).waitFor();
  await close();
});

test("phone hours are in the evening, calls in them are counted, and greetings too", async () => {
  const account = "gl-hadsundvej-1-1";
  const range = { first_day: date(), last_day: date() };
  const numbers = () => read("NetworkService/GetOutreachNumbers", range, account);
  const before = await numbers();
  const today = weekdays[weekdayOf(date())];
  const { page, close } = await as(account, { viewport: phone });
  await open(page, "/opsoegende");
  await press(page, "Ret telefontid og uge");
  for (const day of weekdays) await page.getByLabel(day[0].toUpperCase() + day.slice(1), { exact: true }).setChecked(day === today);
  await page.getByLabel("Fra klokken").fill("15.30");
  await press(page, "Gem");
  await page.getByRole("link", { name: "Telefontiden er om aftenen: skriv et klokkeslæt fra 16.00." }).waitFor();
  await page.getByLabel("Fra klokken").fill("18.30");
  await page.getByLabel("Til klokken").fill("20.00");
  await press(page, "Gem");
  await said(page, "Det er gemt.");
  await line(page, /^\S+, 18\.30–20\.00$/).filter({ hasText: new RegExp(today, "i") }).waitFor();
  for (const more of [1, 2]) {
    await press(page, "Tæl et opkald i dag");
    await said(page, "Opkaldet er talt.");
    await settled(page);
    assert.equal((await numbers()).weeks.at(-1).phoneHourCalls, before.weeks.at(-1).phoneHourCalls + more);
  }

  const easter = before.greetings.find(({ season, year }) => season === "SEASON_EASTER" && year === date().year)?.count ?? 0;
  await press(page, "Tæl hilsener");
  await page.getByLabel("Påskepose").check();
  await page.getByLabel("Hvor mange blev delt ud?").fill("501");
  await press(page, "Læg til");
  await page.getByRole("link", { name: "Skriv et tal fra 1 til 500." }).waitFor();
  await page.getByLabel("Hvor mange blev delt ud?").fill("12");
  await press(page, "Læg til");
  await said(page, `Påskepose: ${easter + 12} i alt i år.`);
  await line(page, `Påskepose ${date().year}: ${easter + 12}`).waitFor();
  await checkPage(page, "outreach-counted-phone");
  await close();
});
