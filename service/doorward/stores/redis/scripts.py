"""The Lua that runs inside Redis. Time is always an argument; a TTL is only rubbish collection."""

from doorward.stores.redis.calls import script

_SHARED = """
local function living(held, now)
  return held and #held >= 8 and struct.unpack('>d', held) > tonumber(now)
end
local function put(key, value, ttl)
  if ttl == '0' then redis.call('SET', key, value) else redis.call('SET', key, value, 'PX', ttl) end
end
-- A minute that an index would end too early is not worth a write with each decision: it has an hour to spare.
local function longer(key, ttl)
  if redis.call('PTTL', key) < ttl - 60000 then redis.call('PEXPIRE', key, ttl) end
end
"""

# For each key: append one entry to a ring, or join it to the one of the same attempt. Returns the rings, and last the
# flags that the first of them had of the attempt before. The layout of an entry is core.ring's, and so is which of them
# a full ring does without.
COUNT = script(
    _SHARED
    + """
local function place_of(held, attempt)
  local from = 17
  while true do
    local found = held:find(attempt, from, true)
    if not found or found % 15 == 2 then return found and found - 8 end
    from = found + 1
  end
end
local function needed(flags, age)
  if bit.band(flags, 8) ~= 0 and age < 3600 then return true end
  return bit.band(flags, 48) ~= 0 and age < 86400
end
local function spare(held, at)
  for i = 9, 8 + math.floor((#held - 8) / 2), 15 do
    if not needed(held:byte(i + 14), at - struct.unpack('>I4', held, i)) then return i end
  end
  return 9
end
local function with_room(held, limit, at)
  if #held - 8 < 15 * limit then return held end
  local full = held:sub(1, 8) .. held:sub(#held + 1 - 15 * limit)
  local from = spare(full, at)
  return full:sub(1, from - 1) .. full:sub(from + 15)
end
local now, ends, ttl, answer, earlier = tonumber(ARGV[1]), ARGV[2], ARGV[3], {}, 0
for i, key in ipairs(KEYS) do
  local entry, limit = ARGV[2 * i + 2], ARGV[2 * i + 3]
  local held = redis.call('GET', key)
  if not living(held, now) then held = ends end
  local attempt, none = entry:sub(9, 12), '\\0\\0\\0\\0'
  local at = attempt ~= none and place_of(held, attempt)
  if at then
    local was = held:sub(at, at + 14)
    local known = was:sub(5, 8) ~= none and was or entry
    if i == 1 then earlier = was:byte(15) end
    local flags = string.char(bit.bor(was:byte(15), entry:byte(15)))
    local joined = was:sub(1, 4) .. known:sub(5, 8) .. attempt .. known:sub(13, 14) .. flags
    answer[i] = ends .. held:sub(9, at - 1) .. joined .. held:sub(at + 15)
  else
    answer[i] = ends .. with_room(held, tonumber(limit), struct.unpack('>I4', entry)):sub(9) .. entry
  end
  put(key, answer[i], ttl)
end
answer[#KEYS + 1] = earlier
return answer
"""
)

# Write all or nothing: for each key what is done, and four words. 0 where what is to be spent was spent before, the
# profile that stands there where it is not the one that was rewritten, else 1.
WRITE = script(
    _SHARED
    + """
local now = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  local what = ARGV[5 * i - 3]
  if what == 'spend' and living(redis.call('GET', key), now) then return 0 end
  if what == 'profile' and redis.call('GETRANGE', key, 0, 15) ~= ARGV[5 * i] then return redis.call('GET', key) end
end
for i, key in ipairs(KEYS) do
  local what, value, ttl, third, fourth = unpack(ARGV, 5 * i - 3, 5 * i + 1)
  if what == 'index' then
    redis.call('ZADD', key, third, value)
    if fourth ~= '' then redis.call('ZREMRANGEBYRANK', key, 0, -1 - fourth) end
    longer(key, ttl)
  elseif what == 'profile' and value == '' then
    redis.call('DEL', key)
  elseif what == 'own' then
    -- The same answer for a shorter time changes nothing.
    local held = redis.call('GET', key)
    local same = held and held:sub(9) == value:sub(9)
    if not same or struct.unpack('>d', held) < struct.unpack('>d', value) then put(key, value, ttl) end
  elseif what == 'newest' then
    local held = redis.call('GET', key)
    if not held or struct.unpack('>d', held, 9) <= struct.unpack('>d', value, 9) then put(key, value, ttl) end
  elseif what == 'device' then
    -- A browser that was revoked stays revoked: the byte after the stamp.
    local held = redis.call('GET', key)
    if living(held, now) and held:sub(17, 17) == '1' then value = value:sub(1, 16) .. '1' .. value:sub(18) end
    put(key, value, ttl)
  else
    put(key, value, ttl)
  end
end
return 1
"""
)

