-- The gate: authorise a look and write the ledger, in one atomic step. Follows store.lua in the same library.
--
-- Invariants
-- 1. Everything is read and checked before the first write: a failing script keeps its earlier writes.
-- 2. Every question, allowed or refused, appends exactly one ledger row. Rows are numbered densely from 1.
-- 3. The work depends on the question only: a reference that nobody has reads and writes the same number of keys (the sink).
-- 4. Time is max(TIME, highest time ever written). A step backwards is reported, never followed.
--
-- Records (written by bb_commit): 1 version | 8 revision | 16 key id | 2 type | 2 facet length | facet | 32 MAC | sealed.
-- The caller checks the MACs of the four records that a permit rests on; this script cannot.

-- Literals: at load time a library sees no string functions.
local SINK = '00000000000000000000000000'  -- 26 zeros; no id has this form: ids are a-z2-7
local NOBODY = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'

local KEPT_HEADS = 100000

local RULE_CONSENT, RULE_NO_CONSENT, RULE_EXPIRED, RULE_WITHDRAWN = 1, 2, 3, 4
local RULE_WRONG_PURPOSE, RULE_WRONG_CATEGORY, RULE_RESTRICTED, RULE_NOT_AUTHENTIC = 5, 6, 7, 8

-- Facet of a record, '' if there is none.
local function facet_of(record)
  if not record or #record < 29 then return '' end
  local length = string.byte(record, 28) * 256 + string.byte(record, 29)
  return string.sub(record, 30, 29 + length)
end

-- The part of a record that carries its authenticity: header, facet, MAC.
local function proof_of(record)
  local length = string.byte(record, 28) * 256 + string.byte(record, 29)
  return string.sub(record, 1, 29 + length + 32)
end

-- Highest number and time ever written (from the value of ledger-head), and whether the wall clock has stepped back by more
-- than a second.
local function ledger_now(head)
  local t = redis.call('TIME')
  local wall = t[1] * 1000 + math.floor(t[2] / 1000)
  if not head then return 0, wall, 0 end
  local number, highest = struct.unpack('>I8I8', head)
  return number, math.max(wall, highest), (wall + 1000 < highest) and 1 or 0
end

-- Appends one row. `subject` is '' for nobody. `outcome` is the serialised Outcome ('' if the entry is no look).
local function append_row(prefix, number, now, subject, head, outcome)
  local story = prefix .. 'story:' .. (subject == '' and SINK or subject)
  local sequence = redis.call('RPUSH', story, number)
  local previous = tonumber(redis.call('LINDEX', story, -2) or 0)
  -- LedgerRow fields 5 and 6 (fixed64), then 7: {subject, sequence, previous}.
  local tail = subject == '' and struct.pack('<BI8BI8', 0x29, number, 0x31, now)
    or struct.pack('<BI8BI8BBBBc26BI8BI8', 0x29, number, 0x31, now, 0x3a, 46, 0x0a, 26, subject, 0x11, sequence, 0x19, previous)
  local row = head .. tail .. outcome
  redis.call('XADD', prefix .. 'ledger', string.format('%.0f-0', number), 'e', row)
  redis.call('SET', prefix .. 'ledger-head', struct.pack('>I8I8', number, now))
  return number
end

-- Called by bb_commit for each ledger entry of a decision, after all its checks. Returns the entry's number.
append_ledger = function(prefix, subject, head)
  local number, now = ledger_now(redis.call('GET', prefix .. 'ledger-head'))
  return append_row(prefix, number + 1, now, subject, head, '')
end

