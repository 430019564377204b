-- The control of the withdrawal test: the gate in two steps, as it must not be. Appended to the library (after store.lua and
-- authorise.lua, whose locals it uses) of the control's own instance only.

-- keys and args: as bb_authorise. Judges and writes nothing: {rule, given mask, subject, outcome[, id, proofs]}
local function bb_judge(keys, args)
  local prefix = keys[1]
  local q = { recipient = args[1], ref = args[2], holder = args[3], purpose = tonumber(args[4]), asked = tonumber(args[5]) }
  local reference = redis.call('GET', prefix .. 'r:reference:' .. q.recipient .. '.' .. q.ref)
  local arrow_record = redis.call('GET', prefix .. 'r:arrow:' .. q.recipient .. '.' .. q.ref .. '.' .. q.holder)
  local subject, arrow = facet_of(reference), facet_of(arrow_record)
  local id = #arrow >= 26 * 9 and string.sub(arrow, 26 * (q.purpose - 1) + 1, 26 * q.purpose) or NOBODY
  local consent_record = redis.call('GET', prefix .. 'r:consent:' .. (id == NOBODY and SINK or id))
  local subject_record = redis.call('GET', prefix .. 'r:subject:' .. (subject == '' and SINK or subject))
  local _, now = ledger_now(redis.call('GET', prefix .. 'ledger-head'))
  local rule, given, version = tonumber(args[7]), 0, 0
  if rule == 0 then rule, given, version = judge(q, now, subject, facet_of(subject_record), arrow, facet_of(consent_record)) end
  local outcome = version and version > 0
    and struct.pack('<BBBI4BBBBc26BI8', 0x42, 44, 0x0d, given, 0x10, rule, 0x1a, 26, id, 0x21, version)
    or struct.pack('<BBBI4BB', 0x42, 7, 0x0d, given, 0x10, rule)
  if rule ~= RULE_CONSENT then return { rule, 0, subject, outcome } end
  return { rule, given, subject, outcome, id, proof_of(reference), proof_of(arrow_record), proof_of(consent_record), proof_of(subject_record) }
end

-- keys: prefix; args: subject, outcome, head. Appends what was judged earlier, whatever has happened since.
local function bb_append_judged(keys, args)
  local last, now = ledger_now(redis.call('GET', keys[1] .. 'ledger-head'))
  return append_row(keys[1], last + 1, now, args[1], args[3], args[2])
end

redis.register_function { function_name = 'bb_judge', callback = bb_judge, flags = { 'no-writes' } }
redis.register_function('bb_append_judged', bb_append_judged)
