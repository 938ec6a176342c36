import type { Script } from "./script"

/**
 * Commands on groups are scripts also because ioredis does not see which key XINFO and XGROUP are about, and would send
 * them to any server of a cluster.
 */

/** All processes of a group read as one consumer: the lease sees to it that only one of them does at a time. */
const CONSUMER = "group"

/**
 * KEYS: stream, sets of ids. ARGV: seconds to remember ids, entries at most, channel, partition, then for each event
 * the number of its set, its id and the event. Returns 1 (new) or 0 (held already) for each, or -1 when there is no
 * room: then nothing has changed.
 */
const APPEND = `
local fresh = 0
for i = 5, #ARGV, 3 do
  fresh = fresh + 1 - redis.call('SISMEMBER', KEYS[tonumber(ARGV[i])], ARGV[i + 1])
end
if fresh > 0 and redis.call('XLEN', KEYS[1]) + fresh > tonumber(ARGV[2]) then return -1 end
local answers = {}
for i = 5, #ARGV, 3 do
  local new = redis.call('SADD', KEYS[tonumber(ARGV[i])], ARGV[i + 1])
  if new == 1 then redis.call('XADD', KEYS[1], '*', 'e', ARGV[i + 2]) end
  answers[#answers + 1] = new
end
for i = 2, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[1]) end
if fresh > 0 then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
return answers`

/**
 * Takes or renews the lease, and reads. KEYS: stream, lease. ARGV: process, lease in ms, group, entries at most, from
 * ('>' for new ones, '0' for those in hand). Returns nothing when another process has the lease, else {1, entries} if
 * the lease was held before, or {0, entries in hand} if it is new.
 */
const TAKE = `
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return false end
local from = holder and ARGV[5] or '0'
local entries = redis.call('XREADGROUP', 'GROUP', ARGV[3], '${CONSUMER}', 'COUNT', ARGV[4], 'STREAMS', KEYS[1], from)
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { holder and 1 or 0, entries and entries[1][2] or {} }`

/** Makes the group, before the first entry. KEYS: stream. ARGV: group. */
const OPEN = `
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0-0', 'MKSTREAM')
if type(made) == 'table' and made.err and not string.find(made.err, 'BUSYGROUP') then return made end
return 1`

/**
 * How far a group is. KEYS: stream. ARGV: group. Returns {id of its first entry in hand or '', id of the last that it was
 * given, entries that it has not acknowledged}, or nothing when it has never read. Redis does not always know how many
 * follow the last: then it is all there are.
 */
const STATE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #fields, 2 do group[fields[i]] = fields[i + 1] end
  if group['name'] == ARGV[1] then
    local first = group['pending'] > 0 and redis.call('XPENDING', KEYS[1], ARGV[1])[2] or ''
    local behind = group['lag'] or redis.call('XLEN', KEYS[1])
    return { first, group['last-delivered-id'], group['pending'] + behind }
  end
end
return false`

/** KEYS: stream, lease. ARGV: process, group, ids. Returns 0 when the lease was lost: nothing is acknowledged. */
const ACKNOWLEDGE = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('XACK', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`

/** KEYS: lease. ARGV: process, lease in ms. Returns 0 when it was lost. */
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** KEYS: lease. ARGV: process, channel, partition. */
const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`

/**
 * KEYS: members. ARGV: process, ms until it counts as dead, channel, what to say there when somebody has come or gone.
 * Returns those alive.
 */
const JOIN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local come = redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local gone = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[2])
if come + gone > 0 then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
return redis.call('ZRANGE', KEYS[1], 0, -1)`

/** KEYS: members. ARGV: process, channel, what to say there. */
const LEAVE = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`

/**
 * Drops entries that every group has acknowledged and that are old, or, when the stream is half full, that every group
 * has acknowledged. KEYS: stream. ARGV: ms for which entries are kept, entries at most. Returns how many it dropped.
 */
const TRIM = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local minMs, minN
local function atMost(ms, n)
  if not minMs or ms < minMs or (ms == minMs and n < minN) then minMs, minN = ms, n end
end
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #fields, 2 do group[fields[i]] = fields[i + 1] end
  local id, step = group['last-delivered-id'], 1
  if group['pending'] > 0 then id, step = redis.call('XPENDING', KEYS[1], group['name'])[2], 0 end
  local ms, n = string.match(id, '(%d+)-(%d+)')
  atMost(tonumber(ms), tonumber(n) + step)
end
if not minMs then return 0 end
if redis.call('XLEN', KEYS[1]) * 2 < tonumber(ARGV[2]) then
  local time = redis.call('TIME')
  atMost(time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1], 0)
end
if minMs < 0 then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-%.0f', minMs, minN))`

export interface StreamScripts {
  append: Script
  open: Script
  state: Script
  take: Script
  acknowledge: Script
  renew: Script
  release: Script
  join: Script
  leave: Script
  trim: Script
}

/** Of one without a number of keys, it comes before the keys. */
export const STREAM_SCRIPTS = {
  personalizationAppend: { lua: APPEND },
  personalizationOpen: { lua: OPEN, numberOfKeys: 1 },
  personalizationState: { lua: STATE, numberOfKeys: 1 },
  personalizationTake: { lua: TAKE, numberOfKeys: 2 },
  personalizationAcknowledge: { lua: ACKNOWLEDGE, numberOfKeys: 2 },
  personalizationRenew: { lua: RENEW, numberOfKeys: 1 },
  personalizationRelease: { lua: RELEASE, numberOfKeys: 1 },
  personalizationJoin: { lua: JOIN, numberOfKeys: 1 },
  personalizationLeave: { lua: LEAVE, numberOfKeys: 1 },
  personalizationTrim: { lua: TRIM, numberOfKeys: 1 },
}

interface Scripted {
  script(name: keyof typeof STREAM_SCRIPTS): Script
}

export const streamScripts = (connection: Scripted): StreamScripts => ({
  append: connection.script("personalizationAppend"),
  open: connection.script("personalizationOpen"),
  state: connection.script("personalizationState"),
  take: connection.script("personalizationTake"),
  acknowledge: connection.script("personalizationAcknowledge"),
  renew: connection.script("personalizationRenew"),
  release: connection.script("personalizationRelease"),
  join: connection.script("personalizationJoin"),
  leave: connection.script("personalizationLeave"),
  trim: connection.script("personalizationTrim"),
})
