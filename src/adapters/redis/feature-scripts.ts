import { TOKEN_LENGTH } from "./feature-record"

/** A write that is told twice finds its own token, and has succeeded. */
const COMPARE_AND_SET = `
local held = redis.call('GETRANGE', KEYS[1], 0, ${TOKEN_LENGTH - 1})
if held ~= ARGV[1] and held ~= string.sub(ARGV[2], 1, ${TOKEN_LENGTH}) then return 0 end
if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`

const COMPARE_AND_DELETE = `
if redis.call('GETRANGE', KEYS[1], 0, ${TOKEN_LENGTH - 1}) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1`

export const FEATURE_SCRIPTS = {
  personalizationFeatureSet: { lua: COMPARE_AND_SET, numberOfKeys: 1 },
  personalizationFeatureDelete: { lua: COMPARE_AND_DELETE, numberOfKeys: 1 },
}
