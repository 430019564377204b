import assert from "node:assert/strict";
import { test } from "node:test";
import type { HousingUnit } from "../gen/brobygger/housing/v1/house_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { daysBetween, floorsOf, pageOf, placeOf, saidOf, slugOf, whyHere } from "./homes";

const day = (year: number, month: number, dayOfMonth: number) => ({ year, month, day: dayOfMonth }) as CivilDate;
const unit = (code: string) => ({ name: `houses/blok-7/units/${code}` }) as HousingUnit;

test("the plan: the highest floor first, flats by number and not by letter", () => {
  const floors = floorsOf(["1-1", "1-10", "1-2", "10-1", "2-1"].map(unit));
  assert.deepEqual(floors.map(({ floor, units }) => [floor, units.map(({ name }) => placeOf(name).code)]), [[10, ["10-1"]], [2, ["2-1"]], [1, ["1-1", "1-2", "1-10"]]]);
});

test("days between two dates, over months and summer time", () => {
  assert.equal(daysBetween(day(2026, 11, 21), day(2026, 11, 24)), 3);
  assert.equal(daysBetween(day(2026, 3, 28), day(2026, 3, 30)), 2);
  assert.equal(daysBetween(day(2026, 10, 24), day(2026, 10, 26)), 2);
  assert.equal(daysBetween(day(2028, 3, 1), day(2028, 2, 28)), -2);
});

test("the line says why: first, after so many, or by lot within a day", () => {
  const days = [day(2026, 1, 2), day(2026, 1, 2), day(2026, 2, 3)];
  assert.deepEqual([0, 1, 2].map((index) => whyHere(days, index)), [{ why: "first", ahead: 0 }, { why: "lot", ahead: 1 }, { why: "after", ahead: 2 }]);
});

test("short names", () => {
  assert.equal(slugOf("  Blok 7, Søndergade "), "blok-7-soendergade");
  assert.equal(slugOf("Åbo & Café"), "aabo-cafe");
  assert.equal(slugOf("x".repeat(39) + " y"), "x".repeat(39));
  assert.equal(slugOf("…"), "");
  assert.equal(saidOf("gl-hadsundvej-1"), "Gl hadsundvej 1");
});

test("a duty leads to the page on which one can act", () => {
  assert.equal(pageOf("offers/abc", "xyz"), "/borger/xyz/bolig");
  assert.equal(pageOf("screenings/abc", "xyz"), "/borger/xyz/screening");
  assert.equal(pageOf("evictionCases/abc", "xyz"), "/borger/xyz/udsaettelse");
  assert.equal(pageOf("supportEpisodes/abc", "xyz"), "/borger/xyz/stoette");
  assert.equal(pageOf("other/abc", "xyz"), "/borger/xyz");
});
