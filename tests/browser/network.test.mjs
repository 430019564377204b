// Who looks out for whom: small steps, companions, the call list, food that goes out, places in the open.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { date } from "../lib/values.mjs";
import { as, checkPage, closeBrowser, phone } from "./browser.mjs";
import { fillDate, here, newCitizen, press } from "./acts.mjs";
import { forgetEverybody, line, mark, open, read, said, somebody } from "./house.mjs";

after(async () => {
  await forgetEverybody();
  await closeBrowser();
});

test("a small step is the participant's first: only who wrote it sees it until it was shown, and what they do not want is gone", async () => {
  const guest = await somebody("Skridt");
  const path = `/deltagere/${guest.name.slice("participants/".length)}/skridt`;
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await open(page, path);
  await page.getByRole("heading", { level: 1, name: `Små skridt: ${guest.alias}` }).waitFor();
  for (const words of ["Kom op og hilste", "Tog opvasken"]) {
    await press(page, "Skriv et skridt ned");
    await page.getByLabel("Hjalp til").check();
    await page.getByLabel("Med ord").fill(words);
    await page.getByLabel("Kærlige puf").check();
    await page.getByLabel("Vi har skrevet det sammen, og deltageren har læst det").uncheck();
    await press(page, "Gem skridtet");
    await said(page, "Gemt. Kun du ser det, til du har vist det til deltageren.");
  }
  await checkPage(page, "steps-phone");
  const other = await as("perron-4-2");
  await open(other.page, path);
  await other.page.getByText("Der er ingen skridt endnu.").waitFor();

  await line(page, "Tog opvasken").getByRole("button", { name: /^Vist: det må blive stående/ }).click();
  await said(page, "Det bliver stående.");
  await line(page, "Kom op og hilste").getByRole("button", { name: /^Vist: deltageren vil ikke have det/ }).click();
  await line(page, "Kom op og hilste").waitFor({ state: "detached" });
  await other.page.reload();
  await line(other.page, "Tog opvasken").waitFor();
  assert.equal(await other.page.getByText("Kom op og hilste").count(), 0);
  await other.close();
  await line(page, "Tog opvasken").getByRole("button", { name: /^Deltageren vil have det væk/ }).click();
  await page.getByText("Der er ingen skridt endnu.").waitFor();
  await close();
});

test("somebody asks not to go alone: it is promised, or there is something instead", async () => {
  const guest = await somebody("Møde");
  const { page, close } = await as("perron-4-1");
  await open(page, "/bisiddere");
  await press(page, "Skriv et ønske ned");
  await page.getByLabel("Hvem ønsker det?").selectOption(guest.name);
  await fillDate(page, "date", date(4));
  await page.getByLabel("Klokken").fill("9.30");
  await page.getByLabel("Hvor skal I hen?").fill("Rådhuset");
  await page.locator("#hear").getByLabel("Bolig og hjemløshed", { exact: true }).check();
  await press(page, "Bed om en bisidder");
  await page.getByRole("link", { name: /^Borgeren skal være med/ }).waitFor();
  await here(page);
  await press(page, "Bed om en bisidder");
  await said(page, "Ønsket er skrevet ned.");
  await line(page, guest.alias).getByText("Bisidderen må høre: Bolig og hjemløshed.").waitFor();
  await line(page, guest.alias).getByRole("button", { name: /^Lov det/ }).click();
  await said(page, "Det er lovet.");
  await line(page, guest.alias).getByRole("button", { name: /^Ikke muligt/ }).click();
  await press(page, "Gem");
  await page.getByRole("link", { name: "Skriv her, før du går videre." }).waitFor();
  await page.getByLabel("Hvad er der i stedet?").fill("Vi ringer sammen om eftermiddagen");
  await press(page, "Gem");
  await line(page, guest.alias).waitFor({ state: "detached" });
  await close();
});

test("a citizen asks the same way, from their own page", async () => {
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await newCitizen(page, null);
  await page.getByRole("link", { name: "Bisidder", exact: true }).click();
  await page.getByText("Borgeren har ikke bedt om en bisidder.").waitFor();
  await press(page, "Skriv et ønske ned");
  await fillDate(page, "date", date(2));
  await here(page);
  await press(page, "Bed om en bisidder");
  await said(page, "Ønsket er skrevet ned.");
  await page.getByText("Hvad bisidderen må høre, bestemmes i rummet.").waitFor();
  await checkPage(page, "companion-citizen-phone");
  await page.getByRole("button", { name: /^Ønskes ikke mere/ }).click();
  await page.getByText("Borgeren har ikke bedt om en bisidder.").waitFor();
  await close();
});

