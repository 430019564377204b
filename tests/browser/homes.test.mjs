// The homes and the way into one: the house as a plan, from the referral to the door by keyboard and on a phone, two advisers and
// one home, the due list, night places, the tenants' board.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close as closeCalls } from "../lib/client.mjs";
import { date, stated } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled, sheets } from "./browser.mjs";
import { here, holdFirst, newCitizen, press } from "./acts.mjs";
import { call, fillDate, inLine, leaveTheLine, mark, newHouse, offerOf, open, readOn, reasonIfPassed, theLine } from "./homes.mjs";
import { choose, focused, tabTo } from "./keys.mjs";

let one, two;

before(async () => {
  [one, two] = [await as("boligenhed-1", { allow: [400, 409] }), await as("boligenhed-2", { allow: [400, 409] })];
});
after(async () => {
  const ends = await Promise.allSettled([one, two].map((person) => person?.close()));
  await closeBrowser();
  await leaveTheLine();
  closeCalls();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

const flat = (page, code) => page.locator(".flat").filter({ hasText: code });
const alert = (page, heading) => page.getByRole("alert").getByRole("heading", { name: heading });

test("a house is entered, and stands as a plan of three floors of five, read from the top", async () => {
  const { page } = one;
  await open(page, "/boliger/nyt-hus");
  await press(page, "Skriv huset ind");
  await page.getByRole("link", { name: "Skriv mindst ét bogstav eller tal." }).waitFor();
  await checkPage(page, "homes-new-errors");
  await page.getByLabel("Hvad kalder man huset?").fill(`Prøvehus ${mark}`);
  await page.getByLabel("Antal etager").fill("31");
  await press(page, "Skriv huset ind");
  await page.getByRole("link", { name: "Antal etager: Skriv et tal fra 1 til 30." }).waitFor();
  await page.getByLabel("Antal etager").fill("3");
  await page.getByLabel("Tagterrasse").check();
  await press(page, "Skriv huset ind");
  await page.waitForURL(`${base}/huse/proevehus-${mark}`);
  await settled(page);
  const floors = await page.locator(".plan-floor").evaluateAll((all) => all.map((floor) => [floor.querySelector("h3").innerText, [...floor.querySelectorAll(".flat")].map((one) => one.innerText.replace(/\s+/g, " "))]));
  assert.deepEqual(floors, [3, 2, 1].map((floor) => [`${floor}. etage`, [1, 2, 3, 4, 5].map((number) => `${floor}-${number} Ledig`)]));
  await page.getByText("Huset har alle sine 15 boliger.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Skriv en bolig mere ind" }).count(), 0);
  await checkPage(page, "homes-plan");
  await page.setViewportSize(phone);
  await checkPage(page, "homes-plan-phone");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("main button:visible").count(), 0);
  assert.equal(await sheets(page), 1, "the plan fits on one sheet");
  await page.emulateMedia({ media: null });

  await open(page, "/boliger/nyt-hus");
  await page.getByLabel("Hvad kalder man huset?").fill(`prøvehus ${mark}`);
  await press(page, "Skriv huset ind");
  await page.locator(".form-error-message").filter({ hasText: "Der er allerede et hus med det navn." }).waitFor();
});

test("capacity at a glance, with nobody in it", async () => {
  const { page } = one;
  const house = await newHouse({ flats: 4 });
  await call("HomesService/CloseUnit", { unit: `houses/${house.slug}/units/1-4` });
  await open(page, "/boliger");
  const row = page.getByRole("row").filter({ hasText: house.display_name });
  assert.deepEqual(await row.locator("td").allInnerTexts(), ["3", "0", "0", "0", "1", "4"]);
  assert.equal(await page.locator("main a[href^='/borger/']").count(), 0);
  await checkPage(page, "homes-capacity");
});