# Put a new state in the place of the one that was read, told by its stamp: 1, or what is there instead.
SWAP = script(
    _SHARED
    + """
if redis.call('GETRANGE', KEYS[1], 0, 15) ~= ARGV[1] then return redis.call('GET', KEYS[1]) end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else put(KEYS[1], ARGV[2], ARGV[3]) end
return 1
"""
)

# Put one text in the place of another: 1, or 0 where a third stands there.
EXCHANGE = script(
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2]) return 1",
)

REVOKE_DEVICE = script(
    _SHARED
    + "if living(redis.call('GET', KEYS[1]), ARGV[1]) then redis.call('SETRANGE', KEYS[1], 16, '1') end return 1"
)

# A claim: its end, when it was claimed (8 bytes), '1' once answered, the fingerprint (32 bytes), the answer.
CLAIM = script(
    _SHARED
    + """
local now, value, ttl, patience = unpack(ARGV)
local held = redis.call('GET', KEYS[1])
if not living(held, now) then put(KEYS[1], value, ttl) return {'new', ''} end
if held:sub(18, 49) ~= value:sub(18, 49) then return {'other', ''} end
if held:sub(17, 17) == '1' then return {'done', held:sub(50)} end
if tonumber(now) - struct.unpack('>d', held, 9) < tonumber(patience) then return {'running', ''} end
put(KEYS[1], value, ttl)
return {'new', ''}
"""
)

FINISH = script(
    _SHARED
    + """
local held = redis.call('GET', KEYS[1])
if living(held, ARGV[1]) then
  put(KEYS[1], ARGV[2] .. held:sub(9, 16) .. '1' .. held:sub(18, 49) .. ARGV[3], ARGV[4])
end
return 1
"""
)

RELEASE = script(
    _SHARED
    + """
local held = redis.call('GET', KEYS[1])
if held and (held:sub(17, 17) ~= '1' or not living(held, ARGV[1])) then redis.call('DEL', KEYS[1]) end
return 1
"""
)

LIST_PUT = script(
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('HINCRBY', KEYS[2], 'lists', 1)",
)

# Say the same in other words: 1, or 0 where something else stands there by now.
LIST_SAY_AGAIN = script(
    "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end "
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1",
)

LIST_DELETE = script(
    _SHARED
    + """
local held = redis.call('HGET', KEYS[1], ARGV[2])
if not held then return 0 end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'lists', 1)
return living(held, ARGV[1]) and 1 or 0
"""
)

ADD = script(
    """
local version = redis.call('HINCRBY', KEYS[1], 'tallies', 1)
for i = 1, #ARGV, 3 do
  local a, b = struct.unpack('>dd', ARGV[i + 1])
  local held = redis.call('HGET', KEYS[2], ARGV[i])
  if held then
    local c, d = struct.unpack('>dd', held)
    a, b = a + c, b + d
  end
  redis.call('HSET', KEYS[2], ARGV[i], struct.pack('>dd', a, b))
  redis.call('ZADD', KEYS[3], version, ARGV[i])
  if ARGV[i + 2] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[i + 2], ARGV[i]) end
end
return version
"""
)

# Put sums as they are, where they came from another store.
PUT_SUMS = script(
    """
local version = redis.call('HINCRBY', KEYS[1], 'tallies', 1)
for i = 1, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[3], version, ARGV[i])
  if ARGV[i + 2] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[i + 2], ARGV[i]) end
end
return version
"""
)

# Versions only rise.
RAISE = script(
    """
for i = 1, #ARGV, 2 do
  local held = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if held < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1
"""
)

# Drop sums that were not added to since they were found too small.
FORGET = script(
    """
for i = 1, #ARGV, 2 do
  local version = redis.call('ZSCORE', KEYS[2], ARGV[i])
  if version and (ARGV[i + 1] == '' or tonumber(version) == tonumber(ARGV[i + 1])) then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
  end
end
return 1
"""
)

# Delete what has ended, unless it was written anew since it was looked at.
DROP = script(
    _SHARED
    + """
local held = redis.call('GETRANGE', KEYS[1], 0, 7)
if held == '' or living(held, ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])
"""
)

DROP_ENTRY = script(
    _SHARED
    + """
local held = redis.call('HGET', KEYS[1], ARGV[2])
if not held or living(held, ARGV[1]) then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[2])
"""
)

# A lease that ends later than a lease can was taken by a clock that has since been set back.
LEASE = script(
    """
local now, ends, me, ttl = unpack(ARGV)
local held = redis.call('GET', KEYS[1])
if held and held:sub(9) ~= me then
  local until_ = struct.unpack('>d', held)
  if until_ > tonumber(now) and until_ <= struct.unpack('>d', ends) then return 0 end
end
redis.call('SET', KEYS[1], ends .. me, 'PX', ttl)
return 1
"""
)
