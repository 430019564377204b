// "Mine rettigheder", by clicking: everything about me in one document, on paper and as data; a word of my own, which staff read beside the citizen;
// and erased in one place. The same at the counter, for a citizen who does not log in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { as, base, checkPage, closeBrowser, cprOf, settled, sheets, signInSecond } from "./browser.mjs";
import { bytesOf, messageOf, methodOf } from "../lib/contracts.mjs";
import { heard, here, newCitizen, press } from "./acts.mjs";

const name = `Rettighed ${Date.now() % 100_000}`, said = `Jeg har fået ny telefon (${Date.now() % 100_000})`;
let staff, citizen, reference;
before(async () => {
  [staff, citizen] = [await as("slotsgaarden-1"), await as("borger-2")];
  reference = await newCitizen(staff.page, cprOf("borger-2"));
});
after(async () => {
  const ends = await Promise.allSettled([staff, citizen].map((one) => one?.close()));
  await closeBrowser();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});
const place = (page) => page.locator("article section").filter({ has: page.getByRole("heading", { name: "Slotsgården", exact: true }) });
const getAll = async (page) => {
  await page.goto(`${base}/mit/rettigheder`);
  await press(page, "Hent alt om mig");
  await page.locator("article").waitFor();
  await settled(page);
};

test("everything about me, in one document", async () => {
  await staff.page.goto(`${base}/borger/${reference}/kort`);
  await staff.page.getByLabel("Vil gerne kaldes").fill(name);
  await staff.page.getByLabel("Borgeren er her").check();
  await press(staff.page, "Gem");
  await staff.page.waitForURL(/\/borger\/[a-z2-7]{26}$/);

  const { page } = citizen;
  await page.goto(base);
  await page.getByRole("link", { name: "Mine rettigheder" }).first().click();
  await checkPage(page, "rights");
  await getAll(page);
  await checkPage(page, "rights-document");
  await place(page).getByText(`Kaldes: ${name}`, { exact: false }).first().waitFor();
  assert.ok((await sheets(page)) >= 1);
  const [file] = await Promise.all([page.waitForEvent("download"), press(page, "Gem som data (JSON)")]);
  const data = JSON.parse(readFileSync(await file.path(), "utf8"));
  const ours = data.agencies.find((one) => one.agency === "agencies/slotsgaarden");
  assert.equal(ours.missing, false);
  assert.equal(ours.sections.find((one) => one.kind === "card").records[0].preferred_name, name);
  assert.ok(data.registry.identifiers.length > 0, "what the registry has is in it, too");
});

test("a word of my own stands beside it, and staff read it", async () => {
  const { page } = citizen;
  const here = place(page);
  await here.getByText("Tilføj noget hos Slotsgården").click();
  await here.getByRole("button", { name: "Tilføj mine ord" }).click();
  await here.getByText("Vælg, hvad det handler om").waitFor();
  await here.getByLabel("Hvad handler det om?").selectOption({ label: "Kontaktoplysninger" });
  await here.getByLabel("Dine ord").fill(said);
  await here.getByRole("button", { name: "Tilføj mine ord" }).click();
  await here.getByText("Dine ord står nu hos Slotsgården.").waitFor();

  await staff.page.goto(`${base}/borger/${reference}`);
  await staff.page.getByRole("heading", { name: "Det siger borgeren selv" }).waitFor();
  await staff.page.getByText(said).waitFor();
  await checkPage(staff.page, "rights-statement");
});

