#!lua name=brobygger
-- What the services do in Redis: read, commit, note. An administrator loads this file followed by services/consent/authorise.lua
-- as one library; services may call it and cannot change it:
--
--   cat services/runtime/store.lua services/consent/authorise.lua | redis-cli -x FUNCTION LOAD REPLACE
--
-- The ACL of a service (commands inside functions count too):
--   ~<prefix>:* -@all +fcall +fcall_ro +ping +config|get +get +mget +getrange +set +del +exists +incr +expireat +zadd +zrem +zrange
--   +xadd +sadd +sismember +rpush +llen +lrange +lrem +time    and in the trust store +lindex +ltrim +xrange +xrevrange +setrange
--   +xtrim
--
-- Every function takes one key, the base of a scope, "dropin:{perron-4}:"; all keys it touches begin with it. Names in the
-- arguments stand without the base.
--
-- A failing script keeps its earlier writes: bb_commit reads and checks everything first and writes last.

-- Assigned by authorise.lua: append_ledger(base, subject, head), called after all checks.
local append_ledger

local VERSION = '10'
-- No string.rep: while a library loads, Redis offers nothing but register_function.
local ABSENT = '\0\0\0\0\0\0\0\0'        -- the revision of a record that is not there
local DESTROYED = 'destroyed'             -- stands where a wrapped data key was
local KEY_ID = '%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x'
local KEPT_ANSWER_MS = 24 * 3600 * 1000

-- Key ids in hex, remembered: the formatting costs as much as a GET.
local hex_of, hex_count = {}, 0

-- A record: 1 version | 8 revision | 16 key id | 2 type | 2 facet length | …
local function wrapped_key(base, record)
  local id = string.sub(record, 10, 25)
  local hex = hex_of[id]
  if not hex then
    hex = string.format(KEY_ID, string.byte(id, 1, 16))
    if hex_count == 20000 then hex_of, hex_count = {}, 0 end
    hex_of[id] = hex
    hex_count = hex_count + 1
  end
  return redis.call('GET', base .. 'k:' .. hex)
end

-- {record, wrapped key}, or false if there is none, which is also what a destroyed key means.
local function read_record(base, name)
  local record = redis.call('GET', base .. name)
  if not record then return false end
  if #record < 29 then return { record, false } end
  local key = wrapped_key(base, record)
  if key == DESTROYED then return false end
  return { record, key }
end

local function revision_of(base, name)
  local head = redis.call('GETRANGE', base .. name, 0, 24)
  if #head < 25 or wrapped_key(base, head) == DESTROYED then return ABSENT end
  return string.sub(head, 2, 9)
end

-- args: name ("r:<kind>:<id>"). The door's road, where MGET with the guessed key does not do.
local function bb_file(keys, args)
  return read_record(keys[1], args[1])
end

