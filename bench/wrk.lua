-- What wrk measured, as one line of JSON. Runs once, after the last answer: it costs the measurement nothing.
done = function(summary, latency, requests)
  io.write(string.format(
    '{"requests": %.0f, "microseconds": %.0f, "bytes": %.0f, "statuses": %.0f, "connect": %.0f, "read": %.0f, '
      .. '"write": %.0f, "timeout": %.0f, "p50": %.0f, "p99": %.0f}\n',
    summary.requests, summary.duration, summary.bytes, summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
