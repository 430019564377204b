import assert from "node:assert/strict";
import { test } from "node:test";
import { hasWords, wordsOf } from "./find";

test("words of a name, whatever the case and the space", () => {
  assert.deepEqual(wordsOf("  Kaj  ÅGE\tB. "), ["kaj", "åge", "b."]);
  assert.deepEqual(wordsOf("A\u030age"), ["åge"]);
  assert.deepEqual(wordsOf(" "), []);
});

test("every word has to be there, the last may be begun", () => {
  for (const [name, typed, want] of [
    ["Kaj Åge", "kaj", true],
    ["Kaj Åge", "åge kaj", true],
    ["Kaj Åge", "kaj å", true],
    ["Kaj Åge", "kaj b", false],
    ["Kaj", "", true],
  ] as const) {
    assert.equal(hasWords(name, wordsOf(typed)), want, `${name}: ${typed}`);
  }
});
