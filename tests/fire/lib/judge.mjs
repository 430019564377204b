// Judges a whole history: what clients were answered, against the ledger and against one another. Pure.
//
//   judge({ calls, ruler, rows, people, wrong }) -> [{ promise, what }]
//
// calls, ruler: of history.mjs. rows: the ledger's rows since the history began. people: [{ citizen, reference, subject, mark }], the holder's
// and the recipient's reference of each citizen, the subject in the ledger, and the mark that all which is written about them begins
// with. wrong: what the ledger by itself shows (LedgerJudge).
//
// Each citizen's file and card have one writer, which goes on only when it was answered; what it writes is mark and number.
import { GIVEN, LOOK, RULE_CONSENT, WITHDRAWN, withoutPoint } from "../../faults/lib/ledger.mjs";
import { service } from "../../faults/lib/world.mjs";

const CONTACT = 1, APPOINTMENTS = 9;
const categoryBits = { DATA_CATEGORY_CONTACT: 1 << CONTACT, DATA_CATEGORY_APPOINTMENTS: 1 << APPOINTMENTS };
const maskOf = (categories) => categories.reduce((mask, c) => mask | (categoryBits[c] ?? 1), 0);
const isLook = (call) => call.method.endsWith("/GetCitizenFile");
const short = (call) => `${call.method.split(".").at(-1)} of ${call.as} at ${call.from.toFixed(1)}`;

export function judge({ calls, ruler, rows, people, wrong = [] }) {
  const found = [...wrong.map((what) => ({ promise: "P2", what })), ...lengths(ruler)];
  const add = (promise, what) => found.push({ promise, what });
  const operations = byRequest(calls, add);
  entriesOfLooks(calls, ruler, rows, people, add);
  entriesOfActs(operations, ruler, rows, people, add);
  permitsAfterWithdrawal(calls, operations, people, add);
  releases(calls, people, add);
  registers(calls, operations, people, add);
  counters(calls, operations, add);
  creations(calls, operations, add);
  return found;
}

// A call that was kept up is one operation: it may have been carried out from its first sending until its first answer.
function byRequest(calls, add) {
  const operations = new Map();
  for (const call of calls) {
    const id = call.request?.request_id;
    if (!id) continue;
    const one = operations.get(id) ?? operations.set(id, { method: call.method, as: call.as, request: call.request, from: call.from, to: Infinity, attempts: 0 }).get(id);
    one.attempts++;
    if (call.code !== "OK") continue;
    one.to = Math.min(one.to, call.to);
    one.response ??= call.response;
    if (JSON.stringify(one.response) !== JSON.stringify(call.response)) add("P7", `${short(call)} was answered differently when it was asked again`);
  }
  return [...operations.values()];
}

// What everybody could read was on the disk: the ledger never becomes shorter.
function lengths(ruler) {
  const found = [];
  for (let i = 1; i < ruler.samples.length; i++) {
    const [before, after] = [ruler.samples[i - 1].number, ruler.samples[i].number];
    if (after < before) found.push({ promise: "P7", what: `the ledger had ${before} entries and then ${after}` });
  }
  return found;
}

// P3: each answered look has an entry of its own, with the same outcome, written while the call was under way.
function entriesOfLooks(calls, ruler, rows, people, add) {
  const subjects = new Map(people.map((p) => [p.reference, p.subject]));
  const key = (subject, person, door, mask) => `${subject} ${person} ${door} ${mask}`;
  const spans = [];
  for (const call of calls) {
    if (!isLook(call) || !(call.code === "OK" || call.reason === "CONSENT_REQUIRED")) continue;
    const mask = call.code === "OK" ? maskOf(call.response.grantedCategories) : 0;
    spans.push({ key: key(subjects.get(call.request.citizen) ?? "", call.as, call.method.split("/")[0], mask), from: ruler.floor(call.from) + 1, to: ruler.ceiling(call.to), call });
  }
  const points = rows.filter((r) => r.kind === LOOK).map((r) => ({ key: key(r.subject, r.person, r.door, r.rule === RULE_CONSENT ? r.mask : 0), at: r.number }));
  for (const { call, from, to } of withoutPoint(spans, points)) {
    add("P3", `${short(call)} was ${call.code === "OK" ? "permitted" : "refused"} without an entry of its own between ${from} and ${to}`);
  }
}

