// "Mine rettigheder", by clicking: everything about me in one document, on paper and as data; a word of my own, which staff read beside the citizen;
// and erased in one place.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { as, base, checkPage, closeBrowser, cprOf, settled, sheets } from "./browser.mjs";
import { bytesOf, methodOf, parse } from "../lib/contracts.mjs";
import { newCitizen, press } from "./acts.mjs";

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

test("a page that does not know every service there erases nothing, and says so", async () => {
  const { page } = citizen;
  const asked = /RightsService\/(IssueActTickets|EraseRecords)$/;
  let erasing = 0;
  await page.route(asked, async (route) => {
    if (route.request().url().endsWith("/EraseRecords")) erasing++;
    if (!route.request().url().endsWith("/IssueActTickets")) return route.continue();
    const response = await route.fetch(), { method } = methodOf("brobygger.registry.v1.RightsService/IssueActTickets");
    const answer = parse(method.output, await response.body());
    answer.tickets[0].services.push("brobygger.tomorrow.v1.TomorrowRightsService");
    await route.fulfill({ response, body: Buffer.from(bytesOf(method.output, answer)) });
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
  await place(page).getByText("Her står der ikke noget om dig.").waitFor();
  await staff.page.goto(`${base}/borger/${reference}`);
  await settled(staff.page);
  assert.ok(!(await staff.page.content()).includes(name) && !(await staff.page.content()).includes(said));
});
