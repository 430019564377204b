// Counting without a connection: what is tapped stays on the tablet, across a reload, and is counted later, once.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { viaGrpc } from "../lib/client.mjs";
import { date } from "../lib/values.mjs";
import { as, base, checkPage, closeBrowser, phone, settled, signIn } from "./browser.mjs";

after(closeBrowser);

const record = "**/brobygger.dropin.v1.DropinService/RecordVisitTally";
const without = { allow: ["net::ERR_", "Failed to load resource"] };
const plus = (page, name) => page.getByRole("button", { name: `${name}: læg én til` });
const shown = async (page, name) => Number(await plus(page, name).locator(".tally-count").innerText());
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("brobygger.taps.")).map((key) => JSON.parse(localStorage.getItem(key))));
const waits = (page, count) => page.getByText(`Ingen forbindelse. ${count} tryk er gemt her på skærmen`).waitFor();
const saved = (page) => page.getByText("Alt er gemt.").waitFor();

// What the service has: visits and baths of this evening.
async function counted() {
  const { code, response } = await viaGrpc.call({ method: "brobygger.dropin.v1.DropinService/GetVisitTallies", as: "perron-4-leader", request: { first_day: date(), last_day: date() } });
  assert.equal(code, "OK");
  const tally = response.tallies.find(({ partOfDay }) => partOfDay === "PART_OF_DAY_EVENING");
  return { visits: tally?.visitorsEstimate ?? 0, baths: tally?.offerCounts.find(({ offer }) => offer === "OFFER_KIND_BATH")?.count ?? 0 };
}

// From here on the service counts, and its answer is lost on the way back. Gives how to end it.
async function answersLost(context, page) {
  const devtools = await context.newCDPSession(page);
  devtools.on("Fetch.requestPaused", ({ requestId }) => void devtools.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" }).catch(() => {}));
  await devtools.send("Fetch.enable", { patterns: [{ urlPattern: "*RecordVisitTally", requestStage: "Response" }] });
  return () => devtools.detach();
}

async function evening(page) {
  await page.getByLabel("Aften").check();
  await settled(page);
}

test("offline: taps are shown and kept, one can be taken back, and they are counted once when the connection is there again", async () => {
  const { page, context, close } = await as("perron-4-1", { viewport: phone, ...without });
  await evening(page);
  const before = await counted();
  await context.setOffline(true);
  for (let i = 0; i < 4; i++) await plus(page, "Besøg").click();
  await plus(page, "Bad").click();
  await page.getByRole("button", { name: /^Fortryd/ }).click();
  await plus(page, "Bad").click();
  await waits(page, 5);
  assert.equal(await shown(page, "Besøg"), before.visits + 4);
  const [batch, ...others] = await kept(page);
  assert.deepEqual([batch.taps, others.length], [{ visitors: 4, 9: 1 }, 0], "numbers are kept, no more");
  assert.deepEqual(Object.keys(batch).sort(), ["agency", "at", "by", "date", "id", "part", "refused", "tab", "taps"]);
  assert.deepEqual(await counted(), before, "nothing got through");
  await checkPage(page, "tally-offline-phone", { kept: /^brobygger\.taps\./ });

  await context.setOffline(false);
  await saved(page);
  assert.deepEqual(await counted(), { visits: before.visits + 4, baths: before.baths + 1 });
  assert.deepEqual(await kept(page), [], "nothing stays on the tablet");
  await close();
});

// A volunteer may not read the counts: what the page shows is what its own answers said.
for (const account of ["perron-4-1", "perron-4-volunteer"]) {
  test(`${account}: a reload loses nothing and doubles nothing: neither what was never sent nor what was counted without an answer`, async () => {
    const { page, context, close } = await as(account, without);
    await evening(page);
    const before = await counted();
    const found = await answersLost(context, page);
    for (let i = 0; i < 2; i++) await plus(page, "Besøg").click();
    await waits(page, 2);
    assert.deepEqual((await counted()).visits, before.visits + 2, "the service has counted");
    // From here on nothing gets through at all.
    await context.route(record, (route) => route.abort());
    await found();
    for (let i = 0; i < 3; i++) await plus(page, "Besøg").click();
    await waits(page, 5);
    await page.reload();
    await waits(page, 5);
    await context.unroute(record);
    await saved(page);
    await evening(page);
    assert.deepEqual((await counted()).visits, before.visits + 5);
    assert.equal(await shown(page, "Besøg"), before.visits + 5);
    await close();
  });
}

test("two windows on one tablet: each sends its own, and a window that is closed leaves its taps to the next", async () => {
  const { page, context, close } = await as("perron-4-1", without);
  await evening(page);
  const before = await counted();
  await context.route(record, (route) => route.abort());
  await plus(page, "Besøg").click();
  await waits(page, 1);
  const other = await context.newPage();
  await other.goto(`${base}/taelling`);
  await evening(other);
  await plus(other, "Besøg").click();
  await plus(other, "Besøg").click();
  await waits(other, 2); // its own, not those of the window that is open
  await other.close();
  await context.unroute(record);
  await saved(page);
  await page.reload();
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith("brobygger.taps.")));
  assert.deepEqual((await counted()).visits, before.visits + 3);
  await close();
});

test("the next person on the tablet sends what was never sent; what may have been counted is left to them to judge", async () => {
  const { page, context, close } = await as("perron-4-1", { ...without, allow: [...without.allow, 401] });
  await evening(page);
  const before = await counted();
  const found = await answersLost(context, page);
  await plus(page, "Besøg").click();
  await waits(page, 1);
  await context.setOffline(true);
  await found();
  await plus(page, "Bad").click();
  await waits(page, 2);
  // The tablet is handed over: its cookies go, what it keeps stays.
  await page.goto("about:blank");
  await context.clearCookies();
  await context.setOffline(false);
  await signIn(page, "perron-4-2");
  await page.getByRole("heading", { name: "Blev 1 tryk talt med?" }).waitFor();
  await page.waitForFunction(() => Object.keys(localStorage).filter((key) => key.startsWith("brobygger.taps.")).length === 1);
  assert.deepEqual(await counted(), { visits: before.visits + 1, baths: before.baths + 1 }, "what was never sent is counted");
  await page.getByRole("button", { name: "Ja, de er talt med" }).click();
  assert.deepEqual(await kept(page), []);
  await saved(page);
  assert.deepEqual(await counted(), { visits: before.visits + 1, baths: before.baths + 1 });
  await close();
});
