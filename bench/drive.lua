-- wrk: the same POSTs to latchkey and to the bare responder, which looks at the path only.
-- Environment: LK_ROOT, LK_WHAT (plain credits limit all ratelimit), LK_HOT, LK_PATH (of bare),
-- LK_KEYS (how many; 100000), LK_STEP (between them; 1).
local root, what, hot = os.getenv("LK_ROOT"), os.getenv("LK_WHAT"), os.getenv("LK_HOT")
local path = os.getenv("LK_PATH") or (what == "ratelimit" and "/v2/ratelimit.limit" or "/v2/keys.verifyKey")
local headers = { ["Authorization"] = "Bearer " .. root, ["Content-Type"] = "application/json" }
local keys = tonumber(os.getenv("LK_KEYS") or 100000)
local step = tonumber(os.getenv("LK_STEP") or 1)
local counter = 0
function setup(thread) thread:set("seed", counter); counter = counter + 1 end
function init() math.randomseed(os.time() + seed * 7919) end
function request()
  local n = hot == "1" and 1 or math.random(keys) * step
  local body
  if what == "ratelimit" then
    body = string.format('{"namespace":"bench","identifier":"user%012d","limit":1000000000,"duration":60000}', n)
  else
    body = string.format('{"key":"%s_%d"}', what, n)
  end
  return wrk.format("POST", path, headers, body)
end