// P7: what was given or taken back and acknowledged has its entry; and no act has two.
function entriesOfActs(operations, ruler, rows, people, add) {
  const subjects = new Map(people.map((p) => [p.citizen, p.subject]));
  for (const [method, act] of [["ActivateConsents", GIVEN], ["WithdrawConsents", WITHDRAWN]]) {
    const asked = operations.filter((o) => o.method.endsWith(`/${method}`) && subjects.has(o.request.citizen));
    const entries = rows.filter((r) => r.kind !== LOOK && r.act === act).map((r) => ({ key: r.subject, at: r.number }));
    const spans = asked.filter((o) => o.to < Infinity).map((o) => ({ key: subjects.get(o.request.citizen), from: ruler.floor(o.from) + 1, to: ruler.ceiling(o.to), o }));
    for (const { o, from, to } of withoutPoint(spans, entries)) add("P7", `${method} at ${o.from.toFixed(1)} was acknowledged without an entry between ${from} and ${to}`);
    for (const { subject } of people) {
      const made = entries.filter((e) => e.key === subject).length, wanted = asked.filter((o) => subjects.get(o.request.citizen) === subject).length;
      if (made > wanted) add("P7", `${method}: ${made} entries of ${wanted} acts`);
    }
  }
}

// P2, as a client sees it: no look that began after a withdrawal had returned, and ended before the next yes began, is permitted.
function permitsAfterWithdrawal(calls, operations, people, add) {
  for (const { citizen, reference } of people) {
    const acts = operations.filter((o) => o.request.citizen === citizen && /\/(Activate|Withdraw)Consents$/.test(o.method)).sort((a, b) => a.from - b.from);
    const closed = [];
    acts.forEach((act, i) => { if (act.method.endsWith("/WithdrawConsents") && act.to < Infinity) closed.push({ from: act.to, to: acts[i + 1]?.from ?? Infinity }); });
    for (const call of calls) {
      if (!isLook(call) || call.code !== "OK" || call.request.citizen !== reference) continue;
      if (closed.some((c) => call.from > c.from && call.to < c.to)) add("P2", `${short(call)} was permitted after a withdrawal had returned`);
    }
  }
}

// P1: what a look shows is of the citizen it asked for, and nothing that the granted categories do not cover.
function releases(calls, people, add) {
  const marks = new Map(people.map((p) => [p.reference, p.mark]));
  for (const call of calls) {
    if (!isLook(call) || call.code !== "OK") continue;
    const { file, grantedCategories } = call.response;
    const { howToMeet, preferredName, ...rest } = file;
    const text = howToMeet ?? preferredName ?? "";
    const mark = marks.get(call.request.citizen);
    if (mark === undefined) { add("P1", `${short(call)} shows a citizen whom nobody gave a yes for`); continue; }
    if (text !== "" && !text.startsWith(`${mark} `)) add("P1", `${short(call)} asked for ${mark} and was shown "${text}"`);
    if (grantedCategories.some((c) => !call.request.categories.includes(c))) add("P1", `${short(call)} was granted ${grantedCategories}`);
    const more = Object.entries(rest).filter(([, value]) => value && (!Array.isArray(value) || value.length > 0));
    if (more.length > 0) add("P1", `${short(call)} was shown ${more.map(([name]) => name)}`);
  }
}