test("a home is held, given back, closed and opened again; what somebody else did meanwhile is said", async () => {
  const house = await newHouse();
  const path = `/huse/${house.slug}/1-2`;
  const { page } = one;
  await open(page, `/huse/${house.slug}`);
  await flat(page, "1-2").click();
  await page.getByRole("heading", { level: 1, name: `${house.display_name}: bolig 1-2` }).waitFor();
  await open(two.page, path); // sees it vacant
  await page.getByRole("button", { name: "Hold boligen fri" }).click();
  await fillDate(page, "#until", 93);
  await page.locator("form").getByRole("button", { name: "Hold boligen fri" }).click();
  await page.getByRole("link", { name: /højst 92 dage frem/ }).waitFor();
  await fillDate(page, "#until", 1);
  await page.locator("form").getByRole("button", { name: "Hold boligen fri" }).click();
  await page.locator(".flat-word", { hasText: "Reserveret" }).waitFor();
  await page.getByText("1 dag tilbage").waitFor();
  await checkPage(page, "homes-unit");

  await press(two.page, "Luk til istandsættelse");
  await two.page.getByRole("dialog").getByRole("button", { name: "Luk til istandsættelse" }).click();
  await alert(two.page, "Boligen står anderledes nu").waitFor();
  await two.page.locator(".flat-word", { hasText: "Reserveret" }).waitFor();
  await checkPage(two.page, "homes-unit-refused");

  for (const [act, state] of [["Giv boligen fri nu", "Ledig"], ["Luk til istandsættelse", "Istandsættes"], ["Boligen er klar igen", "Ledig"]]) {
    await press(page, act);
    await page.getByRole("dialog").getByRole("button", { name: act }).click();
    await page.locator(".flat-word", { hasText: state }).waitFor();
  }
});

test("a house with some of its flats takes the others later, each once", async () => {
  const house = await newHouse({ kind: "PUBLIC_TENANCY", floors: 2, flats: 2, unit_codes: ["1-1", "2-2"] });
  for (const { page } of [one, two]) {
    await open(page, `/huse/${house.slug}`);
    await press(page, "Skriv en bolig mere ind");
    await page.getByLabel("Etage", { exact: true }).fill("1");
    await page.getByLabel("Nummer på etagen").fill("2");
  }
  await press(one.page, "Gem");
  await one.page.getByText("Bolig 1-2 er skrevet ind.").waitFor();
  assert.equal(await flat(one.page, "1-2").count(), 1);
  await press(two.page, "Gem");
  await alert(two.page, "Boligen står her allerede").waitFor();
  await flat(two.page, "1-2").waitFor();
});

test("intensive need: not eligible, and the refusal says what there is instead", async () => {
  const { page } = one;
  const citizen = await newCitizen(page, null);
  await page.getByRole("link", { name: "Bolig", exact: true }).click();
  await page.getByText("Borgeren har ikke bedt om en bolig.").waitFor();
  await page.getByRole("link", { name: "Indstil til bolig" }).click();
  await settled(page);
  await press(page, "Indstil");
  await page.getByRole("link", { name: /Hvor meget støtte skal der til\?/ }).waitFor();
  await checkPage(page, "homes-refer-errors");
  await page.locator("#kind").getByLabel("Skæv bolig").check();
  await page.getByLabel("Er hjemløs").check();
  await page.getByLabel("Behov for intensiv støtte").check();
  await page.locator("#substances").getByLabel("Vil ikke svare").check();
  await here(page);
  await press(page, "Indstil");
  await page.waitForURL(`${base}/borger/${citizen}/bolig`);
  await press(page, "Vurdér");
  await page.getByLabel("Nej, intet taler imod").check();
  await press(page, "Gem vurderingen");
  await page.getByText("I stedet: ACT eller ICM i egen bolig.").waitFor();
  await checkPage(page, "homes-refused");

  // One can always be referred again; a refusal by hand cannot be written without an alternative either.
  await page.getByRole("link", { name: "Indstil til bolig" }).click();
  await page.locator("#kind").getByLabel("Skæv bolig").check();
  await page.getByLabel("Begrænset behov for støtte").check();
  await page.locator("#substances").getByLabel("Nej").check();
  await here(page);
  await press(page, "Indstil");
  await press(page, "Vurdér");
  await page.getByLabel("Boligen, borgeren har, kan beholdes med støtte").check();
  await press(page, "Gem vurderingen");
  await page.getByRole("link", { name: /Hvad peger I på i stedet\?/ }).waitFor();
  await page.locator("#alternative").getByLabel("Hjælp til at beholde boligen").check();
  await press(page, "Gem vurderingen");
  await page.getByText("I stedet: Hjælp til at beholde boligen.").waitFor();
  await page.getByText("Tidligere", { exact: true }).click();
  await page.getByText("I stedet: ACT eller ICM i egen bolig.").waitFor();
});

