// The system with one mistake each: as text in the functions of the stores, as a program linked otherwise, or as a setting of Redis.
// Nothing of it is in any program or file that is delivered.
//
//   edits   [[file, what stands there, what stands there instead], …] of the function library
//   append  a file that follows the library
//   instead { process: program }, env: what that program reads
//   redis   { store: [setting, value] }
//   evils   which nemeses bring it to light; none: under load alone. most: of them at once, if more than one. counters: how many clients count
//   breaks  the promise that is broken first of all
const store = "services/runtime/store.lua", gate = "services/consent/authorise.lua";
const top = "local KEPT_HEADS = 100000";

export const variants = [
  {
    name: "a check outside the script", breaks: "P2", evils: [],
    append: "tests/faults/nonatomic.lua", instead: { consent: "brobygger-consent-nonatomic" },
  },
  {
    name: "consents kept in the gate for a moment", breaks: "P2", evils: [],
    edits: [
      [gate, top, `${top}\nlocal kept, kept_until = {}, {}`],
      [gate, "  local rule, given, version = forced, 0, 0\n", `  if consent_record and (kept_until[id] or 0) < now then kept[id], kept_until[id] = consent_record, now + 300 end
  consent_record = consent_record and kept[id]
  local rule, given, version = forced, 0, 0\n`],
    ],
  },
  {
    name: "an answer that is given again", breaks: "P3", evils: [],
    edits: [
      [gate, top, `${top}\nlocal answers, answered = {}, {}`],
      [gate, "  local forced = tonumber(args[7])\n", `  local forced = tonumber(args[7])
  local question, moment = table.concat({ args[1], args[2], args[3], args[4], args[5] }, ' '), tonumber(redis.call('TIME')[1])
  if answers[question] and answered[question] == moment then return answers[question] end\n`],
      [gate, "  return { rule, given, number, stepped, id, proof_of", "  answered[question] = moment\n  answers[question] = { rule, given, number, stepped, id, proof_of"],
      [gate, "proof_of(consent_record), proof_of(subject_record) }\nend\n\n-- keys: prefix; args: subject ('' for nobody)", "proof_of(consent_record), proof_of(subject_record) }\n  return answers[question]\nend\n\n-- keys: prefix; args: subject ('' for nobody)"],
    ],
  },
  {
    name: "an entry that follows the answer", breaks: "P3", evils: [],
    edits: [
      [gate, top, `${top}\nlocal later`],
      [gate, "  local forced = tonumber(args[7])\n", `  local forced = tonumber(args[7])
  if later then
    local n, t = ledger_now(redis.call('GET', prefix .. 'ledger-head'))
    append_row(prefix, n + 1, t, later[1], later[2], later[3])
    later = nil
  end\n`],
      [gate, "  local number = append_row(prefix, last + 1, now, subject, args[6], outcome)\n", "  local number = last + 1\n  later = { subject, args[6], outcome }\n"],
    ],
  },
  {
    name: "a commit that does not look whether what it read still stands", breaks: "P7", evils: [],
    edits: [
      [store, "if revision_of(base, name) ~= revision then return { 'CONFLICT' } end end,", "end,"],
      [store, "if revision_of(base, name) ~= revision then return { 'UNREAD' } end end,", "end,"],
    ],
  },
  {
    name: "a request that is forgotten once it is done", breaks: "P7", evils: ["slow", "kill"], most: 2, targets: ["redis-records", "dropin"], counters: 12, seconds: 8,
    edits: [
      [store, "if redis.call('EXISTS', base .. 'i:' .. name) == 1 then return { 'CONFLICT' } end end,", "end,"],
      [store, "redis.call('SET', base .. 'i:' .. name, answer, 'PX', KEPT_ANSWER_MS)", ""],
    ],
  },
  {
    name: "an acknowledgement before the disk has it", breaks: "P7", evils: ["power"], targets: ["redis-records"],
    redis: { records: ["appendfsync", "everysec"] },
  },
  { name: "answers matched by position", breaks: "P1", evils: [], instead: { dropin: "brobygger-dropin-broken" }, env: { BROBYGGER_BROKEN: "position" } },
  { name: "permits kept in the service", breaks: "P3", evils: [], instead: { dropin: "brobygger-dropin-broken" }, env: { BROBYGGER_BROKEN: "cached" } },
  { name: "a door that opens when it hears no answer", breaks: "P3", evils: ["kill", "pause"], targets: ["consent", "redis-trust"], instead: { dropin: "brobygger-dropin-broken" }, env: { BROBYGGER_BROKEN: "open" } },
];
