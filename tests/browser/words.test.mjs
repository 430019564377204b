// The citizen's word by its other roads: two persons, the own login, a no; and what is too little.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { as, base, checkPage, closeBrowser, cprOf, settled, signInSecond } from "./browser.mjs";
import { focused, tabTo } from "./keys.mjs";
import { attest, codeCard, heard, here, newCitizen, press, propose, startAfresh } from "./acts.mjs";

const treatment = "Komme i – og blive i – behandling";
let staff, citizen, reference;

before(async () => {
  [staff, citizen] = [await as("perron-4-1", { allow: [400] }), await as("borger-2")];
  reference = await newCitizen(staff.page, cprOf("borger-2"));
  await startAfresh(citizen.page);
});
after(async () => {
  const ends = await Promise.allSettled([staff, citizen].map((one) => one?.close()));
  await closeBrowser();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

test("sensitive information: the code card alone is not enough, two persons are", async () => {
  const { page } = staff;
  const colleague = await as("perron-4-2");  // who makes a card does not record its word
  const code = await codeCard(colleague.page, reference);
  await colleague.close();
  await propose(page, reference, { purpose: treatment, holders: ["Perron 4"], recipient: "Rusmiddelcentret", categories: ["Kontaktoplysninger", "Rusmidler og behandling"] });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Med sit kodekort").check();
  await page.getByLabel("Koden på borgerens kort").fill(code);
  await attest(page);
  await page.getByLabel(/Hvorfor mundtligt/).fill("Borgeren kan ikke skrive i dag");
  await press(page, "Skriv ja ned");
  await page.getByRole("link", { name: "Ved følsomme oplysninger skal borgeren skrive under." }).waitFor();

  await page.getByLabel("Til to personer").check();
  await press(page, "Skriv ja ned");
  await page.getByRole("link", { name: "Den anden person skal logge ind først." }).waitFor();
  await checkPage(page, "second-person-missing");
  await signInSecond(page, "slotsgaarden-1");
  const witness = page.getByRole("region", { name: "Til slotsgaarden-1" });
  assert.match(await witness.innerText(), /Perron 4 må fortælle Rusmiddelcentret om: Kontaktoplysninger · Rusmidler og behandling\. Formål: Komme i – og blive i – behandling\. Til og med/);
  await page.getByText("slotsgaarden-1 fra Slotsgården er med.").waitFor();
  await checkPage(page, "second-person-here");
  await attest(page);
  await page.getByLabel(/Hvorfor mundtligt/).fill("Borgeren kan ikke skrive i dag");
  await press(page, "Skriv ja ned");
  await page.getByRole("link", { name: "Den anden person skal sætte kryds ved, at de selv har hørt det." }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "heard");
  await heard(page, "slotsgaarden-1");
  await press(page, "Skriv ja ned");
  await page.getByText("Borgeren har sagt ja.").waitFor();
});

test("a second person's sign-in is for one answer: the next one needs it anew, and is told so", async () => {
  const { page } = staff;
  const contact = { purpose: "Akut hjælp her og nu", holders: ["Perron 4"], categories: ["Kontaktoplysninger"] };
  await propose(page, reference, { ...contact, recipient: "Sundhedscentret" });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Til to personer").check();
  await signInSecond(page, "slotsgaarden-1");
  // Not capable yet: the statement is signed and kept, and the second person need not come back for the same answer.
  await attest(page, { capable: false });
  await heard(page, "slotsgaarden-1");
  await press(page, "Skriv ja ned");
  await page.getByText("Vi taler om det en anden dag").waitFor();
  await page.getByText("slotsgaarden-1 fra Slotsgården er med.").waitFor();
  // A signature on paper would be another statement: that takes the second person anew.
  await page.getByLabel("Underskrevet på papir", { exact: true }).check();
  await page.getByRole("button", { name: "Log anden person ind" }).waitFor();
  await page.getByLabel("Mundtligt, med vidne", { exact: true }).check();
  await page.getByText("slotsgaarden-1 fra Slotsgården er med.").waitFor();
  await page.getByLabel("Borgeren kan tage stilling nu").check();
  await press(page, "Skriv ja ned");
  await page.getByText("Borgeren har sagt ja.").waitFor();

  await propose(page, reference, { ...contact, recipient: "Borgerservice" });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Til to personer").check();
  await page.getByRole("button", { name: "Log anden person ind" }).waitFor();

  // Another window of the same browser has not heard that the sign-in is spent. It is told, and asks for a new one.
  await signInSecond(page, "slotsgaarden-1");
  const other = await staff.context.newPage();
  await other.goto(page.url());
  await other.getByText("slotsgaarden-1 fra Slotsgården er med.").waitFor();
  for (const window of [page, other]) {
    await attest(window);
    await heard(window, "slotsgaarden-1");
    await press(window, "Skriv ja ned");
    if (window === page) await page.getByText("Borgeren har sagt ja.").waitFor();
  }
  await other.getByRole("heading", { name: "Den anden person skal logge ind igen" }).waitFor();
  await other.getByRole("button", { name: "Log anden person ind" }).waitFor();
  await checkPage(other, "second-person-spent");
  await other.close();
});

test("a wrong code gives nothing, and after five of them the right one has to wait", async () => {
  // Somebody new each time: wrong codes are counted for an hour.
  const { page, close } = await as("perron-4-2", { allow: [400, 429] });
  const somebody = await newCitizen(page, null);
  const code = await codeCard(page, somebody);
  await propose(page, somebody, { purpose: "Akut hjælp her og nu", holders: ["Perron 4"], recipient: "Sundhedscentret", categories: ["Kontaktoplysninger"] });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Med sit kodekort").check();
  await attest(page);
  for (let i = 0; i < 5; i++) {
    await page.getByLabel("Koden på borgerens kort").fill("aaaa-aaaa-aaaa-aaaa");
    await Promise.all([page.waitForResponse(/AttestPresence/), press(page, "Skriv ja ned")]);
    await page.getByText("Koden passer ikke").waitFor();
    await page.getByRole("button", { name: "Skriv ja ned", disabled: false }).waitFor();
  }
  await page.getByLabel("Koden på borgerens kort").fill(code);
  await press(page, "Skriv ja ned");
  await page.getByText("Der er prøvet for mange gange.").waitFor();
  await close();
});

test("a word that was given to one page does not count for another", async () => {
  const { page, close } = await as("perron-4-1", { allow: [400] });
  const colleague = await as("perron-4-2");
  const somebody = await newCitizen(page, null);
  const code = await codeCard(colleague.page, somebody);
  await colleague.close();
  const say = async (recipient, capable) => {
    await propose(page, somebody, { purpose: "Akut hjælp her og nu", holders: ["Perron 4"], recipient, categories: ["Kontaktoplysninger"] });
    await page.getByLabel("Ja", { exact: true }).check();
    await page.getByLabel("Med sit kodekort").check();
    await page.getByLabel("Koden på borgerens kort").fill(code);
    await attest(page, { capable });
    const signed = page.waitForResponse(/AttestPresence/);
    await press(page, "Skriv ja ned");
    return (await signed).body();
  };
  const word = await say("Sundhedscentret", false);
  await page.getByText("Vi taler om det en anden dag").waitFor();
  await page.route(/AttestPresence/, (route) => route.fulfill({ contentType: "application/proto", body: word }));
  await say("Borgerservice", true);
  await page.getByRole("heading", { name: "Ordet blev givet til noget andet" }).waitFor();
  await close();
});

test("the first person cannot be the second", async () => {
  const { page } = staff;
  await propose(page, reference, { purpose: "Akut hjælp her og nu", holders: ["Perron 4"], recipient: "Sundhedscentret", categories: ["Kontaktoplysninger"] });
  await page.getByLabel("Ja", { exact: true }).check();
  await page.getByLabel("Til to personer").check();
  await signInSecond(page, "perron-4-1");
  await page.getByText("Den anden person skal være et andet menneske end dig").waitFor();
});

test("the citizen answers a page by own login: reads it, says yes, and stops it again", async () => {
  await propose(staff.page, reference, { purpose: "Sikre dine behov og rettigheder", holders: ["Perron 4"], recipient: "Borgerservice", categories: ["Kontaktoplysninger"], ownWords: "min familie" });
  await staff.page.getByLabel("Borgeren vil selv svare med sit login").check();
  await staff.page.getByText("Siden er gemt som kladde.").waitFor();

  const { page } = citizen;
  await page.goto(`${base}/mit`);
  await page.locator("article").filter({ hasText: "Perron 4 må fortælle Borgerservice" }).getByRole("button", { name: "Læs og svar" }).first().click();
  await page.locator(".reading").waitFor();
  assert.match(await page.locator(".reading").innerText(), /min familie/);
  await checkPage(page, "own-answer");
  await press(page, "Jeg siger ja");
  await page.getByRole("link", { name: "Sæt de tre krydser, før du siger ja." }).waitFor();
  for (const box of ["Jeg har forstået det", "Jeg har det sådan, at jeg kan tage stilling nu", "Jeg ved, at jeg får hjælp, selv om jeg siger nej"]) await page.getByLabel(box, { exact: true }).check();
  await press(page, "Jeg siger ja");
  await page.getByText("Du har sagt ja.").waitFor();
  await settled(page);
  await page.getByRole("button", { name: "Stop alt til Borgerservice" }).click();
  await press(page, "Ja, stop nu");
  await page.getByText("Det er stoppet.").waitFor();
});

test("a no is written down, with a receipt, and the page is gone", async () => {
  const { page } = staff;
  await propose(page, reference, { purpose: "Lave, huske og komme til aftaler (følgeskab)", holders: ["Perron 4"], recipient: "Støtte- og kontaktpersonerne", categories: ["Aftaler og fremmøde"] });
  const address = page.url();
  await page.getByLabel("Nej", { exact: true }).check();
  await here(page);
  await press(page, "Skriv nej ned");
  await page.getByText("Nej'et er skrevet ned.").waitFor();
  assert.match(await page.locator(".receipt").innerText(), /sagde du nej/);
  await page.goto(address);
  await page.getByText("Der er ingen kladde her.").waitFor();
});

test("staff take everything back by the citizen's word to them", async () => {
  const { page } = staff;
  await page.goto(`${base}/borger/${reference}/stop`);
  await page.getByLabel("Alt, hos alle").check();
  await here(page);
  await press(page, "Stop delingen");
  await page.getByRole("dialog").getByRole("button", { name: "Stop delingen" }).click();
  await page.getByText("Delingen er stoppet.").waitFor();
  await citizen.page.goto(`${base}/mit`);
  await citizen.page.getByText("Ingen får noget at vide om dig.").waitFor();
});

test("by keyboard the citizen closes everything and opens it again, and the page says which it is", async () => {
  const { page } = citizen;
  const closed = page.getByRole("heading", { name: "Du har lukket for alt" });
  await page.goto(`${base}/mit`);
  await settled(page);
  await tabTo(page, /^Luk for alt$/);
  await page.keyboard.press("Enter");
  await closed.waitFor();
  await focused(page, /^Du har lukket for alt$/, "whoever did it is led to what it did");
  await page.reload();
  await closed.waitFor();
  await checkPage(page, "closed");
  await tabTo(page, /^Åbn igen$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await checkPage(page, "opening");
  await focused(page, /^Ja, åbn igen$/, "the question has the focus");
  await page.keyboard.press("Enter");
  await closed.waitFor({ state: "detached" });
  await focused(page, /^Luk for alt$/, "the act that can be done next has the focus");
  await page.reload();
  await page.getByRole("button", { name: "Luk for alt" }).waitFor();
});

test("staff close everything by the citizen's word to them; seeing and opening it takes two persons, one from elsewhere", async () => {
  const { page } = staff;
  await page.goto(`${base}/borger/${reference}/alt`);
  await page.getByLabel("Luk for alt").check();
  await here(page);
  await press(page, "Luk for alt");
  await page.getByRole("heading", { name: "Der er lukket for alt" }).waitFor();

  await page.reload();
  await page.getByLabel("Se, om der er lukket, og alle samtykker").check();
  await page.getByLabel("Til to personer").check();
  await page.getByText("Mindst én af jer skal være fra et andet sted end Perron 4.").waitFor();
  await signInSecond(page, "slotsgaarden-1");
  await page.getByLabel("Se, om der er lukket, og alle samtykker").check();
  assert.match(await page.getByRole("region", { name: "Til slotsgaarden-1" }).innerText(), /Borgeren vil se alle sine samtykker sammen med jer\./);
  await here(page);
  await heard(page, "slotsgaarden-1");
  await press(page, "Se sammen med borgeren");
  await page.getByRole("heading", { name: "Der er lukket for alt" }).waitFor();
  await page.getByRole("heading", { name: "Alt, hvad borgeren har sagt ja til" }).waitFor();
  await checkPage(page, "all-seen");

  // The sign-in is spent on seeing: opening takes it anew.
  await page.getByLabel("Åbn igen").check();
  await page.getByLabel("Til to personer").check();
  await signInSecond(page, "slotsgaarden-1");
  await page.getByLabel("Åbn igen").check();
  assert.match(await page.getByRole("region", { name: "Til slotsgaarden-1" }).innerText(), /Borgeren vil åbne for alt igen\./);
  await here(page);
  await heard(page, "slotsgaarden-1");
  await press(page, "Åbn igen");
  await page.getByRole("heading", { name: "Der er åbent" }).waitFor();
  await citizen.page.goto(`${base}/mit`);
  await citizen.page.getByRole("button", { name: "Luk for alt" }).waitFor();
});

test("the citizen takes the own data home", async () => {
  const { page } = citizen;
  await page.goto(`${base}/mit/data`);
  await press(page, "Hent mine data");
  const [file] = await Promise.all([page.waitForEvent("download"), press(page, "Gem som data (JSON)")]);
  assert.equal(file.suggestedFilename(), "mine-data.json");
  const text = await page.locator(".export").innerText();
  assert.ok(text.length > 20);
  await checkPage(page, "export");
});