test("at the counter: a word of their own, everything on paper before two people, and erased", async () => {
  const { page, close } = await as("slotsgaarden-1", { own: true, allow: [404, 503] });
  const known = await newCitizen(page, null), words = `Det passer ikke (${Date.now() % 100_000})`, called = `Papir ${Date.now() % 100_000}`;
  await page.goto(`${base}/borger/${known}/kort`);
  await page.getByLabel("Vil gerne kaldes").fill(called);
  await here(page);
  await press(page, "Gem");
  await page.waitForURL(/\/borger\/[a-z2-7]{26}$/);
  await page.getByRole("link", { name: "Borgerens rettigheder" }).click();
  await checkPage(page, "rights-staff");
  await press(page, "Næste");
  await page.getByRole("link", { name: /Hvad vil borgeren\?/ }).waitFor();

  await page.getByLabel("Tilføje sine egne ord hos Slotsgården").check();
  await press(page, "Tilføj borgerens ord");
  await page.getByRole("link", { name: "Vælg, hvad det handler om" }).waitFor();
  await checkPage(page, "rights-staff-add");
  await page.getByLabel("Hvad handler det om?").selectOption({ label: "Kontaktoplysninger" });
  await page.getByLabel("Borgerens ord").fill(words);
  await here(page);
  await press(page, "Tilføj borgerens ord");
  await page.getByText("Borgerens ord står nu hos Slotsgården.").waitFor();

  const see = () => page.getByLabel("Se alt, hvad der står, alle steder").check();
  await see();
  await here(page);
  await press(page, "Hent det sammen med borgeren");
  await page.getByRole("link", { name: "Den anden person skal logge ind først." }).waitFor();
  await signInSecond(page, "perron-4-1");
  await see();
  assert.match(await page.getByRole("region", { name: "Til perron-4-1" }).innerText(), /Borgeren vil se alt, hvad der står, alle steder/);
  await heard(page, "perron-4-1");
  await here(page);
  await press(page, "Hent det sammen med borgeren");
  const paper = page.locator("article.paper");
  await paper.waitFor();
  assert.match(await paper.innerText(), new RegExp(called));
  assert.match(await paper.innerText(), /Det passer ikke/);
  await checkPage(page, "rights-staff-document");
  assert.match(await paper.innerText(), /Registret og dine samtykker er ikke med her/);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByText(called).first().isVisible(), true);
  assert.equal(await page.getByRole("button").filter({ visible: true }).count(), 0, "the paper has no buttons");
  await page.emulateMedia({ media: "screen" });
  await press(page, "Luk det her");
  assert.equal(await paper.count(), 0);

  const erase = async (where) => {
    await page.getByLabel("Få alt slettet et sted").check();
    await page.getByLabel("Hvor skal det slettes?").selectOption({ label: where });
  };
  await page.getByLabel("Få alt slettet et sted").check();
  await here(page);
  await press(page, "Slet det");
  await page.getByRole("link", { name: "Vælg, hvor det skal slettes" }).waitFor();
  await erase("Slotsgården");
  assert.equal(await page.getByLabel("Med sit kodekort").count(), 0, "the place itself cannot be the one that hears it");
  await signInSecond(page, "perron-4-1");
  await erase("Slotsgården");
  assert.match(await page.getByRole("region", { name: "Til perron-4-1" }).innerText(), /Borgeren vil have slettet alt hos Slotsgården\./);
  await heard(page, "perron-4-1");
  await erase("Perron 4");
  await page.getByLabel("Med sit kodekort").waitFor();  // recorded from outside that place
  const tick = page.getByLabel("Sættes af perron-4-1: Jeg har selv hørt borgeren sige det");
  assert.equal(await tick.isChecked(), false, "what was heard was about another place");
  await erase("Slotsgården");
  assert.equal(await tick.isChecked(), true, "what was heard was about this one");
  await checkPage(page, "rights-staff-erase");
  await here(page);
  // Half of it: the agency's service is away for a moment, and the citizen's word still counts.
  let away = 0;
  await page.route(/EraseRecords$/, (route) => (away++ < 3 ? route.fulfill({ status: 503, contentType: "application/json", body: '{"code":"unavailable"}' }) : route.continue()));
  await press(page, "Slet det");
  await page.getByRole("heading", { name: "Vil borgeren have slettet alt hos Slotsgården?" }).waitFor();
  await press(page, "Nej, gå tilbage");
  await press(page, "Slet det");
  await press(page, "Ja, slet det");
  await page.getByText("Noget er måske slettet, men ikke alt.").waitFor();
  assert.equal(await tick.count(), 0, "nobody is asked again");
  await press(page, "Slet det");
  await press(page, "Ja, slet det");
  await page.getByText("Det er slettet hos Slotsgården").waitFor();
  await checkPage(page, "rights-staff-erased");
  await page.goto(`${base}/borger/${known}`);
  await settled(page);
  assert.ok(!(await page.content()).includes(called) && !(await page.content()).includes(words));
  await close();
});

test("a page that does not know every service there erases nothing, and says so", async () => {
  const { page } = citizen;
  const { method } = methodOf("brobygger.registry.v1.RightsService/IssueActTickets"), asked = /RightsService\/(IssueActTickets|EraseRecords)$/;
  const services = ["brobygger.registry.v1.CitizenCardRightsService", "brobygger.tomorrow.v1.TomorrowRightsService"];
  const body = Buffer.from(bytesOf(method.output, messageOf(method.output, { tickets: [{ agency: "agencies/slotsgaarden", services }] })));
  let erasing = 0;
  await page.route(asked, (route) => {
    if (route.request().url().endsWith("/EraseRecords")) erasing++;
    return route.fulfill({ contentType: "application/proto", body });
  });
  await place(page).getByRole("button", { name: "Slet alt om mig hos Slotsgården" }).click();
  await press(page, "Ja, slet det");
  await place(page).getByText("Denne side er for gammel").waitFor();
  assert.equal(erasing, 0);
  await page.unroute(asked);
});

test("erased in one place, after a question", async () => {
  const { page } = citizen;
  await getAll(page);
  await place(page).getByText(said).first().waitFor();
  await place(page).getByRole("button", { name: "Slet alt om mig hos Slotsgården" }).click();
  await press(page, "Nej, gå tilbage");
  await place(page).getByText(said).first().waitFor();
  await place(page).getByRole("button", { name: "Slet alt om mig hos Slotsgården" }).click();
  await press(page, "Ja, slet det");
  await place(page).getByText("Det er slettet hos Slotsgården").waitFor();
  await checkPage(page, "rights-erased");
  await getAll(page);
  await place(page).getByRole("heading", { name: "Hvem der har læst om dig her" }).waitFor();
  assert.deepEqual(await place(page).getByRole("heading", { level: 4 }).allInnerTexts(), ["Hvem der har læst om dig her"], "that stays, and nothing else");
  await staff.page.goto(`${base}/borger/${reference}`);
  await settled(staff.page);
  assert.ok(!(await staff.page.content()).includes(name) && !(await staff.page.content()).includes(said));
});
