-- What wrk sends: `wrk … -- POST PATH PREFIX` creates customers, each with an e-mail of its own;
-- `wrk … -- GET FILE` asks for the paths in FILE in turns, one a line. Its last line of output is
-- JSON.
local method, paths, count, prefix = "GET", {}, 0, ""
local number = 0

function init(arguments)
  method = arguments[1]
  wrk.headers["Authorization"] = "Bearer sk_test_sandbox"
  if method == "POST" then
    paths[0], prefix = arguments[2], arguments[3]
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  else
    for path in io.lines(arguments[2]) do
      paths[count] = path
      count = count + 1
    end
  end
end

function request()
  number = number + 1
  if method == "POST" then
    return wrk.format("POST", paths[0], nil,
      "name=Ada+Lovelace&email=" .. prefix .. "-" .. number .. "%40example.com")
  end
  -- Lua keeps equal strings once: without this, few paths would be cheaper to send than many.
  wrk.headers["X-Call"] = number
  return wrk.format("GET", paths[number % count])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"seconds":%.6f,"answers":%d,"p50_ms":%.3f,"p99_ms":%.3f,"refused":%d,"broken":%d}\n',
    summary.duration / 1e6, summary.requests, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
