// The nurse clinic, by clicking: D8. Help without a name in three taps, a citizen's contacts, a wound, teeth from the wish to the visit, and who
// else in the house sees none of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, viaGateway } from "../lib/client.mjs";
import { date } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled } from "./browser.mjs";
import { ask, askAgain, attest, codeCard, fillDate, here, idOfCitizen, newCitizen, press, propose } from "./acts.mjs";

const desk = { width: 1280, height: 900 };
const why = "Få hjælp til helbred og tænder", clinic = "Sygeplejeklinikken i Perron 4";
let nurse, colleague, dentist, citizen;

before(async () => {
  [nurse, colleague, dentist] = [await as("clinic-nurse-1", { allow: [400, 403, 409] }), await as("clinic-nurse-2"), await as("socialtandpleje-1", { allow: [403] })];
  citizen = await newCitizen(nurse.page, null);
});
after(async () => {
  const ends = await Promise.allSettled([nurse, colleague, dentist].map((one) => one?.close()));
  await closeBrowser();
  close();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

const list = async (method, request) => (await viaGateway.call({ method: `brobygger.clinic.v1.ClinicService/${method}`, as: "clinic-nurse-1", request })).response;
const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();
const linked = (page, words) => page.getByRole("link", { name: words }).waitFor();
const danish = ({ year, month, day }) => new Intl.DateTimeFormat("da-DK", { dateStyle: "long", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, day)));
const section = (page, name) => page.getByRole("region", { name, exact: true });
async function open(page) {
  await page.goto(`${base}/borger/${citizen}/klinik`);
  await settled(page);
  return page;
}

test("help without a name takes three taps, on a phone too, and names nobody", async () => {
  const { page } = nurse;
  await page.setViewportSize(phone);
  await page.goto(`${base}/overblik`);
  await settled(page);
  const before = (await list("ListNurseContacts", { pageSize: 1 })).contacts[0]?.name;
  await page.getByRole("navigation", { name: "Gør nu" }).getByRole("link", { name: "Sygeplejeklinikken", exact: true }).click();  // one
  await press(page, "Sårbehandling");  // two
  await press(page, "Skriv ned");  // three
  await said(page, "Skrevet: Sårbehandling, uden navn.");
  const [contact] = (await list("ListNurseContacts", { pageSize: 1 })).contacts;
  assert.notEqual(contact.name, before);
  assert.equal(contact.citizen, "");
  assert.deepEqual(contact.content.date, date());
  await settled(page);
  assert.match(await section(page, "Seneste kontakter").locator("li").first().innerText(), /^Sårbehandling, .* · uden navn · Ret/);
  await checkPage(page, "clinic-phone");
  await page.setViewportSize(desk);
  await checkPage(page, "clinic-desk");
});

test("a kind that was pressed by mistake is let go by pressing it again: nothing is written", async () => {
  const { page } = nurse;
  await page.goto(`${base}/klinik`);
  await settled(page);
  await press(page, "Medicin");
  await page.getByText("Medicin, i dag, uden navn").waitFor();
  await press(page, "Medicin");
  assert.equal(await page.getByRole("button", { name: "Skriv ned" }).count(), 0);
});

test("a contact with a citizen: what is missing is named, a CPR number is refused, a mistake is corrected", async () => {
  const page = await open(nurse.page);
  await press(page, "Ny kontakt");
  await fillDate(page, "date", date(1));
  await fillDate(page, "follow-up", date(-2));
  await press(page, "Skriv ned");
  for (const words of [/^Hvad handlede det om\? Vælg/, /^Skriv en dag fra 31 dage tilbage/, /^Skriv en dag efter kontakten/]) await linked(page, words);
  await checkPage(page, "clinic-contact-errors");
  await page.getByLabel("Fodbehandling", { exact: true }).check();
  await fillDate(page, "date", date());
  await fillDate(page, "follow-up", date(7));
  await page.getByLabel(/^Kort note/).fill("Hedder 010180-4005");
  await press(page, "Skriv ned");
  await linked(page, /^Kort note/);
  await page.getByLabel(/^Kort note/).fill("Negle klippet");
  await press(page, "Skriv ned");
  await said(page, `Skrevet: Fodbehandling, ${danish(date())}.`);
  await page.getByRole("link", { name: `Ret Fodbehandling, ${danish(date())}` }).click();
  await settled(page);
  await page.getByLabel("Sårbehandling", { exact: true }).check();
  await checkPage(page, "clinic-correct");
  await press(page, "Skriv ned");
  await said(page, "Rettet.");
  const { contacts } = await list("ListNurseContacts", { citizen: `citizens/${citizen}` });
  assert.deepEqual(contacts.map((c) => [c.content.kind, c.content.note, c.content.followUpOn]), [["NURSE_CONTACT_KIND_WOUND", "Negle klippet", date(7)]]);
});

test("a wound is cared for from a day on, and has healed", async () => {
  const page = await open(nurse.page);
  await press(page, "Begynd sårpleje");
  await fillDate(page, "wound-day", date(1));
  await press(page, "Skriv ned");
  await linked(page, /^Skriv en dag fra et år tilbage/);
  await fillDate(page, "wound-day", date(-9));
  await press(page, "Skriv ned");
  await said(page, "Sårpleje er begyndt.");
  await page.getByText(`Plejes siden ${danish(date(-9))}.`).waitFor();
  await press(page, "Såret er helet");
  await press(page, "Skriv ned");
  await said(page, "Sårpleje er afsluttet.");
  await section(page, "Sårpleje").getByText(`${danish(date(-9))} – ${danish(date())}`).waitFor();
  // The day belongs to the course that has ended: said in the page's own words.
  await press(page, "Begynd sårpleje");
  await press(page, "Skriv ned");
  await page.getByRole("heading", { name: "Dagen hører til et tidligere forløb" }).waitFor();
});

test("teeth: the wish, the citizen's yes on paper, sent, seen by the dental clinic", async () => {
  const page = await open(nurse.page);
  await press(page, "Skriv ønsket ned");
  await press(page, "Skriv ned");
  await linked(page, /^Hvad er der galt\? Vælg/);
  await page.getByLabel("Smerter", { exact: true }).check();
  await page.getByLabel(/^Borgerens egne ord/).fill("Jeg kan ikke tygge");
  await page.getByLabel(/^Skrevet for at blive vist/).check();
  await here(page);
  await press(page, "Skriv ned");
  await said(page, "Ønsket er skrevet ned.");
  const teeth = section(page, "Tænder");
  await teeth.getByText("Ønsket", { exact: true }).waitFor();
  assert.equal(await teeth.getByRole("button", { name: /^Send/ }).count(), 0, "without a yes nothing can be sent");
  await checkPage(page, "clinic-teeth-wished");

  const code = await codeCard(colleague.page, citizen);
  await teeth.getByRole("link", { name: "Spørg borgeren" }).click();
  await propose(page, citizen, { purpose: why, holders: [clinic], recipient: "Socialtandplejen", categories: ["Helbred og tænder", "Aftaler og fremmøde"] });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Med sit kodekort").check();
  await page.getByLabel("Koden på borgerens kort").fill(code);
  await attest(page, { evidence: "Underskrevet på papir" });
  await press(page, "Skriv ja ned");
  await page.getByText("Borgeren har sagt ja.").waitFor();

  await open(page);
  await press(page, "Send til Socialtandplejen");
  await said(page, "Sendt. Socialtandplejen kan nu se det, så længe borgeren siger ja.");
  await press(page, "Skriv en tid");
  await fillDate(page, "dental-date", date(4));
  await page.getByLabel("Klokken, fx 9.30").fill("25.00");
  await press(page, "Skriv ned");
  await linked(page, "Skriv et klokkeslæt som 9.30.");
  await page.getByLabel("Klokken, fx 9.30").fill("9.30");
  await page.getByLabel("Følge ønskes").check();
  await press(page, "Skriv ned");
  await said(page, `Tiden er skrevet: ${danish(date(4))} kl. 9.30.`);
  await checkPage(page, "clinic-teeth-sent");

  const theirs = dentist.page;
  await theirs.goto(`${base}/samtykker`);
  await theirs.getByRole("link", { name: /^Åbn borger/ }).first().click();
  await theirs.waitForURL(/\/borger\//);
  const answer = await ask(theirs, idOfCitizen(theirs), { holder: clinic, purpose: why, categories: ["Helbred og tænder", "Aftaler og fremmøde", "Kontaktoplysninger"] });
  assert.match(answer["Helbred og tænder"], new RegExp(`Ønsker tandpleje\\nSmerter, Jeg kan ikke tygge, sendt ${danish(date())}, tid ${danish(date(4))}`));
  assert.doesNotMatch(answer["Helbred og tænder"], /Negle/, "a note passed the door");
  assert.equal(answer["Aftaler og fremmøde"], `Aftale\n${danish(date(4))}, kl. 09.30, følge ønskes`);
  assert.equal(answer["Kontaktoplysninger"], "Ikke delt");
  await checkPage(theirs, "clinic-door");
});

test("the citizen takes it back: the door shows it no more", async () => {
  const page = await open(nurse.page);
  await press(page, "Borgeren tager det tilbage");
  await press(page, "Skriv ned");
  await linked(page, /deltag|borgeren/i);
  await here(page);
  await press(page, "Skriv ned");
  await said(page, "Taget tilbage.");
  await section(page, "Tænder").getByText("Der er ingen henvisning i gang.").waitFor();
  assert.doesNotMatch((await askAgain(dentist.page))["Helbred og tænder"], /tandpleje/);
  await page.goto(`${base}/klinik/taender`);
  await settled(page);
  await page.getByRole("region", { name: "Taget tilbage" }).getByRole("link", { name: `Borger ${citizen.slice(-4)}` }).first().waitFor();
  await checkPage(page, "clinic-referrals");
});

test("the next appointment: a day, a time, a place; and gone again", async () => {
  const page = await open(nurse.page);
  await press(page, "Skriv aftalen");
  await press(page, "Skriv ned");
  for (const words of [/^Skriv en dag fra i dag/, /^Skriv et klokkeslæt/, /^Hvor\? Vælg/]) await linked(page, words);
  await fillDate(page, "next-date", date(6));
  await page.getByLabel("Klokken, fx 9.30").fill("9.30");
  await page.getByLabel("Følge ønskes").check();
  await page.getByLabel("sygehuset").check();
  await press(page, "Skriv ned");
  await said(page, "Aftalen er skrevet.");
  assert.match(await section(page, "Næste aftale").innerText(), new RegExp(`${danish(date(6))} kl\\. 9\\.30, sygehuset, følge ønskes`));
  await page.setViewportSize(phone);
  await checkPage(page, "clinic-citizen-phone");
  await page.setViewportSize(desk);
  await press(page, "Fjern aftalen");
  await said(page, "Aftalen er fjernet.");
});

test("in English nothing of ours is left in Danish", async () => {
  const { page } = nurse;
  await press(page, "English");
  for (const path of ["/klinik", "/klinik/taender"]) {
    await page.goto(base + path);
    await settled(page);
    await page.locator(".note").evaluateAll((notes) => notes.forEach((note) => note.remove()));  // people's own words
    assert.doesNotMatch(await page.locator("main").innerText(), /[æøå]/i, path);
  }
  await press(page, "Dansk");
});

test("who works in the same house is not shown the clinic, and cannot open it", async () => {
  for (const account of ["perron-4-1", "perron-4-nurse", "perron-4-leader"]) {
    const one = await as(account);
    await one.page.goto(`${base}/overblik`);
    await settled(one.page);
    assert.equal(await one.page.getByRole("link", { name: "Sygeplejeklinikken", exact: true }).count(), 0, account);
    await one.page.goto(`${base}/klinik`);
    await settled(one.page);
    assert.equal(await one.page.getByRole("heading", { name: "Sygeplejeklinikken", exact: true }).count(), 0, account);
    await one.close();
  }
});