-- Which rule decides, and what is given. Pure.
local function judge(q, now, subject, subject_facet, arrow, consent)
  if subject == '' then return RULE_NO_CONSENT, 0 end
  local state = string.sub(subject_facet, 1, 1)
  if state == 'R' then return RULE_RESTRICTED, 0 end
  if state ~= 'A' then return RULE_NO_CONSENT, 0 end
  if #arrow < 26 * 9 then return RULE_NO_CONSENT, 0 end
  if string.sub(arrow, 26 * (q.purpose - 1) + 1, 26 * q.purpose) == NOBODY then
    return string.find(arrow, '[^%z]') and RULE_WRONG_PURPOSE or RULE_NO_CONSENT, 0
  end
  if #consent < 114 then return RULE_NOT_AUTHENTIC, 0 end
  local cstate, purpose, mask, from, till, limited, version = struct.unpack('>c1BI4I8I8BI8', consent)
  local whose, recipient_ref = string.sub(consent, 32, 57), string.sub(consent, 84, 109)
  local n = string.byte(consent, 110)
  local holder = string.sub(consent, 111, 110 + n)
  local m = string.byte(consent, 111 + n)
  local recipient = m and string.sub(consent, 112 + n, 111 + n + m)
  if purpose ~= q.purpose or whose ~= subject or recipient_ref ~= q.ref or holder ~= q.holder or recipient ~= q.recipient then
    return RULE_NOT_AUTHENTIC, 0
  end
  if cstate == 'W' then return RULE_WITHDRAWN, 0, version end
  if cstate ~= 'A' or now < from then return RULE_NO_CONSENT, 0, version end
  if now >= till then return RULE_EXPIRED, 0, version end
  local given = bit.band(mask, q.asked)
  if given == 0 then return RULE_WRONG_CATEGORY, 0, version end
  return RULE_CONSENT, given, version
end