// P7: whoever reads a file or card, on either side of a door, reads what was acknowledged last or something newer that was sent.
function registers(calls, operations, people, add) {
  const numberOf = (text, mark) => (text === "" || text === undefined ? 0 : text.startsWith(`${mark} `) ? Number(text.slice(mark.length + 1)) : NaN);
  for (const { write, own, door, textOf, fileOf } of [
    { write: `${service.dropin}/UpdateRegular`, own: `${service.dropin}/GetRegular`, door: `${service.dropin}/GetCitizenFile`, textOf: (f) => f?.howToMeet, fileOf: (r) => r.shared ?? r.regular?.shared },
    { write: `${service.card}/UpdateCitizenCard`, own: `${service.card}/GetCitizenCard`, door: `${service.card}/GetCitizenFile`, textOf: (f) => f?.preferredName, fileOf: (r) => r.card },
  ]) {
    for (const { citizen, reference, mark } of people) {
      const writes = operations.filter((o) => o.method === write && o.request.citizen === citizen)
        .map((o) => ({ ...o, number: numberOf(o.request.shared?.how_to_meet ?? o.request.card?.preferred_name, mark) })).sort((a, b) => a.number - b.number);
      for (const call of calls) {
        if (call.code !== "OK") continue;
        let text;
        if (call.method === own && call.request.citizen === citizen) text = textOf(fileOf(call.response));
        else if (call.method === door && call.request.citizen === reference) text = textOf(call.response.file);
        else continue;
        const number = numberOf(text, mark);
        if (Number.isNaN(number)) { if (call.method === own) add("P1", `${short(call)} asked for ${mark} and read "${text}"`); continue; }
        const oldest = lastBefore(writes, call.from, (w) => w.to)?.number ?? 0, newest = lastBefore(writes, call.to, (w) => w.from)?.number ?? 0;
        if (number < oldest) add("P7", `${short(call)} read ${mark} ${number}, ${oldest} had been acknowledged`);
        if (number > newest) add("P7", `${short(call)} read ${mark} ${number}, ${newest} was the last sent`);
      }
    }
  }
}

// The last of these whose moment is before this one; they are in order of it.
function lastBefore(list, moment, of) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(list[middle]) < moment) low = middle + 1; else high = middle;
  }
  return list[low - 1];
}

// P7: a count is never less than what was acknowledged, nor more than what was sent.
const cellOf = (date, part) => `${date.year}-${date.month}-${date.day} ${part}`;
function counters(calls, operations, add) {
  const adds = new Map();
  for (const o of operations) {
    if (!o.method.endsWith("/RecordVisitTally")) continue;
    const cell = cellOf(o.request.date, o.request.part_of_day);
    (adds.get(cell) ?? adds.set(cell, []).get(cell)).push(o);
  }
  let first;
  for (const call of calls) {
    if (!call.method.endsWith("/GetVisitTallies") || call.code !== "OK") continue;
    const counts = new Map(call.response.tallies.map((t) => [cellOf(t.date, t.partOfDay), t.visitorsEstimate]));
    first ??= counts;  // read before anybody counted
    for (const [cell, of] of adds) {
      const grown = (counts.get(cell) ?? 0) - (first.get(cell) ?? 0);
      const sum = (some) => some.reduce((n, o) => n + o.request.add_visitors, 0);
      const least = sum(of.filter((o) => o.to < call.from)), most = sum(of.filter((o) => o.from < call.to));
      if (grown < least) add("P7", `${cell}: ${least} acknowledged, ${grown} counted`);
      if (grown > most) add("P7", `${cell}: ${most} sent, ${grown} counted`);
    }
  }
}

// P7: what was made and acknowledged is in the list that is read at the end, and nothing is there twice.
function creations(calls, operations, add) {
  const lists = new Map();
  for (const call of calls) {
    if (!call.method.endsWith("/ListScreenings") || call.code !== "OK") continue;
    const pages = lists.get(call.request.citizen) ?? lists.set(call.request.citizen, { from: call.from, names: [] }).get(call.request.citizen);
    pages.names.push(...call.response.screenings.map((s) => s.name));
  }
  for (const [citizen, { from, names }] of lists) {
    const made = operations.filter((o) => o.method.endsWith("/CreateScreening") && o.request.citizen === citizen);
    const there = new Set(names);
    for (const o of made) if (o.to < from && !there.has(o.response.screening.name)) add("P7", `${o.response.screening.name} was acknowledged and is not there`);
    if (names.length > made.length || there.size < names.length) add("P7", `${names.length} screenings of ${made.length} that were begun`);
  }
}