-- args: any number of  "r:<kind>:<id>"  |  "c:<claim>"  |  "x:<kind>:<index>:<value>", cursor or "", how many  |  "nl:<whose>", cursor or "", how many
-- answer: one element each: as bb_file  |  {holder or false, as bb_file}  |  {revision, {member, …}, as bb_file, as bb_file, …}  |  {cursor, {line, …}}
-- A claim brings its holder's record, and a page those that its members name, so that they cost no trip of their own; not that of
-- the last member, which only tells that there is more, if there are as many as asked for. A page of a log is its last lines, and the cursor
-- how many stand before them.
local function bb_read(keys, args)
  local base, out, i = keys[1], {}, 1
  while i <= #args do
    local name = args[i]
    local what = string.byte(name)
    if what == 114 then      -- r
      out[#out + 1] = read_record(base, name)
    elseif what == 99 then   -- c
      local holder = redis.call('GET', base .. name)
      out[#out + 1] = { holder, holder and read_record(base, 'r:' .. string.gsub(holder, '/', ':', 1)) }
    elseif what == 120 then  -- x
      local after = args[i + 1] == '' and '+' or '(' .. args[i + 1]
      local members = redis.call('ZRANGE', base .. name, after, '-', 'BYLEX', 'REV', 'LIMIT', 0, args[i + 2])
      local kind = string.match(name, '^x:([^:]*):')
      local page = { redis.call('GET', base .. 'xr' .. string.sub(name, 2)) or '0', members }
      for n = 1, math.min(#members, args[i + 2] - 1) do page[n + 2] = read_record(base, 'r:' .. kind .. ':' .. string.sub(members[n], 18)) end
      out[#out + 1] = page
      i = i + 2
    elseif what == 110 then  -- nl
      local stop = args[i + 1] == '' and redis.call('LLEN', base .. name) or tonumber(args[i + 1])
      local start = math.max(0, stop - args[i + 2])
      out[#out + 1] = { start, stop > 0 and redis.call('LRANGE', base .. name, start, stop - 1) or {} }
      i = i + 2
    else
      error('bb_read: what is ' .. name)
    end
    i = i + 1
  end
  return out
end

-- The checks of bb_commit: nil if it passes, else the answer that refuses. `state` is shared by the checks of one commit.
local check = {
  -- record read at this revision
  r = function(base, name, revision) if revision_of(base, name) ~= revision then return { 'CONFLICT' } end end,
  -- record written without having been read: the caller has to know what it replaces
  u = function(base, name) if revision_of(base, name) ~= ABSENT then return { 'UNREAD' } end end,
  -- the same, once the caller knows
  b = function(base, name, revision) if revision_of(base, name) ~= revision then return { 'UNREAD' } end end,
  -- claim read with this holder
  c = function(base, claim, holder) if (redis.call('GET', base .. 'c:' .. claim) or '') ~= holder then return { 'CONFLICT' } end end,
  -- page read at this revision of its index
  p = function(base, index, revision) if (redis.call('GET', base .. 'xr:' .. index) or '0') ~= revision then return { 'CONFLICT' } end end,
  -- lines for the journal that the caller knows to have been given out: a store that knows of fewer was put back from an older copy
  n = function(base, _, given) if tonumber(redis.call('GET', base .. 'jn') or '0') < tonumber(given) then return { 'RESTORED' } end end,
  -- idempotency key, unused
  i = function(base, name) if redis.call('EXISTS', base .. 'i:' .. name) == 1 then return { 'CONFLICT' } end end,
  -- data key that the caller sealed with
  k = function(base, id, wrapped, state)
    local now = redis.call('GET', base .. 'k:' .. id)
    if now == DESTROYED then return { 'ERASED' } end
    if now ~= wrapped then
      table.insert(state.keys, id)
      table.insert(state.keys, now or '')
    end
  end,
  -- data key that the caller made
  K = function(base, id, wrapped, state)
    local now = redis.call('GET', base .. 'k:' .. id)
    if now == DESTROYED then return { 'ERASED' } end
    if now then
      table.insert(state.keys, id)
      table.insert(state.keys, now)
    end
  end,
  -- master key that the caller wrapped a new data key with
  m = function(base, fingerprint)
    local now = redis.call('GET', base .. 'mk')
    if now and now ~= fingerprint then return { 'MASTER', now } end
  end,
  -- claim given up by this holder; comes before C
  F = function(base, claim, holder, state)
    if redis.call('GET', base .. 'c:' .. claim) == holder then state.freed[claim] = true end
  end,
  -- claim taken by this holder
  C = function(base, claim, holder, state)
    local now = redis.call('GET', base .. 'c:' .. claim)
    if (now and now ~= holder and not state.freed[claim]) or (state.taken[claim] or holder) ~= holder then return { 'DUPLICATE' } end
    state.taken[claim] = holder
  end,
}

-- The writes of bb_commit. Nothing here refuses.
local write = {
  L = function(base, subject, head) append_ledger(base, subject, head) end,
  W = function(base, name, record) redis.call('SET', base .. name, record) end,
  D = function(base, name) redis.call('DEL', base .. name) end,
  F = function(base, claim, _, state) if state.freed[claim] then redis.call('DEL', base .. 'c:' .. claim) end end,
  C = function(base, claim, holder) redis.call('SET', base .. 'c:' .. claim, holder) end,
  X = function(base, index, member, state)
    redis.call('ZADD', base .. 'x:' .. index, 0, member)
    state.indexes[index] = true
  end,
  Y = function(base, index, member, state)
    redis.call('ZREM', base .. 'x:' .. index, member)
    state.indexes[index] = true
  end,
  T = function(base, what, ms)
    if ms == '' then redis.call('ZREM', base .. 'd', what) else redis.call('ZADD', base .. 'd', ms, what) end
  end,
  K = function(base, id, wrapped) redis.call('SET', base .. 'k:' .. id, wrapped) end,
  -- The age of the scope: as long as it is the same, keys that were read at this age stand. A random value, so that not even a
  -- store from an older copy ever has one again that meant something else.
  Z = function(base, id, age)
    redis.call('SET', base .. 'k:' .. id, DESTROYED)
    redis.call('SET', base .. 'kz', age)
  end,
  -- A line for the journal waits here until it stands in the journal's file. Numbers have no gaps: they tell whether store and
  -- journal belong together.
  J = function(base, _, sealed, state)
    local number = redis.call('INCR', base .. 'jn')
    redis.call('RPUSH', base .. 'j', number .. ':' .. sealed)
    table.insert(state.done, number)
  end,
  O = function(base, _, event) redis.call('XADD', base .. 'o', '*', 'e', event) end,
  I = function(base, name, answer) redis.call('SET', base .. 'i:' .. name, answer, 'PX', KEPT_ANSWER_MS) end,
}

-- args: any number of triples: letter, name, value.
-- answer: {'OK', number of each journal line, …} | {'RESTORED'} | {'CONFLICT'} | {'DUPLICATE'} | {'ERASED'} | {'UNREAD'}
--       | {'KEYS', id, wrapped key or '', …}: seal with these | {'MASTER', fingerprint}: wrap new data keys with this one
local function bb_commit(keys, args)
  local base = keys[1]
  local state = { keys = { 'KEYS' }, done = { 'OK' }, freed = {}, taken = {}, indexes = {} }
  for i = 1, #args, 3 do
    local f = check[args[i]]
    local refused = f and f(base, args[i + 1], args[i + 2], state)
    if refused then return refused end
  end
  if #state.keys > 1 then return state.keys end

  for i = 1, #args, 3 do
    local f = write[args[i]]
    if f then f(base, args[i + 1], args[i + 2], state) end
  end
  for index in pairs(state.indexes) do redis.call('INCR', base .. 'xr:' .. index) end
  return state.done
end

-- args: day (yyyy-mm-dd), member, log, line. Once for each member and day; the line first: nobody counts as noted of
-- whom there is none. No time goes into the files but the day: lines of one moment in several agencies would tell that they are about one person.
local function bb_note_read(keys, args)
  local base = keys[1]
  local noted = base .. 'n:' .. args[1]
  if redis.call('SISMEMBER', noted, args[2]) == 1 then return 0 end
  redis.call('RPUSH', base .. args[3], args[4])
  redis.call('SADD', noted, args[2])
  local day = math.floor(redis.call('TIME')[1] / 86400)
  redis.call('EXPIREAT', noted, (day + 3) * 86400)
  return 1
end

-- args: number. How many journal lines have been given out, at least: a number is never given twice, so it only rises.
local function bb_journal_given(keys, args)
  local name = keys[1] .. 'jn'
  if tonumber(redis.call('GET', name) or '0') < tonumber(args[1]) then redis.call('SET', name, args[1]) end
  return redis.call('GET', name)
end

-- args: now (ms), limit. "<kind>/<id>", earliest first.
local function bb_due(keys, args)
  return redis.call('ZRANGE', keys[1] .. 'd', '-inf', args[1], 'BYSCORE', 'LIMIT', 0, args[2])
end

local function bb_version() return VERSION end

local function readonly(name, callback)
  redis.register_function { function_name = name, callback = callback, flags = { 'no-writes' } }
end
readonly('bb_version', bb_version)
readonly('bb_file', bb_file)
readonly('bb_read', bb_read)
readonly('bb_due', bb_due)
redis.register_function('bb_commit', bb_commit)
redis.register_function('bb_note_read', bb_note_read)
redis.register_function('bb_journal_given', bb_journal_given)
