-- Sends the bytes of the files it is given: `wrk -s replay.lua url -- file …`. One file is sent again and
-- again; of several each in its turn, over all connections. What was measured is printed as a line of JSON.

local function contentOf(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

function init(args)
  local requests = {}
  for i, path in ipairs(args) do requests[i] = contentOf(path) end
  if #requests == 1 then
    -- wrk asks once, and repeats it without Lua.
    wrk.format = function() return requests[1] end
    return
  end
  local i = 0
  function request()
    i = i % #requests + 1
    return requests[i]
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  -- Of too few latencies wrk knows no 99th percentile, and says 0.
  local p99 = latency:percentile(99)
  if p99 == 0 then p99 = latency.max end
  io.write(string.format(
    '{"measured":{"requests":%d,"seconds":%.6f,"bytes":%.0f,"ms":{"p50":%.3f,"p99":%.3f,"max":%.3f},' ..
    '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1000, p99 / 1000, latency.max / 1000,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
