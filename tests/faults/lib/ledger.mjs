// The ledger as it stands in the trust store, and what must be true of any of its histories.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { root, run } from "../../lib/instance.mjs";
import { Resp } from "./resp.mjs";

const prefix = "consent:{trust}:";
export const LOOK = 1, CONSENT = 2;                        // EntryKind
export const GIVEN = 1, WITHDRAWN = 3;               // Act
const GIVES = [GIVEN, 4, 5];                        // also narrowed, renewed
export const RULE_CONSENT = 1;
const pageSize = 2000;

let schemaOnce;
// stored.proto is no contract and so not in the descriptor set of the build.
function rowSchema() {
  if (schemaOnce) return schemaOnce;
  const directory = mkdtempSync(join(tmpdir(), "brobygger-ledger-"));
  try {
    const set = join(directory, "stored.binpb");
    execFileSync("protoc", ["-Iproto", "-I.", "-I/usr/include", "-Iproto/node_modules/google-proto-files", "--include_imports", `--descriptor_set_out=${set}`, "services/runtime/stored.proto"], { cwd: root });
    schemaOnce = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set))).getMessage("brobygger.stored.LedgerRow");
  } finally {
    rmSync(directory, { recursive: true });
  }
  return schemaOnce;
}

const ascii = (bytes) => Buffer.from(bytes ?? []).toString("latin1");

function decode(bytes) {
  const row = fromBinary(rowSchema(), bytes);
  const look = row.kind === LOOK;
  return {
    number: Number(row.number), time: Number(row.timeMs), kind: row.kind,
    subject: ascii(row.chain?.subject), sequence: Number(row.chain?.sequence ?? 0), previous: Number(row.chain?.previous ?? 0),
    person: row.details?.person ?? "", agency: row.details?.agency ?? "", holder: row.details?.holder ?? "", act: row.details?.act ?? 0,
    recipient: row.details?.recipient ?? "", purpose: row.details?.purpose ?? 0, door: row.details?.door ?? "", asked: row.details?.askedMask ?? 0,
    mask: (look ? row.outcome?.givenMask : row.details?.givenMask) ?? 0,
    rule: look ? row.outcome?.rule ?? row.details?.rule : 0,
    consent: ascii(look ? row.outcome?.consent : row.details?.consent),
    saltSizes: [row.subjectSalt.length, row.detailsSalt.length],
  };
}

// The rows of one of the files that old entries move to, as their writer describes them (services/consent/ledger_files.h).
function* rowsOf(file) {
  const count = Number(file.readBigUInt64BE(32)), rows = 48 + 4 * (count + 1) + 32 * count + 32;
  for (let i = 0; i < count; i++) yield file.subarray(rows + file.readUInt32BE(48 + 4 * i), rows + file.readUInt32BE(52 + 4 * i));
}

// Every row after the one with this number, in their order: from the files, then from the stream.
export async function readLedger(number = 0) {
  const trust = await Resp.connect("trust");
  const rows = [];
  try {
    const dir = join(run, "ledger");
    for (const name of readdirSync(dir).filter((f) => f.endsWith(".ledger")).sort()) {
      for (const bytes of rowsOf(readFileSync(join(dir, name)))) {
        const row = decode(bytes);
        if (row.number > number) rows.push({ id: `${row.number}-0`, ...row });
      }
    }
    const moved = rows.at(-1)?.number ?? number;
    for (let after = moved ? `(${moved}-0` : "-"; ;) {
      const page = await trust.call("XRANGE", `${prefix}ledger`, after, "+", "COUNT", pageSize);
      for (const [id, fields] of page) rows.push({ id: id.toString(), ...decode(fields[1]) });
      if (page.length < pageSize) return rows;
      after = `(${page.at(-1)[0]}`;
    }
  } finally {
    trust.close();
  }
}

// Whose reference this is: the subject's id, which no service ever tells.
export async function subjectOf(slug, citizen) {
  const trust = await Resp.connect("trust");
  const record = await trust.call("GET", `${prefix}r:reference:${slug}.${citizen.replace("citizens/", "")}`);
  trust.close();
  if (!record) throw new Error(`${slug} has no reference ${citizen}`);
  return record.toString("latin1", 29, 29 + record.readUInt16BE(27));  // the record's facet
}

// Judges the ledger, row after row: numbers dense from 1, time that never goes back, each subject's own chain dense and linked, and no
// permit but under a consent that was in force when it was written: given, for this holder, recipient, purpose and at most these
// categories, not withdrawn, and not followed by a newer one. `wrong` is a list of sentences.
export class LedgerJudge {
  wrong = [];
  late = 0;                 // permits after the withdrawal
  #latest = new Map();      // subject -> its newest row
  #withdrawn = new Map();   // consent -> number of the entry
  #given = new Map();       // consent -> its newest row
  #inForce = new Map();     // subject and arrow -> consent
  #superseded = new Map();  // consent -> number of the entry that gave the next
  #before = { number: 0, time: 0 };

