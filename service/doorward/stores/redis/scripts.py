"""The Lua that runs inside Redis. Time is always an argument; a TTL is only rubbish collection."""

from doorward.stores.redis.calls import script

_SHARED = """
local function living(held, now)
  return held and #held >= 8 and struct.unpack('>d', held) > tonumber(now)
end
local function put(key, value, ttl)
  if ttl == '0' then redis.call('SET', key, value) else redis.call('SET', key, value, 'PX', ttl) end
end
local function longer(key, ttl)
  if redis.call('PTTL', key) < tonumber(ttl) then redis.call('PEXPIRE', key, ttl) end
end
"""

# Append one entry to a ring, or join it to the one of the same attempt, and return the ring; then whatever else was
# asked for of the same tag, and last the flags that the attempt had before. The layout of an entry is core.ring's.
COUNT = script(
    _SHARED
    + """
local now, ends, entry, limit, ttl = unpack(ARGV)
local held = redis.call('GET', KEYS[1])
local ring = living(held, now) and held:sub(9) or ''
local attempt, none, found, earlier = entry:sub(9, 12), '\\0\\0\\0\\0', false, 0
if attempt ~= none then
  for at = #ring - 14, 1, -15 do
    if ring:sub(at + 8, at + 11) == attempt then
      local was = ring:sub(at, at + 14)
      local known = was:sub(5, 8) ~= none and was or entry
      earlier = was:byte(15)
      local flags = string.char(bit.bor(earlier, entry:byte(15)))
      local joined = was:sub(1, 4) .. known:sub(5, 8) .. attempt .. known:sub(13, 14) .. flags
      ring = ring:sub(1, at - 1) .. joined .. ring:sub(at + 15)
      found = true
      break
    end
  end
end
if not found then ring = (ring .. entry):sub(-15 * tonumber(limit)) end
put(KEYS[1], ends .. ring, ttl)
local answer = {ends .. ring}
for i = 2, #KEYS do answer[i] = redis.call('GET', KEYS[i]) end
answer[#KEYS + 1] = earlier
return answer
"""
)

# Write what one decision changes of a subject, all or nothing: 1, or the profile that was there instead.
WRITE = script(
    _SHARED
    + """
local p_stamp, p_value, p_ttl, r_value, r_ttl, r_at, r_id, most, c_value, c_ttl, o_value = unpack(ARGV)
if p_ttl ~= '' then
  if redis.call('GETRANGE', KEYS[1], 0, 15) ~= p_stamp then return redis.call('GET', KEYS[1]) end
  if p_value == '' then redis.call('DEL', KEYS[1]) else put(KEYS[1], p_value, p_ttl) end
end
if r_value ~= '' then
  put(KEYS[2], r_value, r_ttl)
  redis.call('ZADD', KEYS[3], r_at, r_id)
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - tonumber(most))
  longer(KEYS[3], r_ttl)
end
if c_value ~= '' then
  put(KEYS[4], c_value, c_ttl)
  local held = redis.call('GET', KEYS[5])
  if not held or struct.unpack('>d', held, 9) <= struct.unpack('>d', o_value, 9) then
    put(KEYS[5], o_value, c_ttl)
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

# Say whose something is; the same answer for a shorter time changes nothing.
OWN = script(
    _SHARED
    + """
local held = redis.call('GET', KEYS[1])
local same = held and held:sub(9) == ARGV[1]:sub(9)
if not same or struct.unpack('>d', held) < struct.unpack('>d', ARGV[1]) then put(KEYS[1], ARGV[1], ARGV[2]) end
return 1
"""
)

INDEX = script(_SHARED + "redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2]) longer(KEYS[1], ARGV[3]) return 1")

# A browser that was revoked stays revoked: the byte after the stamp.
DEVICE = script(
    _SHARED
    + """
local held, value = redis.call('GET', KEYS[1]), ARGV[2]
if living(held, ARGV[1]) and held:sub(17, 17) == '1' then value = value:sub(1, 16) .. '1' .. value:sub(18) end
put(KEYS[1], value, ARGV[3])
return 1
"""
)

REVOKE_DEVICE = script(
    _SHARED
    + "if living(redis.call('GET', KEYS[1]), ARGV[1]) then redis.call('SETRANGE', KEYS[1], 16, '1') end return 1"
)

SPEND = script(
    _SHARED
    + """
if living(redis.call('GET', KEYS[1]), ARGV[1]) then return 0 end
put(KEYS[1], ARGV[2], ARGV[3])
return 1
"""
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
