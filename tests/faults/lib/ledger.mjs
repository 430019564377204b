// The ledger as it stands in the trust store, and what must be true of any of its histories.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { root } from "../../lib/instance.mjs";
import { Resp } from "./resp.mjs";

const prefix = "consent:{trust}:";
const LOOK = 1, CONSENT = 2;                        // EntryKind
const GIVES = [1, 4, 5], WITHDRAWN = 3;              // Act: given, narrowed, renewed
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
    rule: look ? row.outcome?.rule ?? row.details?.rule : 0,
    consent: ascii(look ? row.outcome?.consent : row.details?.consent),
    saltSizes: [row.subjectSalt.length, row.detailsSalt.length],
  };
}

// Every row, in the order of the stream.
export async function readLedger() {
  const trust = await Resp.connect("trust");
  const rows = [];
  try {
    for (let after = "-"; ;) {
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

// What is wrong with the whole: numbers dense from 1, time that never goes back, each subject's own chain dense and linked,
// and no permit of a consent before it was given or after it was withdrawn. A list of sentences.
export function faults(rows) {
  const wrong = [];
  const latest = new Map();     // subject -> its newest row
  const withdrawn = new Map();  // consent -> number of the entry
  const given = new Map();
  let before = { number: 0, time: 0 };
  let late = 0;
  for (const row of rows) {
    if (row.number !== before.number + 1) wrong.push(`entry ${row.number} follows entry ${before.number}`);
    if (row.id !== `${row.number}-0`) wrong.push(`entry ${row.number} stands at ${row.id}`);
    if (row.time < before.time) wrong.push(`entry ${row.number} is earlier than the one before`);
    if (row.saltSizes.some((size) => size !== 16)) wrong.push(`entry ${row.number} has a salt of another size`);
    if (row.subject) {
      const last = latest.get(row.subject) ?? { sequence: 0, number: 0 };
      if (row.sequence !== last.sequence + 1 || row.previous !== last.number) {
        wrong.push(`entry ${row.number} says ${row.sequence} after ${row.previous}, its chain is ${last.sequence} long and ends with ${last.number}`);
      }
      latest.set(row.subject, row);
    }
    if (row.kind === CONSENT && row.act === WITHDRAWN) {
      if (withdrawn.has(row.consent)) wrong.push(`entry ${row.number} withdraws a second time`);
      withdrawn.set(row.consent, row.number);
    }
    if (row.kind === CONSENT && GIVES.includes(row.act)) given.set(row.consent, row.number);
    if (row.kind === LOOK && row.rule === RULE_CONSENT) {
      if (withdrawn.has(row.consent)) { late++; wrong.push(`entry ${row.number} permits under a consent withdrawn by entry ${withdrawn.get(row.consent)}`); }
      if (!given.has(row.consent)) wrong.push(`entry ${row.number} permits under a consent that nobody has given`);
    }
    before = row;
  }
  return { wrong, late, withdrawals: withdrawn.size };
}

// Gives each look that a client saw answered an entry of its own: same subject, same person, same outcome, made while the
// call was under way. Looks: { subject, person, permitted, from, to } (ms of the machine's clock). Returns the looks that
// found none. Earliest end first is the best any matching can do for intervals and points.
export function unmatched(looks, rows, slack = 2) {
  const key = (subject, person, permitted) => `${subject} ${person} ${permitted}`;
  const points = new Map();
  for (const row of rows) {
    if (row.kind !== LOOK) continue;
    const k = key(row.subject, row.person, row.rule === RULE_CONSENT);
    (points.get(k) ?? points.set(k, []).get(k)).push(row.time);
  }
  const missing = [];
  const groups = Map.groupBy ? Map.groupBy(looks, (l) => key(l.subject, l.person, l.permitted)) : group(looks, (l) => key(l.subject, l.person, l.permitted));
  for (const [k, all] of groups) {
    const times = points.get(k) ?? [];                      // in ledger order, so never falling
    const waiting = [...all].sort((a, b) => a.from - b.from);
    const open = [];                                        // begun, by end
    let at = 0;
    for (const time of times) {
      while (at < waiting.length && waiting[at].from - slack <= time) insert(open, waiting[at++]);
      while (open.length && open[0].to + slack < time) missing.push(open.shift());
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

function insert(sorted, look) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].to <= look.to) low = middle + 1; else high = middle;
  }
  sorted.splice(low, 0, look);
}
