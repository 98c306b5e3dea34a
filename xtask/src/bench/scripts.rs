//! The Lua that wrk runs: one function `request()` for each kind of load, chosen at random but from a fixed seed.

use super::sample::Sample;
use super::wrk::RESULT;

/// What every script shares: request building, the seed of each thread, and the line of results at the end.
pub(crate) fn whole(script: &str, address: &str, key: &str) -> String {
    let key = if key.is_empty() { String::new() } else { format!("apiKey: {key}\\r\\n") };
    format!(
        r#"local HEAD = " HTTP/1.1\r\nHost: {address}\r\n{key}"
local END = HEAD .. "\r\n"
local JSON = HEAD .. "Content-Type: application/json\r\nContent-Length: "
local function get(path) return "GET " .. path .. END end
local function post(path, body) return "POST " .. path .. JSON .. #body .. "\r\n\r\n" .. body end
local function one_of(list) return list[math.random(#list)] end
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init() math.randomseed(4711 + number * 7919) end
{script}
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{RESULT}{{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"errors":%d}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"#
    )
}

/// The same request over and over.
pub(crate) fn hello() -> String {
    "local R = get(\"/\")\nfunction request() return R end".to_owned()
}

/// One ticket by a random id.
pub(crate) fn item(sample: &Sample) -> String {
    format!("{}\nfunction request() return item() end", functions(sample))
}

/// Fifteen tickets by a random filter, with their exact total.
pub(crate) fn list(sample: &Sample) -> String {
    format!("{}\nfunction request() return list() end", functions(sample))
}

/// The fifteen newest hits of a random word, with their total.
pub(crate) fn search(sample: &Sample) -> String {
    format!("{}\nfunction request() return search() end", functions(sample))
}

/// How many tickets each view shows.
pub(crate) fn view_counts() -> String {
    "local R = get(\"/api/v2/view/counts\")\nfunction request() return R end".to_owned()
}

/// A new ticket.
pub(crate) fn create(sample: &Sample) -> String {
    format!("{}\nfunction request() return create() end", functions(sample))
}

/// A new message in a random ticket.
pub(crate) fn message(sample: &Sample) -> String {
    format!("{}\nfunction request() return message() end", functions(sample))
}

/// The timeline of a random ticket, with its events.
pub(crate) fn timeline(sample: &Sample) -> String {
    format!("{}\nfunction request() return timeline() end", functions(sample))
}

/// A random status for a hundred random tickets.
pub(crate) fn set_status(sample: &Sample) -> String {
    let body = r#"
function request()
  local ids = {}
  for n = 1, 100 do ids[n] = math.random(MAX) end
  local body = '{"status":"' .. one_of(STATUS) .. '","ticketIDs":[' .. table.concat(ids, ",") .. ']}'
  return post("/api/v2/ticket/setStatus", body)
end"#;
    format!("{}{body}", functions(sample))
}

/// Of a hundred requests: 70 get, 20 list, 5 search, 5 create.
pub(crate) fn mixed(sample: &Sample) -> String {
    let body = r"
function request()
  local n = math.random(100)
  if n <= 70 then return item() elseif n <= 90 then return list() elseif n <= 95 then return search() end
  return create()
end";
    format!("{}{body}", functions(sample))
}

fn functions(sample: &Sample) -> String {
    format!(
        r#"local MAX = {max}
local STATUS = {{"new", "open", "pending", "holding", "solved", "closed"}}
local WORDS = {{{words}}}
local LISTS, SEARCHES = {{}}, {{}}
for n, query in ipairs({{{lists}}}) do LISTS[n] = get("/api/v2/ticket?itemLimit=15&" .. query) end
for n, word in ipairs(WORDS) do SEARCHES[n] = get("/api/v2/ticket?itemLimit=15&query=" .. word) end
local function item() return get("/api/v2/ticket/" .. math.random(MAX)) end
local function list() return one_of(LISTS) end
local function timeline() return get("/api/v2/ticket/" .. math.random(MAX) .. "?getTicketHistory=true") end
local function message()
  local text = "<p>" .. one_of(WORDS) .. " " .. one_of(WORDS) .. " <b>" .. one_of(WORDS) .. "</b></p>"
  local body = '{{"ticketID":' .. math.random(MAX) .. ',"type":"4","message":"' .. text .. '"}}'
  return post("/api/v2/message", body)
end
local function search() return one_of(SEARCHES) end
local function create()
  local title = one_of(WORDS) .. " " .. one_of(WORDS) .. " " .. one_of(WORDS) .. " " .. one_of(WORDS)
  local from = one_of(WORDS) .. math.random(20000) .. "@example.org"
  return post("/api/v2/ticket", '{{"title":"' .. title .. '","from":"' .. from .. '"}}')
end"#,
        max = sample.tickets,
        words = quoted(&sample.words),
        lists = quoted(&sample.filters),
    )
}

/// Words of letters and digits, and queries of ours: nothing in them needs escaping.
fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_its_functions_and_the_key() {
        let sample =
            Sample { tickets: 10, words: vec!["late".to_owned()], filters: vec!["status=open".to_owned()] };
        let script = whole(&mixed(&sample), "127.0.0.1:1", "dk_1");
        for part in
            ["apiKey: dk_1\\r\\n", "local MAX = 10", "{\"late\"}", "{\"status=open\"}", "function request()"]
        {
            assert!(script.contains(part), "{part} is not in {script}");
        }
    }
}
