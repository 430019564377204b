// One whole road by the keyboard alone: sign in, write a citizen down, propose a consent, stop before the yes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { base, closeBrowser, password, settled, visitor } from "./browser.mjs";

after(closeBrowser);

const focus = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    const label = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText ?? "";
    const style = getComputedStyle(at);
    const near = at.matches("input[type=radio], input[type=checkbox]") ? getComputedStyle(at.labels[0], "::before") : style;
    return { label: label.trim(), seen: near.outlineStyle !== "none" && parseFloat(near.outlineWidth) >= 2, top: at.getBoundingClientRect().top };
  });

// Tab after tab until the thing with this label has the focus; each stop must show that it has it.
async function tabTo(page, wanted, limit = 90) {
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press("Tab");
    const at = await focus(page);
    if (at.label !== "") assert.ok(at.seen, `the focus is not visible on “${at.label}”`);
    if (wanted.test(at.label)) return;
  }
  assert.fail(`never came to ${wanted}`);
}

// A group of radio buttons is one stop; the arrows choose in it.
async function choose(page, first, wanted) {
  await tabTo(page, first);
  for (let i = 0; i < 30; i++) {
    if (wanted.test((await focus(page)).label)) {
      await page.keyboard.press("Space");
      return;
    }
    await page.keyboard.press("ArrowDown");
  }
  assert.fail(`no choice ${wanted}`);
}

test("by keyboard alone", async () => {
  const { page, close } = await visitor();
  await page.goto(base);
  await page.getByRole("button", { name: "Log ind som medarbejder" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal((await focus(page)).label, "Gå til sidens indhold", "the skip link is first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main-content");
  await tabTo(page, /^Log ind som medarbejder$/);
  await page.keyboard.press("Enter");

  await page.locator("#password").waitFor();
  await page.locator("#account-perron-4-1").focus();
  await page.keyboard.press("Space");
  await tabTo(page, /^Adgangskode/);
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");

  await page.getByRole("button", { name: "Log af" }).waitFor();
  await settled(page);
  await tabTo(page, /^Besøg: læg én til$/);
  await page.keyboard.press("Space");
  await page.getByText("1 tryk er ikke gemt endnu.").waitFor();
  await tabTo(page, /^Fortryd/);
  await page.keyboard.press("Enter");
  await page.getByText("Alt er gemt.").waitFor();

  await page.goto(`${base}/ny-borger`);
  await choose(page, /^Nej, uden nummer$/, /^Nej, uden nummer$/);
  await choose(page, /^Borgeren er her$/, /^Borgeren er her$/);
  await tabTo(page, /^Skriv op$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Åbn borgeren$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Borger/ }).waitFor();
  assert.match((await focus(page)).label, /^Borger/, "a new page is read from its heading");

  await tabTo(page, /^Nyt samtykke$/);
  await page.keyboard.press("Enter");
  await page.getByText("Trin 1 af 5").waitFor();
  await tabTo(page, /^Næste$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Hvad handler det om\? Vælg/);
  await page.keyboard.press("Enter");
  assert.match((await focus(page)).label, /^Få hjælpen til at hænge sammen$/, "the summary leads to the box");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, /^Næste$/);
  await page.keyboard.press("Enter");
  await page.getByText("Trin 2 af 5").waitFor();
  assert.match((await focus(page)).label, /^Trin 2 af 5$/, "the step is read from its top");
  await close();
});