-- keys: prefix ("consent:{trust}:")
-- args: recipient slug, recipient's reference (26), holder slug, purpose, asked mask, ledger head, forced rule (0: none; else
--       a rule that follows from the question alone: it is logged and refused, whatever the consent says)
-- answer: {rule, given mask, number, clock stepped back} and, if permitted, {…, consent id, proofs of reference, arrow, consent, subject}
local function bb_authorise(keys, args)
  local prefix = keys[1]
  local q = { recipient = args[1], ref = args[2], holder = args[3], purpose = tonumber(args[4]), asked = tonumber(args[5]) }
  local forced = tonumber(args[7])

  local found = redis.call('MGET', prefix .. 'r:reference:' .. q.recipient .. '.' .. q.ref,
    prefix .. 'r:arrow:' .. q.recipient .. '.' .. q.ref .. '.' .. q.holder, prefix .. 'ledger-head')
  local reference, arrow_record = found[1], found[2]
  local subject, arrow = facet_of(reference), facet_of(arrow_record)
  local id = (#arrow >= 26 * 9 and q.purpose >= 1 and q.purpose <= 9) and string.sub(arrow, 26 * (q.purpose - 1) + 1, 26 * q.purpose) or NOBODY
  local rest = redis.call('MGET', prefix .. 'r:consent:' .. (id == NOBODY and SINK or id), prefix .. 'r:subject:' .. (subject == '' and SINK or subject))
  local consent_record, subject_record = rest[1], rest[2]
  local last, now, stepped = ledger_now(found[3])

  local rule, given, version = forced, 0, 0
  if forced == 0 then
    rule, given, version = judge(q, now, subject, facet_of(subject_record), arrow, facet_of(consent_record))
  end
  -- LedgerRow field 8: {given mask, rule, consent, version}.
  local outcome = version and version > 0
    and struct.pack('<BBBI4BBBBc26BI8', 0x42, 44, 0x0d, given, 0x10, rule, 0x1a, 26, id, 0x21, version)
    or struct.pack('<BBBI4BB', 0x42, 7, 0x0d, given, 0x10, rule)
  local number = append_row(prefix, last + 1, now, subject, args[6], outcome)
  if rule ~= RULE_CONSENT then return { rule, 0, number, stepped } end
  return { rule, given, number, stepped, id, proof_of(reference), proof_of(arrow_record), proof_of(consent_record), proof_of(subject_record) }
end

-- keys: prefix; args: subject ('' for nobody), head. An entry of its own, such as an alarm after a failed MAC.
local function bb_append(keys, args)
  return append_ledger(keys[1], args[1], args[2])
end

-- Position of the first number in a story that is not below `number`.
local function position(story, number)
  local low, high = 0, redis.call('LLEN', story)
  if number == 0 then return high end
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', story, middle)) < number then low = middle + 1 else high = middle end
  end
  return low
end

-- keys: prefix; args: before (a number; 0: from the newest), limit, subject, subject, … (merged registrations have several).
-- Rows of a citizen's story, newest first: {number to go on before (0 at the end), row, row, …}. Of a row that has moved to a file:
-- its number.
local function bb_story(keys, args)
  local prefix, before, limit = keys[1], tonumber(args[1]), tonumber(args[2])
  local numbers = {}
  for i = 3, #args do
    local story = prefix .. 'story:' .. args[i]
    local stop = position(story, before)
    if stop > 0 then
      for _, n in ipairs(redis.call('LRANGE', story, math.max(0, stop - limit - 1), stop - 1)) do numbers[#numbers + 1] = tonumber(n) end
    end
  end
  table.sort(numbers, function(a, b) return a > b end)
  local out = { #numbers > limit and numbers[limit] or 0 }
  for i = 1, math.min(limit, #numbers) do
    local key = string.format('%.0f-0', numbers[i])
    local found = redis.call('XRANGE', prefix .. 'ledger', key, key)[1]
    out[#out + 1] = found and found[2][2] or numbers[i]
  end
  return out
end

-- keys: prefix; args: number. The row, or nil.
local function bb_entry(keys, args)
  local found = redis.call('XRANGE', keys[1] .. 'ledger', args[1] .. '-0', args[1] .. '-0')
  return found[1] and found[1][2][2] or false
end

-- keys: prefix; args: number of the first, how many at most. Rows in their order.
local function bb_rows(keys, args)
  local out = {}
  for i, found in ipairs(redis.call('XRANGE', keys[1] .. 'ledger', args[1] .. '-0', '+', 'COUNT', args[2])) do out[i] = found[2][2] end
  return out
end

-- keys: prefix; args: number of an entry (0: none). How many entries there are, then the newest signed head, or the oldest kept
-- one over that entry, or false; then the number of the first whose row is here, or would be: those before it are in files.
local function bb_head(keys, args)
  local written = ledger_now(redis.call('GET', keys[1] .. 'ledger-head'))
  local heads = keys[1] .. 'heads'
  local found = args[1] == '0' and redis.call('XREVRANGE', heads, '+', '-', 'COUNT', 1) or redis.call('XRANGE', heads, args[1] .. '-0', '+', 'COUNT', 1)
  local first = redis.call('XRANGE', keys[1] .. 'ledger', '-', '+', 'COUNT', 1)[1]
  return { written, found[1] and found[1][2][2] or false, first and tonumber(string.match(first[1], '^%d+')) or written + 1 }
end

-- keys: prefix; args: size, signed head, where the roots of tiles go, these roots. 1, or 0 if a head over as many entries or more
-- is kept: two signers would say different things about one ledger.
local function bb_keep_head(keys, args)
  local heads = keys[1] .. 'heads'
  local newest = redis.call('XREVRANGE', heads, '+', '-', 'COUNT', 1)[1]
  if newest and tonumber(string.match(newest[1], '^%d+')) >= tonumber(args[1]) then return 0 end
  if args[4] ~= '' then redis.call('SETRANGE', keys[1] .. 'tiles', args[3], args[4]) end
  redis.call('XADD', heads, 'MAXLEN', '~', KEPT_HEADS, args[1] .. '-0', 'h', args[2])
  return 1
end

-- keys: prefix; args: number. Lets go of the rows up to this one, which stand in a file, durably. 1, or 0 unless a kept head is over
-- them: what is not signed yet stays.
local function bb_let_go(keys, args)
  local newest = redis.call('XREVRANGE', keys[1] .. 'heads', '+', '-', 'COUNT', 1)[1]
  if not newest or tonumber(string.match(newest[1], '^%d+')) < tonumber(args[1]) then return 0 end
  redis.call('XTRIM', keys[1] .. 'ledger', 'MINID', string.format('%.0f-0', args[1] + 1))
  return 1
end

redis.register_function('bb_authorise', bb_authorise)
redis.register_function('bb_append', bb_append)
redis.register_function('bb_keep_head', bb_keep_head)
-- A store that is full most needs to let go.
redis.register_function { function_name = 'bb_let_go', callback = bb_let_go, flags = { 'allow-oom' } }
redis.register_function { function_name = 'bb_rows', callback = bb_rows, flags = { 'no-writes' } }
redis.register_function { function_name = 'bb_head', callback = bb_head, flags = { 'no-writes' } }
redis.register_function { function_name = 'bb_story', callback = bb_story, flags = { 'no-writes' } }
redis.register_function { function_name = 'bb_entry', callback = bb_entry, flags = { 'no-writes' } }
