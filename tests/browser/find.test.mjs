// A citizen is found again: from the start page a name, Enter, there.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { as, base, checkPage, closeBrowser, phone, settled } from "./browser.mjs";
import { here, holdFirst, newCitizen, press } from "./acts.mjs";

after(closeBrowser);

// A word that no other run has written on a card: letters only.
const word = () => `Ø${Date.now().toString(36).replaceAll(/\d/g, (digit) => "abcdefghij"[digit])}`;

async function writeCard(page, citizen, name) {
  await page.goto(`${base}/borger/${citizen}/kort`);
  await page.getByLabel("Vil gerne kaldes").fill(name);
  await here(page);
  await press(page, "Gem");
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

test("a coordinator's ten seconds: sign in, type a name, Enter, there", async (t) => {
  const { page, close } = await as("koordination-1");
  const name = word();
  const kaj = await newCitizen(page, null);
  await writeCard(page, kaj, `Kaj ${name}`);

  await page.goto(base);
  await settled(page);
  assert.equal(await page.locator("h1").innerText(), "Overblik");
  const began = Date.now();
  await page.keyboard.type(name.toLocaleLowerCase("da"));
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/borger/${kaj}`);
  await page.getByRole("heading", { level: 1, name: `Kaj ${name}` }).waitFor();
  t.diagnostic(`figure: from the first letter to the citizen: ${Date.now() - began} ms`);
  assert.equal(page.url().includes(name), false, "no name stands in an address");

  const ole = await newCitizen(page, null);
  await writeCard(page, ole, `Ole ${name}`);
  await page.goto(base);
  await page.getByLabel("Find en borger").fill(name);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/borgere`);
  await settled(page);
  assert.deepEqual(await page.locator(".found a").allInnerTexts(), [`Ole ${name}`, `Kaj ${name}`], "last changed first");
  await checkPage(page, "citizens-found");
  await page.getByLabel("Find en borger").fill(`${name} kaj`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/borger/${kaj}`);
  await close();
});

test("the list: last changed first, more on demand, and nobody of that name", async () => {
  const { page, close } = await as("koordination-1", { viewport: phone });
  await page.goto(`${base}/borgere`);
  await settled(page);
  assert.ok((await page.locator(".found a").count()) > 0);
  await checkPage(page, "citizens-phone");
  await page.getByLabel("Find en borger").fill("Ingenhedderdette");
  await press(page, "Find");
  await page.getByText("Ingen af jeres kort har navnet “Ingenhedderdette”.").waitFor();
  await checkPage(page, "citizens-none-phone");
  await close();
});

test("a name and Enter while the list is still read: it is looked for, and the older answer changes nothing", async () => {
  const { page, close } = await as("koordination-1");
  const name = word();
  const kaj = await newCitizen(page, null);
  await writeCard(page, kaj, name);
  const nobody = page.getByText("Ingen af jeres kort har navnet “Ingenhedderdette”.");
  const letGo = await holdFirst(page, "ListCitizenCards");
  await page.goto(`${base}/borgere`);
  await page.getByLabel("Find en borger").fill("Ingenhedderdette");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await nobody.waitFor();
  await letGo();
  await nobody.waitFor();
  assert.equal(await page.locator(".found a").count(), 0);
  await page.getByLabel("Find en borger").fill(name);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/borger/${kaj}`);
  await close();
});

test("whoever has gone on before the answer comes stays where they are", async () => {
  const { page, close } = await as("koordination-1");
  const name = word();
  await writeCard(page, await newCitizen(page, null), name);
  await page.goto(base);
  await settled(page);
  const letGo = await holdFirst(page, "ListCitizenCards");
  await page.getByLabel("Find en borger").fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Ny borger" }).first().click();
  await page.waitForURL(`${base}/ny-borger`);
  await letGo();
  assert.equal(page.url(), `${base}/ny-borger`);
  await close();
});

test("a search that cannot be done now is said, here and on the list, and the same name goes again", async () => {
  const { page, close } = await as("koordination-1", { allow: [503] });
  const name = word();
  const kaj = await newCitizen(page, null);
  await writeCard(page, kaj, name);
  const asked = /ListCitizenCards$/;
  for (const path of ["/overblik", "/borgere"]) {
    await page.goto(base + path);
    await settled(page);
    await page.route(asked, (route) => route.fulfill({ status: 503, contentType: "application/json", body: '{"code":"unavailable"}' }));
    await page.getByLabel("Find en borger").fill(name);
    await page.keyboard.press("Enter");
    const again = page.getByRole("button", { name: "Prøv igen" });
    await again.waitFor();
    assert.equal(new URL(page.url()).pathname, path);
    await page.unroute(asked);
    await again.click();
    await page.waitForURL(`${base}/borger/${kaj}`);
  }
  await close();
});

test("another agency does not find them", async () => {
  const coordinator = await as("koordination-1");
  const name = word();
  await writeCard(coordinator.page, await newCitizen(coordinator.page, null), name);
  await coordinator.close();
  const { page, close } = await as("boligenhed-1");
  await page.goto(`${base}/borgere`);
  await page.getByLabel("Find en borger").fill(name);
  await page.keyboard.press("Enter");
  await page.getByText(`Ingen af jeres kort har navnet “${name}”.`).waitFor();
  await close();
});