test("out of prison, into home 1-2: from the referral to the door, by keyboard alone", async () => {
  const house = await newHouse({ flats: 2 });
  const { page } = one;
  const citizen = await newCitizen(page, null);
  const enter = () => page.keyboard.press("Enter");
  await tabTo(page, /^Bolig$/);
  await enter();
  await focused(page, /^Vejen til en bolig$/, "a new page is read from its heading");
  await tabTo(page, /^Indstil til bolig$/);
  await enter();
  await focused(page, /^Indstil til bolig$/, "the form is read from its heading");
  await choose(page, /^Skæv bolig$/, /^Skæv bolig$/);
  await tabTo(page, /^Er hjemløs$/);
  await page.keyboard.press("Space");
  await choose(page, /^Begrænset behov/, /^Begrænset behov/);
  await choose(page, /^Ja$/, /^Vil ikke svare$/);
  await choose(page, /^Borgeren er her$/, /^Borgeren er i telefonen$/);
  await tabTo(page, /^Indstil$/);
  await enter();
  await page.waitForURL(`${base}/borger/${citizen}/bolig`);
  await page.locator("[aria-current=step]", { hasText: "Modtaget" }).waitFor();

  await tabTo(page, /^Vurdér$/);
  await enter();
  await focused(page, /^Vurdér$/, "the act is read from its heading");
  await choose(page, /^Nej, intet taler imod$/, /^Nej, intet taler imod$/);
  await tabTo(page, /^Gem vurderingen$/);
  await enter();
  await page.locator("[aria-current=step]", { hasText: "I målgruppen" }).waitFor();

  await tabTo(page, /^Borgeren vil vente$/);
  await enter();
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Skriv på ventelisten$/);
  await enter();
  await page.locator("[aria-current=step]", { hasText: "På venteliste" }).waitFor();
  await page.getByText(/^(Nr\. \d+ i rækken|Mere end 100)/).waitFor();

  await tabTo(page, /^Tilbyd en bolig$/);
  await enter();
  await focused(page, /^Tilbyd en bolig$/, "the offer is read from its heading");
  await settled(page);
  if (await page.locator("#house").count()) {
    const first = await page.locator("#house label").first().innerText();
    await choose(page, new RegExp(`^${first}$`), new RegExp(`^${house.display_name}$`));
  }
  await choose(page, /^1-1$/, /^1-2$/);
  if (await page.locator("#reason").count()) await choose(page, /^Står uden tag/, /^Den første har bedt om at vente$/);
  await tabTo(page, /^Tilbyd boligen$/);
  await enter();
  await page.waitForURL(`${base}/borger/${citizen}/bolig`);
  await page.getByText("14 dage tilbage").waitFor();
  await page.getByRole("heading", { name: `Tilbuddet: ${house.display_name}, bolig 1-2` }).waitFor();

  await tabTo(page, /^Borgeren siger ja$/);
  await enter();
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Skriv ja ned$/);
  await enter();
  await page.locator("[aria-current=step]", { hasText: "Har sagt ja til en bolig" }).waitFor();
  await page.getByText("31 dage tilbage").waitFor();

  await tabTo(page, /^Borgeren er flyttet ind$/);
  await enter();
  await tabTo(page, /^Skriv indflytningen ned$/);
  await enter();
  await page.getByText("Borgeren er flyttet ind.").waitFor();
  const tenancy = await page.locator("section").filter({ has: page.getByRole("heading", { name: "Lejemålet" }) }).innerText();
  assert.ok(tenancy.includes(`${house.display_name}, bolig 1-2`), tenancy);
  await open(page, `/huse/${house.slug}`);
  assert.match(await flat(page, "1-2").innerText(), /Beboet/);
  assert.match(await flat(page, "1-1").innerText(), /Ledig/);

  await open(page, `/borger/${citizen}`);
  await page.getByText(`${house.display_name}, bolig 1-2`).waitFor();
  await checkPage(page, "homes-citizen");
  await open(page, `/huse/${house.slug}/1-2`);
  assert.equal(await page.locator("main a[href^='/borger/']").count(), 0, "the home does not tell who lives in it");
  await press(page, "Luk til istandsættelse");
  await page.getByRole("dialog").getByRole("button", { name: "Luk til istandsættelse" }).click();
  await alert(page, "Der bor nogen i boligen").waitFor();
});