test("the call list: by own wish, the number only when somebody rings, and gone when they say so", async () => {
  const guest = await somebody("Ring");
  const { page, close } = await as("perron-4-1", { viewport: phone });
  await open(page, "/ringeliste");
  await press(page, "Skriv en på listen");
  await page.getByLabel("Hvem?").selectOption(guest.name);
  await page.getByLabel("Telefon", { exact: true }).fill("11223344");
  await page.getByLabel("Hvor mange dage mellem opkald?").fill("1");
  await press(page, "Skriv på listen");
  await page.getByRole("link", { name: "Det kan kun gøres, når deltageren selv ønsker det." }).waitFor();
  await page.getByLabel("Deltageren ønsker det selv").check();
  await press(page, "Skriv på listen");
  await said(page, "Står på listen.");
  assert.equal(await page.getByText("+4511223344").count(), 0, "a list shows no numbers");
  await line(page, guest.alias).getByRole("button", { name: /^Vis nummeret/ }).click();
  await page.getByRole("link", { name: "+4511223344" }).waitFor();
  await checkPage(page, "call-phone");
  await press(page, "Intet svar");
  await line(page, guest.alias).getByText("Intet svar: 1.").waitFor();
  await line(page, guest.alias).getByRole("button", { name: /^Vis nummeret/ }).click();
  await press(page, "Vi talte sammen");
  await line(page, guest.alias).getByText(/Talte sidst sammen/).waitFor();
  await line(page, guest.alias).getByRole("button", { name: /^Stop opkald/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop opkald" }).click();
  await said(page, "Det er stoppet og slettet.");
  assert.equal(await line(page, guest.alias).count(), 0);
  await close();
});

test("a food round: addresses of who asked, portions counted, and the address deleted", async () => {
  const guest = await somebody("Mad");
  const street = `Prøvevej ${parseInt(mark, 16) % 900}`;
  const { page, close } = await as("perron-4-1");
  await open(page, "/mad");
  await press(page, "En vil have mad hjem");
  await page.getByLabel("Hvem?").selectOption(guest.name);
  await page.getByLabel("Vej og nummer").fill(street);
  await page.getByLabel("Deltageren ønsker det selv").check();
  await press(page, "Gem");
  await said(page, "Adressen er gemt");
  const rounds = (await read("NetworkService/ListFoodRounds", { page_size: 100 })).rounds.length;
  await press(page, "Læg en runde");
  await page.getByLabel("Hjem til folk").check();
  await page.getByLabel("Portioner").fill("37");
  await press(page, "Læg runden");
  await said(page, "Runden er lagt.");
  assert.equal((await read("NetworkService/ListFoodRounds", { page_size: 100 })).rounds.length, Math.min(rounds + 1, 100));
  const mine = line(page, "37 portioner").filter({ hasText: "Lagt" }).first();
  await mine.getByRole("button", { name: /^Vis adresser/ }).click();
  await mine.getByText(street).waitFor();
  await checkPage(page, "food-desk");
  await mine.getByRole("button", { name: /^Runden er kørt/ }).click();
  await page.getByLabel("Hvor mange portioner blev delt ud?").fill("35");
  await page.locator("form").getByRole("button", { name: "Runden er kørt" }).click();
  await said(page, "Tallet er gemt.");
  await line(page, "35 portioner delt ud af 37").first().waitFor();
  await press(page, "En vil ikke mere");
  await page.getByLabel("Hvem?").selectOption(guest.name);
  await press(page, "Slet adressen");
  await said(page, "Adressen er slettet.");
  await close();
});

test("outdoors: in and out by presses, never more than there is room for", async () => {
  const name = `Gården ${mark}`;
  const leader = await as("perron-4-leader", { viewport: phone });
  await open(leader.page, "/uderum");
  await press(leader.page, "Åbn et uderum");
  await leader.page.getByLabel("Hvad kalder I det?").fill(name);
  await leader.page.getByLabel("Hvor mange må der være ad gangen?").fill("3");
  await leader.page.getByLabel("Hvor mange grupper?").fill("2");
  await press(leader.page, "Åbn");
  await said(leader.page, "Det er gemt.");
  const volunteer = await as("perron-4-volunteer", { viewport: phone });
  const { page } = volunteer;
  await open(page, "/uderum");
  const area = page.getByRole("region", { name });
  for (const count of [1, 2]) {
    await area.getByRole("button", { name: /^Én ind: .*Gruppe 1$/ }).click();
    await said(page, `${name}, gruppe 1: ${count}`);
  }
  assert.ok(await area.getByRole("button", { name: /^Én ind: .*Gruppe 1$/ }).isDisabled(), "full");
  await checkPage(page, "outdoor-phone");
  await area.getByRole("button", { name: /^Én ud: .*Gruppe 1$/ }).click();
  await said(page, `${name}, gruppe 1: 1`);
  await volunteer.close();
  await leader.page.getByRole("button", { name: `Luk: ${name}` }).click();
  await said(leader.page, "Det er lukket.");
  await leader.close();
});
