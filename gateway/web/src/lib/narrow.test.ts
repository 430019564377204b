import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { DataCategory, DateSchema } from "../gen/brobygger/type/v1/type_pb";
import { monthsFrom, toIso } from "./civil";
import { narrowing } from "./narrow";

const day = (year: number, month: number, date: number) => create(DateSchema, { year, month, day: date });
const { CONTACT, HOUSING } = DataCategory;
const present = { categories: [CONTACT, HOUSING], lastDay: day(2027, 3, 30) };
const today = day(2026, 12, 31);

test("only what changes is asked for", () => {
  assert.deepEqual(narrowing(present, [HOUSING], null, today), { wrong: null, categories: [HOUSING], lastDay: undefined });
  const sooner = narrowing(present, [HOUSING, CONTACT], { lastDay: day(2027, 1, 1) }, today);
  assert.ok(sooner.wrong === null && sooner.categories.length === 0 && toIso(sooner.lastDay) === "2027-01-01");
  const both = narrowing(present, [CONTACT], { lastDay: day(2027, 3, 30) }, today);
  assert.deepEqual(both, { wrong: null, categories: [CONTACT], lastDay: undefined }, "the same day is no change");
  assert.equal(narrowing(present, [HOUSING], { lastDay: today }, today).wrong, null, "today is early enough");
});

test("what is no narrowing", () => {
  assert.equal(narrowing(present, [], null, today).wrong, "nothing-left");
  assert.equal(narrowing(present, [DataCategory.HEALTH], null, today).wrong, "nothing-left", "nothing new comes in this way");
  assert.equal(narrowing(present, [CONTACT, HOUSING], null, today).wrong, "no-change");
  assert.equal(narrowing(present, [CONTACT, HOUSING], { lastDay: present.lastDay }, today).wrong, "no-change");
  for (const bad of [null, day(2027, 3, 31), day(2027, 4, 1), day(2026, 12, 30)]) assert.equal(narrowing(present, [CONTACT], { lastDay: bad }, today).wrong, "bad-day");
});

test("months end where the month ends", () => {
  assert.equal(toIso(monthsFrom(day(2026, 8, 31), 6)), "2027-02-28");
  assert.equal(toIso(monthsFrom(day(2026, 12, 31), 12)), "2027-12-31");
});