test("on a phone: a no keeps the place in the line, and everything fits", async () => {
  const house = await newHouse({ kind: "SHELTER_ROOM" });
  const person = await inLine();
  const before = (await theLine("SHELTER_ROOM")).indexOf(person.referral);
  const { page, close } = await as("boligenhed-1", { viewport: phone });
  await open(page, "/venteliste");
  await page.getByLabel("Værelse på forsorgshjem").check();
  await readOn(page, page.getByRole("link", { name: `Borger ${person.tag}`, exact: true }));
  await checkPage(page, "homes-line-phone");
  await page.getByRole("link", { name: `Tilbyd en bolig: Borger ${person.tag}` }).click();
  await settled(page);
  await press(page, "Tilbyd boligen");
  await page.getByRole("link", { name: /Vælg, før du går videre/ }).first().waitFor();
  await checkPage(page, "homes-offer-errors-phone");
  if (await page.locator("#house").count()) await page.getByLabel(house.display_name).check();
  await page.getByLabel("1-3").check();
  await reasonIfPassed(page);
  await fillDate(page, "#until", 0);
  await press(page, "Tilbyd boligen");
  await page.getByText("Sidste dag er i dag").waitFor();
  await checkPage(page, "homes-road-offered-phone");
  await open(page, "/tilbud");
  assert.match(await page.locator("main .found > li").first().innerText(), /Sidste dag er i dag|over tiden/, "what ends first stands first");
  await checkPage(page, "homes-offers-phone");

  await open(page, `/borger/${person.citizen}/bolig`);
  await press(page, "Borgeren siger nej");
  await checkPage(page, "homes-decline-phone");
  await press(page, "Skriv nej ned");
  await page.getByRole("link", { name: /Borgeren skal være med/ }).waitFor();
  await here(page);
  await press(page, "Skriv nej ned");
  await page.getByText("står på samme plads i rækken").waitFor();
  assert.equal((await theLine("SHELTER_ROOM")).indexOf(person.referral), before);
  await open(page, `/huse/${house.slug}`);
  assert.match(await flat(page, "1-3").innerText(), /Ledig/);

  await open(page, `/borger/${person.citizen}/bolig`);
  await press(page, "Borgeren trækker sig");
  await here(page);
  await press(page, "Træk indstillingen tilbage");
  await page.getByText("Indstillingen er trukket tilbage.").waitFor();
  assert.equal((await theLine("SHELTER_ROOM")).includes(person.referral), false);
  for (const path of ["/boliger", "/boliger/nyt-hus", `/huse/${house.slug}/1-1`, `/huse/${house.slug}/bestyrelse`, "/lejemaal", "/frister", "/naetter", "/overblik", `/borger/${person.citizen}`, `/borger/${person.citizen}/bolig`, `/borger/${person.citizen}/bolig/indstil`]) {
    await open(page, path);
    await checkPage(page, `homes${path.replaceAll("/", "-").replace(person.citizen, "")}-phone`);
  }
  await close();
});

test("the line says why each stands where they stand, and on paper names nobody", async () => {
  const [a, b] = [await inLine(), await inLine()];
  const line = await theLine("SHELTER_ROOM");
  const { page } = one;
  await open(page, "/venteliste");
  await page.getByLabel("Værelse på forsorgshjem").check();
  for (const { tag } of [a, b]) await readOn(page, page.getByRole("link", { name: `Borger ${tag}`, exact: true }));
  const later = line.indexOf(a.referral) > line.indexOf(b.referral) ? a : b;
  const words = await page.locator(".found > li").filter({ hasText: later.tag }).innerText();
  assert.match(words, /Samme dag som den forrige\. Rækkefølgen er trukket ved lod\./);
  assert.match(await page.locator(".found > li").first().innerText(), /Ingen har ventet længere\./);
  await checkPage(page, "homes-line");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("main button:visible, main input:visible, main .button:visible").count(), 0);
  await page.emulateMedia({ media: null });
});

