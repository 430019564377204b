// Every reason that the services of the house and the clinic give has words of its own, read from where it is given.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { strings } from "./strings";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const sources = (folder: string) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(".cc") && !name.endsWith("_test.cc"))
    .map((name) => read(folder + name))
    .join("\n");
const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((found) => found[1] ?? ""))];

test("what is wrong with a field", () => {
  // In the rules of the contracts every such word is one; in decisions the last of a violation: {path, what is wanted, reason}.
  const ofRules = all(read("services/runtime/rules.cc"), /"([A-Z]+(?:_[A-Z]+)+)"/g);
  const ofDecisions = all(sources("services/dropin/") + sources("services/clinic/"), /"([A-Z]+(?:_[A-Z]+)+)"\}/g);
  const reasons = [...ofRules, ...ofDecisions];
  assert.ok(ofRules.length >= 9 && ofDecisions.length >= 3, `found ${reasons.join(" ")}`);
  assert.deepEqual(reasons.filter((reason) => !(`field.${reason}` in strings)), []);
});

test("what is refused", () => {
  const reasons = all(sources("services/dropin/") + sources("services/clinic/") + read("services/runtime/commit.cc") + read("services/runtime/store.cc"), /Refusal\(absl::StatusCode::k\w+,\s*"([A-Z_]+)"/g);
  assert.ok(reasons.includes("ERASED") && reasons.includes("CAPACITY_FULL") && reasons.length >= 12, `found ${reasons.join(" ")}`);
  const rows = read("gateway/web/src/lib/messages.ts");
  const told = ["CONFLICT", "NOT_FOUND"];  // by the code alone
  assert.deepEqual(reasons.filter((reason) => !told.includes(reason) && !rows.includes(`  ${reason}: { title: `)), []);
});