  get withdrawals() { return this.#withdrawn.size; }
  get length() { return this.#before.number; }

  // The rows that follow those it has seen.
  take(rows) {
    for (const row of rows) {
      this.#place(row);
      if (row.kind === CONSENT) this.#consent(row);
      if (row.kind === LOOK && row.rule === RULE_CONSENT) this.#permit(row);
      this.#before = row;
    }
    return this;
  }

  #place(row) {
    const say = (what) => this.wrong.push(`entry ${row.number} ${what}`);
    if (row.number !== this.#before.number + 1) say(`follows entry ${this.#before.number}`);
    if (row.id !== `${row.number}-0`) say(`stands at ${row.id}`);
    if (row.time < this.#before.time) say("is earlier than the one before");
    if (row.saltSizes.some((size) => size !== 16)) say("has a salt of another size");
    if (!row.subject) return;
    const last = this.#latest.get(row.subject) ?? { sequence: 0, number: 0 };
    if (row.sequence !== last.sequence + 1 || row.previous !== last.number) {
      say(`says ${row.sequence} after ${row.previous}, its chain is ${last.sequence} long and ends with ${last.number}`);
    }
    this.#latest.set(row.subject, row);
  }

  #consent(row) {
    if (row.act === WITHDRAWN) {
      if (this.#withdrawn.has(row.consent)) this.wrong.push(`entry ${row.number} withdraws a second time`);
      this.#withdrawn.set(row.consent, row.number);
    }
    if (!GIVES.includes(row.act)) return;
    const arrow = [row.subject, row.holder, row.recipient, row.purpose].join(" ");
    const before = this.#inForce.get(arrow);
    if (before && before !== row.consent) this.#superseded.set(before, row.number);
    this.#inForce.set(arrow, row.consent);
    this.#given.set(row.consent, row);
  }

  #permit(row) {
    const say = (what) => this.wrong.push(`entry ${row.number} permits under a consent ${what}`);
    const given = this.#given.get(row.consent);
    if (this.#withdrawn.has(row.consent)) { this.late++; say(`withdrawn by entry ${this.#withdrawn.get(row.consent)}`); }
    if (this.#superseded.has(row.consent)) say(`followed by another with entry ${this.#superseded.get(row.consent)}`);
    if (!given) return say("that nobody has given");
    if (["holder", "recipient", "purpose"].some((what) => row[what] !== given[what])) say("for something else");
    if ((row.mask & ~given.mask) !== 0 || (row.mask & ~row.asked) !== 0) say("and more than that, or than was asked for");
  }
}

// The whole at once.
export function faults(rows) {
  const { wrong, late, withdrawals } = new LedgerJudge().take(rows);
  return { wrong, late, withdrawals };
}

// Gives each look that a client saw answered an entry of its own: same subject, same person, same outcome, made while the
// call was under way. Looks: { subject, person, permitted, from, to } (ms of the machine's clock). Returns the looks that
// found none.
export function unmatched(looks, rows, slack = 2) {
  const key = (subject, person, permitted) => `${subject} ${person} ${permitted}`;
  const times = rows.filter((row) => row.kind === LOOK).map((row) => ({ key: key(row.subject, row.person, row.rule === RULE_CONSENT), at: row.time }));
  return withoutPoint(looks.map((look) => ({ key: key(look.subject, look.person, look.permitted), from: look.from - slack, to: look.to + slack, look })), times).map((s) => s.look);
}

// Gives each span { key, from, to } a point { key, at } of its own that lies in it, ends included; returns the spans for which there is
// none left. Points of a key come in order. Earliest end first is the best that any matching of spans and points can do.
export function withoutPoint(spans, points) {
  const of = group(points, (p) => p.key);
  const missing = [];
  for (const [key, all] of group(spans, (s) => s.key)) {
    const waiting = all.sort((a, b) => a.from - b.from);
    const open = [];                                        // begun, by end
    let at = 0;
    for (const { at: point } of of.get(key) ?? []) {
      while (at < waiting.length && waiting[at].from <= point) insert(open, waiting[at++]);
      while (open.length && open[0].to < point) missing.push(open.shift());
      open.shift();
    }
    missing.push(...open, ...waiting.slice(at));
  }
  return missing;
}

function group(list, keyOf) {
  const groups = new Map();
  for (const one of list) (groups.get(keyOf(one)) ?? groups.set(keyOf(one), []).get(keyOf(one))).push(one);
  return groups;
}

function insert(sorted, span) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].to <= span.to) low = middle + 1; else high = middle;
  }
  sorted.splice(low, 0, span);
}