test("two advisers offer one home at the same moment: one wins, the other reads why and loses nothing", async () => {
  const house = await newHouse({ kind: "SHELTER_ROOM", flats: 2 });
  const people = [await inLine(), await inLine()];
  const advisers = [one, two];
  for (const [index, { page }] of advisers.entries()) {
    await open(page, `/tilbyd/${people[index].referral.slice("referrals/".length)}`);
    if (await page.locator("#house").count()) await page.getByLabel(house.display_name).check();
    await page.getByLabel("1-1").check();
    await reasonIfPassed(page);
  }
  const line = await theLine("SHELTER_ROOM");
  await Promise.all(advisers.map(({ page }) => press(page, "Tilbyd boligen")));
  const lost = (page) => alert(page, "Boligen er lige blevet taget");
  await Promise.all(advisers.map(({ page }) => page.getByText("14 dage tilbage").or(lost(page)).waitFor()));
  const losers = [];
  for (const [index, { page }] of advisers.entries()) if (await lost(page).count()) losers.push(index);
  assert.equal(losers.length, 1, "exactly one wins");
  const [loser] = losers;
  const { page } = advisers[loser];
  await focused(page, /Boligen er lige blevet taget/, "the refusal has the focus");
  await checkPage(page, "homes-taken");
  assert.deepEqual(await theLine("SHELTER_ROOM"), line.filter((name) => name !== people[1 - loser].referral), "who lost stands where they stood");
  assert.equal(await offerOf(people[loser]), undefined);
  if (await page.locator("#house").count()) await page.getByLabel(house.display_name).check();
  assert.equal(await page.getByLabel("1-1").count(), 0, "only what is vacant now can be chosen");
  await page.getByLabel("1-2").check();
  await reasonIfPassed(page);
  await press(page, "Tilbyd boligen");
  await page.getByText("14 dage tilbage").waitFor();
});

test("out of turn only with a reason, which stands on the offer", async () => {
  const house = await newHouse({ kind: "SHELTER_ROOM" });
  const people = [await inLine(), await inLine()];
  const line = await theLine("SHELTER_ROOM");
  const second = people.find(({ referral }) => line.indexOf(referral) === Math.max(...people.map((each) => line.indexOf(each.referral))));
  const { page } = one;
  await open(page, `/tilbyd/${second.referral.slice("referrals/".length)}`);
  if (await page.locator("#house").count()) await page.getByLabel(house.display_name).check();
  await page.getByLabel("1-1").check();
  await press(page, "Tilbyd boligen");
  await page.getByRole("link", { name: /Hvorfor ikke den, der har ventet længst\?/ }).waitFor();
  await page.getByLabel("Står uden tag inden for en måned").check();
  await press(page, "Tilbyd boligen");
  await page.getByText("Uden for tur: Står uden tag inden for en måned").waitFor();

  // What is held for an offer is given back by the offer alone.
  await open(page, `/huse/${house.slug}/1-1`);
  await press(page, "Giv boligen fri nu");
  await page.getByRole("dialog").getByRole("button", { name: "Giv boligen fri nu" }).click();
  await alert(page, "Boligen står anderledes nu").waitFor();
  await page.getByText("Holdes den for et tilbud, bliver den fri med tilbuddet.").waitFor();
  await page.locator(".flat-word", { hasText: "Reserveret" }).waitFor();
});

test("what a colleague did meanwhile: the page says so, writes nothing, and shows how it stands", async () => {
  const house = await newHouse({ kind: "SHELTER_ROOM" });
  const person = await inLine();
  const { offer } = await call("AllocationService/OfferUnit", { referral: person.referral, unit: `houses/${house.slug}/units/1-1`, out_of_order: "OUT_OF_ORDER_REASON_WHO_IS_FIRST_ASKED_TO_WAIT" });
  const { page } = one;
  await open(page, `/borger/${person.citizen}/bolig`);
  await press(page, "Borgeren siger ja");
  await here(page);
  await call("AllocationService/DeclineOffer", { name: offer.name, presence: stated() }, "boligenhed-2");
  await press(page, "Skriv ja ned");
  await alert(page, "Det står anderledes nu").waitFor();
  await page.locator("[aria-current=step]", { hasText: "På venteliste" }).waitFor();
  assert.equal((await offerOf(person)).state, "OFFER_STATE_DECLINED");

  await open(page, `/borger/${person.citizen}/bolig/indstil`);
  await page.locator("#kind").getByLabel("Skæv bolig").check();
  await page.getByLabel("Begrænset behov for støtte").check();
  await page.locator("#substances").getByLabel("Nej").check();
  await here(page);
  await press(page, "Indstil");
  await alert(page, "Borgeren er allerede indstillet").waitFor();
  await checkPage(page, "homes-refer-twice");
});

