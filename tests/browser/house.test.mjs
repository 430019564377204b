// The house as its staff and its volunteers see it: today, the board, the box, meetings, shifts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { date } from "../lib/values.mjs";
import { as, base, checkPage, checkWidths, closeBrowser, phone, settled, sheets } from "./browser.mjs";
import { fillDate, press } from "./acts.mjs";
import { call, line, mark, open, read, said } from "./house.mjs";

after(closeBrowser);

const pages = {
  "perron-4-1": ["/idag", "/tavle", "/postkasse", "/moeder", "/vagter", "/aktiviteter", "/aktiviteter/ny", "/aktivitetsgrupper", "/budgetter", "/kostordning", "/opsoegende", "/ringeliste", "/bisiddere", "/mad", "/uderum"],
  "perron-4-volunteer": ["/idag", "/tavle", "/postkasse", "/moeder", "/vagter", "/aktiviteter", "/kostordning", "/opsoegende", "/mad", "/uderum"],
  "perron-4-leader": ["/idag", "/postkasse", "/moeder", "/vagter", "/opsoegende", "/mad"],
};
for (const [account, paths] of Object.entries(pages)) {
  test(`${account}: every page of the house, on a phone and on a desk`, async () => {
    const { page, close } = await as(account);
    for (const path of paths) {
      await page.goto(base + path);
      await checkWidths(page, `${account}${path.replaceAll("/", "-")}`);
      assert.equal(await page.locator("main .alert-warning").filter({ hasText: "Det gik ikke" }).count(), 0, `${path} shows what it is for`);
    }
    await close();
  });
}

test("in English nothing of ours is Danish", async () => {
  const { page, close } = await as("perron-4-1");
  await press(page, "English");
  for (const [path, heading] of [["/vagter", "Shifts"], ["/bisiddere", "Companions"], ["/aktiviteter/ny", "New activity"], ["/opsoegende", "Reaching out"]]) {
    await open(page, path);
    assert.equal(await page.locator("h1").innerText(), heading);
    assert.doesNotMatch(await page.locator("main").innerText(), /\b(og|ikke|der|skriv|vagt)\b/i, path);
  }
  await close();
});

test("an idea from the box: without a name, read by staff, on the agenda, and on the board", async () => {
  const idea = `Tur til Den Gamle By ${mark}`;
  const volunteer = await as("perron-4-volunteer", { viewport: phone, allow: [400] });
  await open(volunteer.page, "/postkasse");
  await press(volunteer.page, "Læg i postkassen");
  await volunteer.page.getByRole("link", { name: "Skriv her, før du går videre." }).waitFor();
  await volunteer.page.getByLabel("Forslag", { exact: true }).fill("Ring til 010190-1234");
  await press(volunteer.page, "Læg i postkassen");
  await volunteer.page.getByRole("link", { name: /^Forslag: / }).waitFor();
  await volunteer.page.getByLabel("Forslag", { exact: true }).fill(`${idea}, siger Lise`);
  await press(volunteer.page, "Læg i postkassen");
  await said(volunteer.page, "Tak. Forslaget ligger i postkassen.");
  assert.equal(await volunteer.page.getByText(idea).count(), 0, "it is not repeated, and does not hang yet");
  await volunteer.close();

  const { response } = { response: await read("HouseLifeService/ListHouseMeetings") };
  if (!response.meetings.some(({ state }) => /PLANNED|AGENDA_POSTED/.test(state))) await call("HouseLifeService/ScheduleHouseMeeting", { date: date(9), start_minute: 780 });
  const { page, close } = await as("perron-4-1");
  await open(page, "/postkasse");
  const unread = line(page, "Det, der står her, kommer til at hænge").filter({ has: page.locator("textarea") });
  const mine = unread.nth(await unread.evaluateAll((all, words) => all.findIndex((one) => one.querySelector("textarea").value.includes(words)), idea));
  await mine.locator("textarea").fill(idea);
  await mine.getByRole("button", { name: "Hæng op" }).click();
  await said(page, "Forslaget hænger på tavlen.");
  await line(page, idea).getByRole("button", { name: /^Sæt på dagsordenen/ }).first().click();
  await line(page, idea).getByText("På dagsordenen", { exact: true }).waitFor();

  await open(page, "/tavle");
  await page.locator(".notes li").filter({ hasText: idea }).waitFor();
  assert.equal(await page.getByText("siger Lise").count(), 0);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("main button:visible").count(), 0, "no buttons on paper");
  assert.ok((await sheets(page)) >= 1);
  await close();
});

