// A page by the keyboard alone.
import assert from "node:assert/strict";
import { patience } from "./browser.mjs";

// What has the focus: its words, and whether it can be seen to have it.
const focus = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    const label = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText ?? "";
    const style = getComputedStyle(at);
    const near = at.matches("input[type=radio], input[type=checkbox]") ? getComputedStyle(at.labels[0], "::before") : style;
    // What the page itself put the focus on, to be read from there, is no stop.
    return { label: label.trim(), seen: at.tabIndex < 0 || (near.outlineStyle !== "none" && parseFloat(near.outlineWidth) >= 2) };
  });

// Waits until the page has put the focus on the thing with this label.
export async function focused(page, wanted, why) {
  let at;
  for (const end = Date.now() + patience; Date.now() < end; await page.waitForTimeout(20)) {
    at = await focus(page);
    if (wanted.test(at.label)) return;
  }
  assert.fail(`${why}: the focus is on “${at.label}”, not on ${wanted}`);
}

// Tab after tab, round and round, until the thing with this label has the focus; each stop must show that it has it.
export async function tabTo(page, wanted) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    await page.keyboard.press("Tab");
    const at = await focus(page);
    if (at.label !== "") assert.ok(at.seen, `the focus is not visible on “${at.label}”`);
    if (wanted.test(at.label)) return;
  }
  assert.fail(`never came to ${wanted}`);
}

// A group of radio buttons is one stop; the arrows choose in it.
export async function choose(page, first, wanted) {
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