test("a no after a yes stands in the due list at once, and is ticked off once by whoever talked", async () => {
  const house = await newHouse({ kind: "SHELTER_ROOM" });
  const person = await inLine();
  const { offer } = await call("AllocationService/OfferUnit", { referral: person.referral, unit: `houses/${house.slug}/units/1-1`, out_of_order: "OUT_OF_ORDER_REASON_WHO_IS_FIRST_ASKED_TO_WAIT" });
  await call("AllocationService/AcceptOffer", { name: offer.name, presence: stated() });
  const { page } = one;
  await open(page, `/borger/${person.citizen}/bolig`);
  await press(page, "Borgeren siger nej");
  await here(page);
  await press(page, "Skriv nej ned");
  await page.getByText("står på samme plads i rækken").waitFor();
  const settle = (where) => where.getByRole("button", { name: `Vi har talt sammen: Borger ${person.tag}` });
  for (const { page } of [one, two]) {
    await open(page, "/frister");
    await readOn(page, settle(page));
    const words = await page.locator(".found > li").filter({ hasText: person.tag }).innerText();
    assert.match(words, /Sagde nej efter et ja: tal med borgeren/);
    assert.match(words, /Sidste dag er i dag/);
  }
  await checkPage(page, "homes-due");
  for (const { page } of [one, two]) {
    await settle(page).click();
    await page.getByRole("dialog").getByRole("button", { name: "Vi har talt sammen" }).click();
    if (page === one.page) await page.getByText("Det er gjort, og linjen er væk.").waitFor();
    else await alert(page, "Linjen er allerede væk").waitFor();
    await settle(page).waitFor({ state: "detached" });
  }
  await open(page, "/overblik");
  await page.getByRole("heading", { name: "Det skal der gøres noget ved" }).waitFor();
  await checkPage(page, "homes-overview");
});

test("a tenancy elsewhere: written down, notice, back again, ended; days that another covers are refused", async () => {
  const { page } = one;
  const citizen = await newCitizen(page, null);
  await open(page, `/borger/${citizen}/bolig`);
  const write = async (from) => {
    await press(page, "Skriv et lejemål ned");
    await page.getByLabel("Adresse").fill("Eksempelvej 77");
    await fillDate(page, "#start", from);
    await here(page);
    await press(page, "Gem");
  };
  await write(-30);
  await page.getByText("Lejemålet er skrevet ned.").waitFor();
  const notice = async (days) => {
    await press(page, "Opsig eller afslut");
    await fillDate(page, "#last", days);
    await page.locator("#why").getByLabel("Borgerens eget ønske").check();
    await press(page, "Skriv opsigelsen ned");
  };
  await notice(20);
  await page.getByText("20 dage tilbage").waitFor();
  await checkPage(page, "homes-tenancy-notice");
  await open(page, "/lejemaal");
  await readOn(page, page.locator(".found > li").filter({ hasText: citizen.slice(-4) }));
  await checkPage(page, "homes-tenancies");
  await open(page, `/borger/${citizen}/bolig`);
  await press(page, "Opsigelsen tages tilbage");
  await press(page, "Tag opsigelsen tilbage");
  await page.getByText("Lejemålet går videre.").waitFor();
  await notice(-5);
  await page.getByText("Der er ikke skrevet noget lejemål ned.").waitFor();
  await write(-10);
  await alert(page, "Dagene er optaget af et andet lejemål").waitFor();
  await page.getByText("Der er ikke skrevet noget lejemål ned.").waitFor();
  await checkPage(page, "homes-double");
});

test("night places: a number and a slip, and nobody in it", async () => {
  const site = `proeve-${mark}`, said = `Proeve ${mark}`;
  const { page } = one;
  await open(page, "/naetter");
  await press(page, "Åbn pladser, eller ret hvor mange der er");
  await page.getByLabel("Sted").fill(`Prøve ${mark}`);
  await page.getByLabel("Antal pladser").fill("0");
  await press(page, "Gem pladserne");
  await page.getByRole("link", { name: /Skriv et tal fra 1 til 500/ }).waitFor();
  await page.getByLabel("Antal pladser").fill("1");
  await press(page, "Gem pladserne");
  const night = page.locator(".night").filter({ hasText: said });
  await night.getByRole("button", { name: `${said}: giv en plads` }).click();
  const slip = await page.locator("[data-slip]").innerText();
  assert.match(slip, /^[a-z2-7]{4} [a-z2-7]{4}$/);
  assert.equal(await night.locator(".night-free").innerText(), "0");
  assert.equal(await sheets(page), 1, "the slip is one sheet");
  await checkPage(page, "homes-night-slip");
  await press(page, "Sedlen er givet");
  assert.equal((await page.content()).includes(slip), false, "the slip is seen once");
  await night.getByRole("button", { name: `${said}: giv en plads` }).click();
  await alert(page, "Alle pladser er taget").waitFor();
  await checkPage(page, "homes-night-full");

  await night.getByRole("button", { name: "En plads gives tilbage" }).click();
  await page.getByLabel("De otte bogstaver på sedlen").fill("kort");
  await press(page, "Gør pladsen ledig");
  await page.getByRole("link", { name: /Skriv de otte tegn/ }).waitFor();
  await page.getByLabel("De otte bogstaver på sedlen").fill("zzzz zzzz");
  await press(page, "Gør pladsen ledig");
  await alert(page, "Sedlen er ikke fra denne nat").waitFor();
  await page.getByLabel("De otte bogstaver på sedlen").fill(slip.toUpperCase());
  await press(page, "Gør pladsen ledig");
  await page.getByText(`${said}: pladsen er ledig igen.`).waitFor();
  assert.equal(await night.locator(".night-free").innerText(), "1");
  assert.equal(await page.locator("main a[href^='/borger/']").count(), 0);
  await call("HomesService/TakeNightPlace", { site, date: date() });
  await open(two.page, "/boliger");
  await two.page.getByText(`${said}: 0 af 1 pladser er ledige`).waitFor();
});