test("a house meeting: planned once a day, its agenda hangs, and it is called off", async () => {
  const { page, close } = await as("slotsgaarden-1", { allow: [409] });
  const day = 200 + Math.floor(Math.random() * 150);
  await open(page, "/moeder");
  for (const again of [false, true]) {
    await press(page, "Læg et møde");
    await fillDate(page, "date", date(day));
    await page.locator("form").getByRole("button", { name: "Læg et møde" }).click();
    if (again) await page.getByRole("heading", { name: "Der er allerede et møde den dag" }).waitFor();
    else await said(page, "Mødet er lagt.");
  }
  const meeting = page.locator("article").filter({ has: page.getByRole("heading", { name: new RegExp(`^${date(day).day}\\. .* ${date(day).year}`) }) }).filter({ hasText: "Planlagt" }).first();
  await meeting.getByRole("button", { name: /^Skriv dagsorden/ }).click();
  await page.getByLabel("Dagsorden", { exact: true }).fill(`1. Jul ${mark}`);
  await press(page, "Hæng dagsordenen op");
  await said(page, "Dagsordenen hænger på tavlen.");
  const hung = page.locator("article").filter({ hasText: `1. Jul ${mark}` });
  await hung.getByRole("button", { name: /^Aflys mødet/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Aflys mødet" }).click();
  await said(page, "Mødet er aflyst.");
  await hung.getByText("Aflyst", { exact: true }).waitFor();
  await close();
});

test("shifts: alone without a phone is refused in words, with one it stands; somebody falls ill, and the house says so at once", async () => {
  const { shifts } = await read("HouseLifeService/ListShifts", { first_day: date(), last_day: date() }, "slotsgaarden-1");
  for (const { name, state } of shifts) if (state === "SHIFT_STATE_PLANNED") await call("HouseLifeService/CancelShift", { name }, "slotsgaarden-1");
  const { page, close } = await as("slotsgaarden-1", { viewport: phone, allow: [400] });
  await open(page, "/vagter");
  await press(page, "Læg en vagt");
  await page.getByLabel("Fra klokken").fill("0.00");
  await page.getByLabel("Til klokken").fill("24.00");
  await page.getByLabel("Hvor mange på vagt?").fill("1");
  await press(page, "Læg vagten");
  await page.getByText("Der er for få på vagt. Tilføj en kollega eller en telefonaftale.").waitFor();
  await page.getByLabel("Der er en telefonaftale").check();
  await page.getByLabel("Vagttelefon").check();
  await page.getByLabel("Telefon", { exact: true }).fill("12 34 56 78");
  await press(page, "Læg vagten");
  await said(page, "Vagten er lagt.");
  await line(page, "0.00–24.00").getByText("+4512345678").waitFor();

  await line(page, "0.00–24.00").getByRole("button", { name: /^Så mange er vi/ }).click();
  await page.getByLabel("Der er en telefonaftale").uncheck();
  await press(page, "Gem");
  await said(page, "Det er skrevet ned. Der er for få på vagt");
  await checkPage(page, "shifts-too-low-phone");
  await open(page, "/idag");
  await page.getByRole("alert").getByText("Huset er lukket, fordi der er for få på vagt.").waitFor();
  await checkPage(page, "today-too-low-phone");
  await page.getByRole("link", { name: "Gå til vagterne" }).click();
  await line(page, "0.00–24.00").getByRole("button", { name: /^Aflys vagten/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Aflys vagten" }).click();
  await said(page, "Vagten er aflyst.");
  await open(page, "/idag");
  assert.equal(await page.getByText("for få på vagt").count(), 0);
  await close();
});

test("a user shift needs somebody who answers the phone; a Sunday opens by it, and closes without it", async () => {
  // Never a Sunday that others look at: the last one that can be planned.
  const sunday = Array.from({ length: 7 }, (_, back) => date(62 - back)).find(({ year, month, day }) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() === 0);
  const { shifts } = await read("HouseLifeService/ListUserShifts", { page_size: 100 });
  for (const { name, state, date: day } of shifts) if (state === "SHIFT_STATE_PLANNED" && day.month === sunday.month && day.day === sunday.day) await call("HouseLifeService/CancelUserShift", { name });
  const { page, close } = await as("perron-4-leader", { allow: [400] });
  await open(page, "/vagter");
  await press(page, "Læg en brugervagt");
  await fillDate(page, "date", sunday);
  await page.getByLabel("Hvor mange meldte sig selv?").fill("2");
  await page.getByLabel("Der er en telefonaftale").uncheck();
  await press(page, "Læg brugervagten");
  await page.getByText("Der er for få på vagt. Tilføj en kollega eller en telefonaftale.").waitFor();
  await page.getByLabel("Der er en telefonaftale").check();
  await page.getByLabel("Medarbejder i nærheden").check();
  await page.getByLabel("Telefon", { exact: true }).fill("87654321");
  await press(page, "Læg brugervagten");
  await said(page, "Brugervagten er lagt. Huset åbner den dag.");
  const mine = line(page, "+4587654321").last();
  await mine.getByText("2 selv").waitFor();
  await mine.getByRole("button", { name: /^Aflys vagten/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Aflys vagten" }).click();
  await said(page, "Vagten er aflyst.");
  await settled(page);
  await close();
});
