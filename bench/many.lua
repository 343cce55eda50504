-- Asks for the addresses in the file named after `--`, one after the other, each thread from another place on.
local threads = 0

setup = function(thread)
  thread:set("number", threads)
  threads = threads + 1
end

init = function(args)
  asked = {}
  for path in io.lines(args[1]) do
    asked[#asked + 1] = wrk.format("GET", path)
  end
  place = math.floor(#asked / 2) * number
end

request = function()
  place = place % #asked + 1
  return asked[place]
end

dofile((debug.getinfo(1, "S").source:sub(2):gsub("many.lua$", "wrk.lua")))
