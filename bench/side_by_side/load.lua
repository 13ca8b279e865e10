-- What wrk sends. `wrk … -- clicks FILE PREFIX OFFSET`: each request is a new click of the next
-- customer in FILE, one id a line, under a key of its own. Without arguments it is wrk's plain GET.
-- Its last line of output is JSON.
local thread_of_load

function setup(thread)
  -- One thread (-t1): the numbers below are its.
  thread_of_load = thread
end

-- The first request is only looked at by wrk, never sent: it has number 0.
next_number = 0
settled, accepted, other = 0, 0, 0

function init(arguments)
  if arguments[1] ~= "clicks" then return end
  local prefix, offset = arguments[3], tonumber(arguments[4])
  local heads, count = {}, 0
  for customer in io.lines(arguments[2]) do
    heads[count] = "POST /offerings/paircode/schedule?user_id=" .. customer .. " HTTP/1.1\r\nHost: "
      .. wrk.headers["Host"] .. "\r\nContent-Length: 0\r\nIdempotency-Key: " .. prefix .. "-"
    count = count + 1
  end

  function request()
    local number = next_number
    next_number = number + 1
    return heads[(offset + number) % count] .. number .. "\r\n\r\n"
  end

  function response(status)
    if status == 200 then settled = settled + 1
    elseif status == 202 then accepted = accepted + 1
    else other = other + 1 end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"seconds":%.6f,"answers":%d,"settled":%d,"accepted":%d,"other":%d,"last_number":%d,'
    .. '"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,'
    .. '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.duration / 1e6, summary.requests, thread_of_load:get("settled"),
    thread_of_load:get("accepted"), thread_of_load:get("other"),
    thread_of_load:get("next_number") - 1, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, errors.connect, errors.read, errors.write,
    errors.status, errors.timeout))
end
