import assert from "node:assert/strict";
import { test } from "node:test";
import { drop, keep, kept, sortOut, sum, type Batch, type Kept } from "./taps";

function memory(): Kept & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

const batch = (over: Partial<Batch> = {}): Batch => ({
  id: "a", agency: "agencies/one", tab: "t", date: "2026-11-22", part: 1, taps: { visitors: 2, 9: 1 }, by: "", at: 0, refused: false, ...over,
});

test("what is kept is read again, by day and what was sent before first, and dropped one at a time", () => {
  const storage = memory();
  storage.setItem("brobygger.language", "da");
  keep(storage, batch({ id: "b", date: "2026-11-23" }));
  keep(storage, batch());
  keep(storage, batch({ id: "z", by: "me", at: 5 }));
  assert.deepEqual(kept(storage).map(({ id }) => id), ["z", "a", "b"]);
  assert.deepEqual(kept(storage)[1], batch());
  assert.equal(sum(kept(storage)), 9);
  drop(storage, "a");
  assert.deepEqual(kept(storage).map(({ id }) => id), ["z", "b"]);
  assert.equal(storage.getItem("brobygger.language"), "da");
});

test("what somebody wrote into the storage and is no batch is not sent", () => {
  for (const text of ["", "null", "{}", "[1]", JSON.stringify(batch({ taps: { visitors: -1 } })), JSON.stringify(batch({ taps: { visitors: 1000 } })), JSON.stringify(batch({ date: "22.11" }))]) {
    const storage = memory();
    storage.setItem("brobygger.taps.x", text);
    assert.deepEqual(kept(storage), [], text);
  }
});

test("a browser that keeps nothing throws nothing", () => {
  const closed = { get length(): number { throw new Error("closed"); }, key: () => null, getItem: () => null, setItem: () => { throw new Error("full"); }, removeItem: () => { throw new Error("closed"); } };
  keep(closed, batch());
  drop(closed, "a");
  assert.deepEqual(kept(closed), []);
});

test("who may send what: only of one's own house; what was sent only by whoever sent it, and only while its key counts once", () => {
  const now = 100 * 3_600_000;
  const rows: [Partial<Batch>, "ready" | "unsure" | "neither"][] = [
    [{}, "ready"],
    [{ by: "me", at: now - 1000 }, "ready"],
    [{ by: "me", at: now - 22 * 3_600_000 }, "ready"],
    [{ by: "me", at: now - 23 * 3_600_000 }, "unsure"],
    [{ by: "other", at: now - 1000 }, "unsure"],
    [{ refused: true }, "unsure"],
    [{ refused: true, by: "me", at: now }, "unsure"],
    [{ agency: "agencies/two" }, "neither"],
    [{ agency: "agencies/two", by: "me", at: now }, "neither"],
  ];
  for (const [over, wanted] of rows) {
    const { ready, unsure } = sortOut([batch(over)], { agency: "agencies/one", me: "me", now });
    assert.deepEqual([ready.length, unsure.length], [wanted === "ready" ? 1 : 0, wanted === "unsure" ? 1 : 0], JSON.stringify(over));
  }
});