test("the board's meetings: planned, agenda, called off; a third in a year is refused", async () => {
  const house = await newHouse();
  const { page } = one;
  const year = date().year + 1;
  await open(page, `/huse/${house.slug}/bestyrelse`);
  await page.getByRole("heading", { level: 1, name: `${house.display_name}: bestyrelsens møder` }).waitFor();
  const plan = async (month) => {
    await page.getByRole("button", { name: "Planlæg et møde" }).first().click();
    for (const [label, value] of [["Dag", "10"], ["Måned", String(month)], ["År", String(year)]]) await page.locator("#date").getByLabel(label).fill(value);
    await page.locator("form").getByRole("button", { name: "Planlæg et møde" }).click();
  };
  for (const month of [9, 3]) {
    await plan(month);
    await page.locator("article h3", { hasText: new RegExp(`10\\. ${month === 9 ? "september" : "marts"} ${year}`) }).waitFor();
  }
  assert.match(await page.locator("article h3").first().innerText(), /marts/, "by day, not as they were planned");
  // Another year is asked for, and left before it has come.
  const letGo = await holdFirst(page, "ListBoardMeetings");
  await press(page, `Vis ${year + 1}`);
  await press(page, `Vis ${year}`);
  await letGo();
  assert.equal(await page.locator("article h3").count(), 2);
  await plan(6);
  await alert(page, "Der er allerede to møder det år").waitFor();
  await checkPage(page, "homes-board-full");

  await page.getByRole("button", { name: `Skriv dagsordenen: 10. marts ${year}` }).click();
  await page.getByLabel("Dagsorden", { exact: true }).fill("1. Vaskeriet\n2. Tagterrassen");
  await press(page, "Gem");
  await page.getByText("Dagsordenen er gemt.").waitFor();
  await page.getByText("Dagsorden sendt", { exact: true }).waitFor();
  await page.getByRole("button", { name: `Ret dagsordenen: 10. marts ${year}` }).waitFor();
  await page.getByRole("button", { name: `Aflys mødet: 10. september ${year}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Aflys mødet" }).click();
  await page.getByText("Mødet er aflyst.").waitFor();
  await plan(6);
  await page.getByText("Mødet er planlagt.").waitFor();
  await checkPage(page, "homes-board");
});

test("minutes are not written before the day, however the clock of a computer goes", async () => {
  const house = await newHouse();
  const { meeting } = await call("HomesService/ScheduleBoardMeeting", { house: `houses/${house.slug}`, date: date(1) });
  await call("HomesService/SendBoardAgenda", { name: meeting.name, agenda: "1. Vaskeriet", sent_on: date() });
  const { page, close } = await as("boligenhed-1", { allow: [400] });
  await page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
  await open(page, `/huse/${house.slug}/bestyrelse`);
  if (date(1).year !== date(2).year) await press(page, `Vis ${date(1).year}`);
  await page.getByRole("button", { name: /^Skriv referat/ }).click();
  await press(page, "Gem");
  await page.getByRole("link", { name: "Skriv her, før du går videre." }).waitFor();
  await page.getByLabel("Referat", { exact: true }).fill("Vaskeriet åbner klokken syv.");
  await press(page, "Gem");
  await page.getByRole("link", { name: "Referat: Datoerne passer ikke sammen" }).waitFor();
  assert.equal(await page.getByLabel("Referat", { exact: true }).inputValue(), "Vaskeriet åbner klokken syv.", "what was written is kept");
  await checkPage(page, "homes-board-minutes");
  await close();
});

test("a member of the tenants' board sees numbers and the meetings, and no flat", async () => {
  const house = await newHouse();
  const { meeting } = await call("HomesService/ScheduleBoardMeeting", { house: `houses/${house.slug}`, date: { ...date(), year: date().year + 1, month: 4, day: 10 } });
  await call("HomesService/SendBoardAgenda", { name: meeting.name, agenda: "1. Vaskeriet", sent_on: date() });
  const { page, close } = await as("boligenhed-board", { viewport: phone });
  await open(page, "/boliger");
  const row = page.getByRole("row").filter({ hasText: house.display_name });
  assert.deepEqual(await row.locator("td").allInnerTexts(), ["3", "0", "0", "0", "0", "3"]);
  assert.equal(await page.locator(`main a[href='/huse/${house.slug}']`).count(), 0);
  await checkPage(page, "homes-board-member-phone");
  await row.getByRole("link", { name: "Bestyrelsens møder" }).click();
  await settled(page);
  await press(page, `Vis ${date().year + 1}`);
  await page.getByText("1. Vaskeriet").waitFor();
  for (const act of ["Planlæg et møde", /Aflys mødet/, /dagsordenen/]) assert.equal(await page.getByRole("button", { name: act }).count(), 0);
  await checkPage(page, "homes-board-member-meetings-phone");
  for (const path of [`/huse/${house.slug}`, `/huse/${house.slug}/1-1`, "/venteliste", "/tilbud", "/lejemaal", "/frister", "/boliger/nyt-hus"]) {
    await open(page, path);
    assert.equal(await page.locator("h1").innerText(), "Siden er ikke til din opgave", path);
  }
  await close();
});

test("a leader sees the house and no person; who works elsewhere has no homes", async () => {
  const house = await newHouse();
  const leader = await as("boligenhed-leader");
  await open(leader.page, `/huse/${house.slug}`);
  assert.equal(await leader.page.locator(".flat").count(), 3);
  assert.equal(await leader.page.locator("a.flat").count(), 0);
  await checkPage(leader.page, "homes-plan-leader");
  for (const path of [`/huse/${house.slug}/1-1`, "/venteliste", "/frister", "/tilbud"]) {
    await open(leader.page, path);
    assert.equal(await leader.page.locator("h1").innerText(), "Siden er ikke til din opgave", path);
  }
  await leader.close();
  // Neither has an agency whose homes are kept here.
  for (const account of ["perron-4-volunteer", "boligforening-1"]) {
    const elsewhere = await as(account);
    for (const path of ["/boliger", "/naetter"]) {
      await open(elsewhere.page, path);
      assert.equal(await elsewhere.page.locator("h1").innerText(), "Siden er ikke til din opgave", `${account} ${path}`);
    }
    await elsewhere.close();
  }
});

test("in English, nothing is left in Danish", async () => {
  const house = await newHouse({ flats: 1 });
  const person = await inLine();
  const { page, close } = await as("boligenhed-2");
  await press(page, "English");
  const names = new RegExp(`Prøvehus|Slotsgården|Værested|Nødovernatning ${mark}`, "g");
  for (const [path, heading] of [
    ["/boliger", "Homes"], ["/boliger/nyt-hus", "Enter a house"], ["/venteliste", "Waiting list"], ["/tilbud", "Offers of homes"], ["/lejemaal", "Tenancies"],
    ["/frister", "This needs something done"], ["/naetter", "Night places"], [`/borger/${person.citizen}/bolig`, "The way to a home"],
    [`/borger/${person.citizen}/bolig/indstil`, "Refer to housing"], [`/tilbyd/${person.referral.slice(10)}`, "Offer a home"],
    [`/huse/${house.slug}`, house.display_name], [`/huse/${house.slug}/1-1`, `${house.display_name}: home 1-1`], [`/huse/${house.slug}/bestyrelse`, `${house.display_name}: the board's meetings`],
  ]) {
    await open(page, path);
    assert.equal(await page.locator("h1").innerText(), heading);
    assert.doesNotMatch((await page.locator("main").innerText()).replaceAll(names, ""), /[æøå]/i, path);
  }
  await close();
});
