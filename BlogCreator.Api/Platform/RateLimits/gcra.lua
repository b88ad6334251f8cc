-- Generic cell rate algorithm for a set of buckets that are spent from together: all of them, or none.
-- A bucket's value is the moment at which it is full again, in microseconds of this server's clock; a bucket that is full
-- has no key. Each spending moves that moment by the bucket's interval, and it may lie no further ahead than the
-- interval times the bucket's size.
-- KEYS: the buckets, all with one hash tag. ARGV: interval and size of each in turn.
-- Answers for each bucket three numbers: microseconds to wait before it can be spent from (0: now), what is left in it,
-- and microseconds until it is full again.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local fullAt, allowed = {}, true
for i, key in ipairs(KEYS) do
  local room = ARGV[2 * i - 1] * ARGV[2 * i]
  -- No further ahead than the bucket allows: the clock may have been set back.
  fullAt[i] = math.min(math.max(tonumber(redis.call('GET', key)) or now, now), now + room)
  if fullAt[i] + ARGV[2 * i - 1] > now + room then
    allowed = false
  end
end

local answer = {}
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[2 * i - 1])
  local room = interval * ARGV[2 * i]
  local wait = math.max(0, fullAt[i] + interval - room - now)
  if allowed then
    fullAt[i] = fullAt[i] + interval
    redis.call('SET', key, string.format('%.0f', fullAt[i]), 'PX', math.ceil((fullAt[i] - now) / 1000))
  end
  answer[3 * i - 2] = wait
  answer[3 * i - 1] = math.floor((now + room - fullAt[i]) / interval)
  answer[3 * i] = fullAt[i] - now
end
return answer
