-- Asks with the cookies of a file in turn, or without any.

local requests = {}
local next_one = 0

function init()
    local file = os.getenv("COOKIES")

    if file ~= "" then
        for line in io.lines(file) do
            requests[#requests + 1] = wrk.format("GET", nil,
                { Cookie = "a=b; login=" .. line })
        end
    else
        requests[1] = wrk.format("GET")
    end
end

function request()
    next_one = next_one % #requests + 1
    return requests[next_one]
end
