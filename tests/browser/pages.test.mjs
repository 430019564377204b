// Every page, on a desk, on a phone of 320 px, in English and on paper.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { as, base, checkPage, checkWidths, closeBrowser, cprOf, phone, settled, sheets, violations, visitor } from "./browser.mjs";
import { newCitizen, press } from "./acts.mjs";

after(closeBrowser);

const pages = {
  "perron-4-1": ["/taelling", "/taelling/uge", "/overblik", "/borgere", "/samtykker", "/ny-borger", "/deltagere", "/vaerested", ":", ":/kort", ":/kodekort", ":/adgang", ":/samtykke", ":/stop", ":/alt", ":/hos-os", "/findes-ikke"],
  "boligenhed-1": ["/overblik", "/samtykker", ":", ":/adgang", ":/screening", ":/udsaettelse", ":/stoette", ":/forsorg", "/screeninger", "/screeninger/papir", "/udsaettelser", "/stoette"],
  "clinic-nurse-1": ["/overblik", "/klinik", "/klinik/taender", ":", ":/klinik"],
  "perron-4-volunteer": ["/taelling", "/vaerested"],
  "perron-4-leader": ["/overblik", "/vaerested", "/taelling/uge"],
  "koordination-1": ["/overblik", "/borgere", "/samtykker"],
  "borger-1": ["/mit", "/mit/hvem", "/mit/data", "/mit/rettigheder"],
};

for (const [account, paths] of Object.entries(pages)) {
  test(`${account}, on a phone and on a desk`, async () => {
    const { page, close } = await as(account);
    const reference = paths.some((path) => path.startsWith(":")) ? await newCitizen(page, cprOf("borger-1")) : "";
    for (const path of paths) {
      await page.goto(base + path.replace(":", `/borger/${reference}`));
      await checkWidths(page, `${account}${path.replaceAll(/[/:]/g, "-")}`);
    }
    await close();
  });
}

test("axe would say so: a picture without words, grey on grey, a box without a label", async () => {
  const { page, context } = await visitor();
  await page.goto(base);
  await settled(page);
  assert.deepEqual(await violations(page), []);
  await page.evaluate(() => {
    const spoilt = document.createElement("p");
    spoilt.append(new Image(9, 9), "to be read by nobody", document.createElement("input"));
    Object.assign(spoilt.style, { color: "#aaa", background: "#bbb" });
    document.querySelector("main").append(spoilt);
  });
  const found = (await violations(page)).map((what) => what.split(":")[0]);
  for (const rule of ["image-alt", "color-contrast", "label"]) assert.ok(found.includes(rule), `${rule} in ${found}`);
  await context.close();
});

test("the front page, and the language: kept, announced, and nothing left in Danish", async () => {
  const { page, context, close } = await visitor({ viewport: phone });
  await page.goto(base);
  await checkPage(page, "front-phone");
  await press(page, "English");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.reload();
  assert.equal(await page.locator("h1").innerText(), "Sign in");
  assert.doesNotMatch(await page.locator("main").innerText(), /[æøå]/i);
  await checkPage(page, "front-english-phone");
  assert.deepEqual(await context.cookies(), [], "nobody is signed in, nothing is set");
  await close();
});

test("English pages hold no Danish of ours", async () => {
  const { page, close } = await as("perron-4-1");
  await press(page, "English");
  for (const [path, heading] of [["/taelling", "Count visits"], ["/overblik", "Overview"], ["/borgere", "My citizens"], ["/ny-borger", "New citizen"], ["/taelling/uge", "Count week"]]) {
    await page.goto(base + path);
    await settled(page);
    assert.equal(await page.locator("h1").innerText(), heading);
    assert.doesNotMatch(await page.locator("main").innerText(), /[æøå]/i, path);
  }
  await close();
});

test("the matrix and the story fit on paper without buttons", async () => {
  const { page, close } = await as("borger-1");
  for (const path of ["/mit", "/mit/hvem"]) {
    await page.goto(base + path);
    await settled(page);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("main button:visible").count(), 0, path);
    assert.ok((await sheets(page)) >= 1);
    await page.emulateMedia({ media: "screen" });
  }
  await close();
});

test("signing out ends the session here and at the provider", async () => {
  const { page, close } = await as("perron-4-1", { own: true, allow: [401] });
  await press(page, "Log af");
  const here = new URL(base).origin;
  await page.waitForURL((url) => url.origin !== here);
  await page.getByRole("button", { name: /^Log ud$/ }).click();
  await page.waitForURL((url) => url.origin === here);
  await page.goto(`${base}/overblik`);
  assert.equal(await page.locator("h1").innerText(), "Log ind");
  await close();
});
