import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteOf, numberOf, oreOf, phoneOf, stretchText, timeText } from "./house";

test("times of day as people write them", () => {
  for (const [text, minute] of [["9", 540], ["9.30", 570], ["09:30", 570], ["0930", 570], ["24", 1440], ["0.00", 0], [" 21.05 ", 1265]] as const) assert.equal(minuteOf(text), minute, text);
  for (const text of ["", "9.60", "24.01", "25", "ni", "9.3", "-1", "9.30.00"]) assert.equal(minuteOf(text), null, text);
  assert.equal(timeText(545), "9.05");
  assert.equal(stretchText({ fromMinute: 480, toMinute: 1260 }), "8.00–21.00");
});

test("amounts as people write them", () => {
  for (const [text, ore] of [["40", 4000], ["39,5", 3950], ["39,50", 3950], ["1.250,50", 125050], ["40 kr.", 4000], ["100000", 10000000]] as const) assert.equal(oreOf(text), ore, text);
  for (const text of ["", "-4", "4,555", "1.25", "fyrre", "4.0000"]) assert.equal(oreOf(text), null, text);
});

test("numbers in a range, and telephone numbers", () => {
  assert.deepEqual([numberOf("0", 0, 9), numberOf("9", 0, 9), numberOf("10", 0, 9), numberOf("", 0, 9), numberOf("1.5", 0, 9), numberOf("-1", -5, 9)], [0, 9, null, null, null, null]);
  assert.deepEqual([phoneOf("12 34 56 78"), phoneOf("+45 12345678"), phoneOf("0046 701 23 45 67"), phoneOf("ring")], ["+4512345678", "+4512345678", "+46701234567", "ring"]);
});
