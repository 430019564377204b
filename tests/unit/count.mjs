// Adds up what the GoogleTest binaries wrote, and prints the line of counts. A binary that failed as a whole (crashed, hung,
// could not start) left no results or none with a failure in them: it counts as one failed test. Suites that are a figure to reach say how long they took.
//
//   node count.mjs <directory with *.xml of GoogleTest and ctest.junit>
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const directory = process.argv[2];
const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
const number = (tag, name) => Number(attribute(tag, name) || 0);

const figures = ["Mutations"];  // a thousand mutations of a ledger, and a million entries with --long (services/ledger)

const results = new Map();
for (const file of readdirSync(directory).filter((name) => name.endsWith(".xml"))) {
  const top = /<testsuites[^>]*>/.exec(readFileSync(join(directory, file), "utf8"))?.[0];
  if (!top) continue;
  // A DISABLED_ one is no test: another starts it as a process of its own.
  const cases = (readFileSync(join(directory, file), "utf8").match(/<testcase [^>]*>/g) ?? []).filter((c) => attribute(c, "result") !== "suppressed");
  const skipped = cases.filter((c) => attribute(c, "result") === "skipped" || attribute(c, "status") === "notrun").length;
  for (const c of cases) if (figures.includes(attribute(c, "classname"))) console.log(`figure: ${attribute(c, "classname")}.${attribute(c, "name")}: ${attribute(c, "time")} s`);
  const failed = number(top, "failures") + number(top, "errors");
  results.set(file.replace(/\.xml$/, ""), { passed: cases.length - failed - skipped, failed, skipped });
}

const total = { passed: 0, failed: 0, skipped: 0 };
const junit = readFileSync(join(directory, "ctest.junit"), "utf8");
for (const test of junit.match(/<testcase [^>]*>/g) ?? []) {
  const name = attribute(test, "name");
  const ok = attribute(test, "status") === "run";
  const result = results.get(name) ?? { passed: ok ? 1 : 0, failed: 0, skipped: 0 };
  if (!ok && result.failed === 0) {
    console.log(`${name} did not come to its end`);
    result.failed = 1;
  }
  for (const key of Object.keys(total)) total[key] += result[key];
}
if (total.passed + total.failed === 0) {
  console.log("no unit test was found");
  total.failed = 1;
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed ? 1 : 0;
