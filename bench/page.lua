-- wrk: GET of a page, with one of the keys that seed.sql makes.
-- Environment: LK_PAGE, LK_WHAT (plain credits limit all; none: no key), LK_KEYS (how many; 100000).
local page, what = os.getenv("LK_PAGE"), os.getenv("LK_WHAT")
local keys = tonumber(os.getenv("LK_KEYS") or 100000)
local counter = 0
function setup(thread) thread:set("seed", counter); counter = counter + 1 end
function init() math.randomseed(os.time() + seed * 7919) end
function request()
  local headers = {}
  if what ~= "none" then
    headers["Authorization"] = string.format("Bearer %s_%d", what, math.random(keys))
  end
  return wrk.format("GET", page, headers)
end
