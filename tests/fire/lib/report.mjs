// What the long run has seen so far, a line for each history, so that it can be played in pieces: the next piece goes on where the last one stopped,
// and the figures add up. Only histories of the same programs count together; a file that came to its end, or found a fault, is set aside.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { build, percentile, root } from "../../faults/lib/world.mjs";

const counted = ["seconds", "gatherings", "kills", "calls", "acknowledged", "looks", "permitted", "withdrawals", "entries"];

// The programs that are under fire, as one short word.
export function programs() {
  const found = (dir, depth) => readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return depth > 0 && !["CMakeFiles", "tests", "gen"].includes(e.name) ? found(path, depth - 1) : [];
    return e.isFile() && /^brobygger-[a-z]+$/.test(e.name) ? [path] : [];
  });
  const hash = createHash("sha256");
  for (const file of [...found(build, 3).sort(), join(root, "services/runtime/store.lua"), join(root, "services/consent/authorise.lua")]) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

// The figures of many histories as those of one.
export class Sum {
  histories = 0;
  faults = 0;
  evils = {};
  tries = {};
  back = [];

  constructor() { for (const what of counted) this[what] = 0; }

  add(one) {
    this.histories++;
    this.faults += one.faults;
    for (const what of counted) this[what] += one[what];
    for (const what of ["evils", "tries"]) for (const [n, c] of Object.entries(one[what])) this[what][n] = (this[what][n] ?? 0) + c;
    this.back.push(...one.back);
    return this;
  }

  // The same two figures that the long run is asked for.
  reaches({ kills, writes }) { return this.kills >= kills && this.acknowledged >= writes; }

  toString() {
    return `${this.histories} histories in ${Math.round(this.seconds)} s: ${this.gatherings} gatherings of evils (${Object.entries(this.evils).sort().map(([n, c]) => `${n} ${c}`).join(", ")}), ${this.kills} kills; ` +
      `${this.acknowledged} acknowledged writes, ${this.looks} looks answered (${this.permitted} permitted), ${this.withdrawals} withdrawals, ${this.entries} entries; ` +
      `whole again within p50 ${percentile(this.back, 0.5)} ms, at most ${this.back.reduce((a, b) => Math.max(a, b), 0)} ms; ${this.faults} faults`;
  }
}

// The file of the long run.
export class Report {
  #programs = programs();

  constructor(file, wanted) {
    this.file = file;
    if (!existsSync(file)) return;
    const before = this.#read();
    if (before.faults > 0 || before.reaches(wanted)) renameSync(file, file.replace(/(\.[a-z]+)?$/, (end) => `-${Date.now()}${end}`));
  }

  #read() {
    const sum = new Sum();
    if (!existsSync(this.file)) return sum;
    for (const line of readFileSync(this.file, "utf8").split("\n").filter(Boolean)) {
      const one = JSON.parse(line);
      if (one.programs === this.#programs) sum.add(one);
    }
    return sum;
  }

  sum() { return this.#read(); }
  add(one) { appendFileSync(this.file, `${JSON.stringify({ at: new Date().toISOString(), programs: this.#programs, ...one })}\n`); }
}
