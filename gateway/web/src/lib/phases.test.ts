import assert from "node:assert/strict";
import { test } from "node:test";
import { arrearsFrom } from "./arrears";
import { partsOf } from "./phases";

const on = (text: string) => {
  const [year, month, day] = text.split("-").map(Number);
  return { year, month, day } as never;
};

test("three phases of three months are about a third of the bar each", () => {
  const { parts, now } = partsOf(["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"].map(on), on("2026-04-01"));
  assert.deepEqual(parts, [{ from: 0, width: 330 }, { from: 330, width: 333 }, { from: 663, width: 337 }]);
  assert.equal(now, 330);
});

test("a phase that began early is short, and a day before or after the course stands at its ends", () => {
  const days = ["2026-01-01", "2026-01-11", "2026-07-01", "2026-10-01"].map(on);
  assert.deepEqual(partsOf(days, on("2025-12-01")).parts[0], { from: 0, width: 37 });
  assert.equal(partsOf(days, on("2025-12-01")).now, 0);
  assert.equal(partsOf(days, on("2027-01-01")).now, 1000);
});

test("an amount is whole kroner, nothing, or not an amount", () => {
  assert.equal(arrearsFrom(" 14200 "), 14200);
  assert.equal(arrearsFrom("0"), 0);
  assert.equal(arrearsFrom("  "), undefined);
  for (const bad of ["14.200", "-1", "1000000", "12,5", "mange"]) assert.equal(arrearsFrom(bad), null, bad);
});
