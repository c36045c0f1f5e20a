// The dashboard as the browser gets it.
import { expect, test } from "bun:test";
import type { PagesDeps } from "../../../../src/adapters/pages/shared/pages-deps.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { routingOf } from "../../../lab/routing-of.ts";
import type { CallFilter, PeriodQuestion } from "../../../../src/ports/periods.ts";
import {
  openPage,
  sampleAttempt,
  sampleBrowse,
  sampleDetail,
  sampleStats,
  sampleUpstream,
  elementText,
} from "../sample.ts";

const id = "0195a2c4-0000-7000-8000-000000000001";

test("an empty log teaches how to point a client at the address the browser used", async () => {
  const { document } = await openPage(sampleBrowse([]), "/");
  for (const snippet of ["curl", "python", "javascript", "ollama"])
    expect(elementText(document, `#snippet-${snippet}`)).toContain("http://router.lan:1234");
  expect(document.querySelector("#requests[data-live]")).not.toBeNull();
});

test("an empty log tells what stands behind the router, and how to find more where nothing does", async () => {
  const upstreams = [
    sampleUpstream({ models: ["phi4"] }),
    sampleUpstream({
      name: "default",
      models: [],
      models_state: "unreachable",
      models_error: "connection refused",
    }),
  ];
  const found = { ...sampleBrowse([]), upstreams: () => ({ upstreams }) };
  const { document } = await openPage(found, "/");
  expect(elementText(document, ".behind")).toBe(
    "fast-box http://192.168.1.100:8000 phi4default http://192.168.1.100:8000 does not answer: connection refused",
  );
  expect(elementText(document, "#snippet-curl")).toContain('"model": "phi4"');
  expect(elementText(document, ".welcome")).not.toContain("smolrouter init");
  const none = { ...found, upstreams: () => ({ upstreams: upstreams.slice(1) }) };
  expect(elementText((await openPage(none, "/")).document, ".welcome")).toContain(
    "smolrouter init",
  );
});

test("where calls need a token, every example shows one, by a name that a shell replaces", async () => {
  const { document } = await openPage(sampleBrowse([]), "/", { canSignIn: true });
  for (const snippet of ["curl", "python", "javascript", "ollama"])
    expect(elementText(document, `#snippet-${snippet}`)).toContain("SMOLROUTER_TOKEN");
  expect(elementText(document, ".needs-token")).toContain("smolrouter token --sub");
  const { document: free } = await openPage(sampleBrowse([]), "/");
  expect(free.body.textContent).not.toContain("SMOLROUTER_TOKEN");
});

test("behind a proxy with TLS the address shown is https", async () => {
  const headers = { host: "ai.example.com", "x-forwarded-proto": "https" };
  const { document } = await openPage(sampleBrowse([]), "/", {}, headers);
  expect(elementText(document, "#address")).toBe("https://ai.example.com");
});

test("a Host that is not a name is not shown as the address", async () => {
  const headers = { host: 'a"><b>' };
  const { document } = await openPage(sampleBrowse([]), "/", {}, headers);
  expect(elementText(document, "#address")).toBe("http://127.0.0.1:1234");
});

test("a filter that finds nothing offers to clear it, instead of teaching", async () => {
  const browse = sampleBrowse([], null, sampleStats({ requests: 9 }));
  const { document } = await openPage(browse, "/?q=nothing");
  expect(elementText(document, "#requests")).toBe("No request matches. Clear the filter");
  expect(document.querySelector("#requests .connect")).toBeNull();
});

test("what is filtered stands in the form again and is asked of the log", async () => {
  const asked: LogFilter[] = [];
  const browse: PagesDeps["browse"] = {
    ...sampleBrowse([sampleDetail()]),
    list: (filter) => {
      asked.push(filter);
      return Promise.resolve({ logs: [sampleDetail()], next: id });
    },
  };
  const { document } = await openPage(browse, "/?q=a%22b&status=4xx&state=failed&model=m");
  expect(asked).toEqual([
    { limit: 50, q: 'a"b', status: { from: 400, to: 499 }, state: "failed", model: "m" },
  ]);
  const value = (name: string) =>
    document.querySelector(`input[name=${name}]`)?.getAttribute("value");
  expect([value("q"), value("status"), value("model")]).toEqual(['a"b', "4xx", "m"]);
  expect(document.querySelector("option[selected]")?.getAttribute("value")).toBe("failed");
  expect(document.querySelector("a.older")?.getAttribute("href")).toBe(
    `/?q=a%22b&model=m&status=4xx&state=failed&before=${id}`,
  );
});

test("a status that cannot be read is marked, not silently dropped", async () => {
  const { document } = await openPage(sampleBrowse([sampleDetail()]), "/?status=9");
  expect(document.querySelector("input[name=status]")?.getAttribute("aria-invalid")).toBe("true");
});

test("an older page stays as it is and leads back to the newest", async () => {
  const { document } = await openPage(sampleBrowse([sampleDetail()]), `/?q=x&before=${id}`);
  expect(document.querySelector("#requests")?.hasAttribute("data-live")).toBe(false);
  expect(document.querySelector("#figures")?.hasAttribute("data-live")).toBe(true);
  expect(document.querySelector(".paging a")?.getAttribute("href")).toBe("/?q=x");
  expect(document.querySelector("a.older")).toBeNull();
});

test("a row says who asked what with which program, and state, models, upstream, tokens, cost and times", async () => {
  const row = sampleDetail({
    auth_user: "mara",
    client: "opencode/1.2.0",
    asked: "Mend the retry loop",
    thread_id: "0195a2c4-0000-8000-8000-000000000001",
    cost: 0.0123,
    original_model: "coding-assistant",
    mapped_model: "big-coder",
    route: "alias:coding-assistant",
    attempts: [
      sampleAttempt({ upstream: "slow-box", reason: "refused", error: "connection refused" }),
      sampleAttempt(),
    ],
    prompt_tokens: 12_300,
    tokens_estimated: true,
  });
  const { document } = await openPage(sampleBrowse([row]), "/");
  const cells = [...document.querySelectorAll("#requests tbody td")].map((cell) =>
    cell.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(cells).toEqual([
    "completed200",
    "mara opencode",
    "Mend the retry loop≡Read this conversation as a whole: Mend the retry loop",
    "coding-assistant → sent as big-coder",
    "fast-box⤳ 22 attempts",
    "~12k / 34",
    "$0.012",
    "2.1 s",
    "10 s ago",
  ]);
  const links = [...document.querySelectorAll("#requests td a")];
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    `/request/${row.id}`,
    `/thread/${row.thread_id}`,
  ]);
  expect(document.querySelector("#requests time")?.getAttribute("title")).toBe(
    "2026-03-12 16:00:00 UTC",
  );
  expect(document.querySelector(".mark-failover")?.getAttribute("title")).toContain(
    "slow-box: connection refused",
  );
});

test("a call in flight shows how long it has been running", async () => {
  const row = sampleDetail({ state: "inflight", status_code: null, duration_ms: null });
  const { document } = await openPage(sampleBrowse([row]), "/");
  expect(elementText(document, ".c-duration")).toBe("10.0 s");
  expect(elementText(document, ".c-status .hidden")).toBe("in flight");
});

test("a failed row shows why", async () => {
  const row = sampleDetail({
    state: "failed",
    status_code: 502,
    error_message: "connection refused",
  });
  const { document } = await openPage(sampleBrowse([row]), "/");
  expect(elementText(document, ".why")).toBe("connection refused");
});

test("the figures are those of the period, and say how many calls have no price", async () => {
  const figures = {
    requests: 1_234,
    errors: 50,
    error_rate: 0.0405,
    duration_ms_median: 2_100,
    duration_ms_p95: 61_000,
    ttft_ms_median: 340,
    prompt_tokens: 1_200_000,
    completion_tokens: 34_000,
    cached_tokens: 600_000,
    cost: 12.345,
    unpriced: 7,
  };
  const asked: PeriodQuestion[] = [];
  const counted: CallFilter[] = [];
  const browse: PagesDeps["browse"] = {
    ...sampleBrowse([sampleDetail()], sampleDetail().id),
    period: (question) => {
      asked.push(question);
      return Promise.resolve({ figures });
    },
    count: (filter) => {
      counted.push(filter);
      return Promise.resolve({ calls: 1_230, isExact: true });
    },
  };
  const { document } = await openPage(browse, "/?period=7d&user=mara");
  const shown = [...document.querySelectorAll(".figure dd")].map((figure) =>
    [".value", ".note"].map((part) => figure.querySelector(part)?.textContent),
  );
  expect(shown).toEqual([
    ["1,234", "in last 7 days"],
    ["0", "nothing running"],
    ["4.0 %", "50 failed"],
    ["2.1 s", "median, p95 1 min 1 s"],
    ["340 ms", "median"],
    ["1.2M", "1.2M in (50 % cached), 34k out"],
    ["$12.35", "7 unpriced"],
  ]);
  const since = Date.parse("2026-03-05T16:00:00.000Z");
  expect(asked.map(({ filter }) => filter)).toEqual([{ user: "mara", since }]);
  expect(counted).toEqual([{ user: "mara", since }]);
  expect(asked[0]?.bars?.[0]).toBe(since);
  expect(elementText(document, "#count")).toBe("1,230 calls match in the last 7 days");
});

test("calls that were refused are counted, with the last one's address and reason", async () => {
  const last = {
    at: Date.parse("2026-03-12T15:58:00Z"),
    status: 401,
    address: "10.0.0.9",
    reason: "a token is needed",
  };
  const refusedCalls = () => ({ count: 1234, last });
  const { document } = await openPage(sampleBrowse([sampleDetail()]), "/", { refusedCalls });
  expect(elementText(document, "#refused")).toBe(
    "1,234 calls refused since the start; the last, 2 min ago, from 10.0.0.9: 401, a token is needed",
  );
});

test("a log that cannot be read is a page that says so, with 503", async () => {
  const browse: PagesDeps["browse"] = {
    ...sampleBrowse([]),
    period: () => Promise.reject(new Error("secret detail")),
  };
  const { status, document } = await openPage(browse, "/");
  expect(status).toBe(503);
  expect(elementText(document, "h1")).toBe("The log cannot be read right now");
  expect(document.body.textContent).not.toContain("secret detail");
});

const calls = [
  sampleDetail(),
  sampleDetail({ mapped_model: "other", state: "failed" }),
  sampleDetail({ upstream: "attic", timestamp: "2026-03-12T14:20:00.000Z" }),
];

test("a bar says what lies in it, and leads to its calls by whatever else is filtered", async () => {
  const { document } = await openPage(sampleBrowse(calls), "/?by=upstream&state=completed");
  const bars = [...document.querySelectorAll(".period-chart a")];
  expect(bars.map((bar) => [bar.getAttribute("href"), bar.getAttribute("aria-label")])).toEqual([
    [
      "/?state=completed&since=2026-03-12T14%3A00Z&until=2026-03-12T14%3A30Z&by=upstream",
      "03-12 14:00–14:30 UTC: 1 call\nattic: 1 call",
    ],
    [
      "/?state=completed&since=2026-03-12T16%3A00Z&by=upstream",
      "03-12 16:00–16:00 UTC: 2 calls, 1 failed\nfast-box: 2 calls",
    ],
  ]);
});

test.each([
  ["calls", "03-12 16:00–16:00 UTC: 2 calls, 1 failed\nllama3-8b: 1 call\nother: 1 call"],
  ["errors", "03-12 16:00–16:00 UTC: 1 failed\nother: 1 failed"],
  ["tokens", "03-12 16:00–16:00 UTC: 92 tokens\nllama3-8b: 46 tokens\nother: 46 tokens"],
  ["cost", "03-12 16:00–16:00 UTC: no price, 2 unpriced"],
])("bars show %s where that is chosen", async (show, says) => {
  const { document } = await openPage(sampleBrowse(calls), `/?show=${show}`);
  const bars = document.querySelectorAll(".period-chart a");
  expect(bars[bars.length - 1]?.getAttribute("aria-label")).toBe(says);
});

test("the period is shown by group, each name filtering by it", async () => {
  const { document } = await openPage(sampleBrowse(calls), "/?by=upstream&period=24h");
  const groups = [...document.querySelectorAll("#breakdown tbody tr")].map((row) => [
    row.querySelector("a")?.getAttribute("href"),
    ...[...row.querySelectorAll("td")].map((cell) => cell.textContent),
  ]);
  expect(groups).toEqual([
    ["/?upstream=fast-box&period=24h&by=upstream", "2", "50 %", "2.1 s", "2.1 s", "92", "–"],
    ["/?upstream=attic&period=24h&by=upstream", "1", "0 %", "2.1 s", "2.1 s", "46", "–"],
  ]);
});

test("columns that sort say which does, and a list in another order does not move", async () => {
  const { document } = await openPage(sampleBrowse(calls), "/?sort=cost&q=x");
  const heads = [...document.querySelectorAll("#requests th a")].map((link) => [
    link.getAttribute("href"),
    link.parentElement?.getAttribute("aria-sort") ?? null,
  ]);
  expect(heads).toEqual([
    ["/?q=x&sort=tokens", null],
    ["/?q=x&sort=cost", "descending"],
    ["/?q=x&sort=duration", null],
    ["/?q=x", null],
  ]);
  expect(document.querySelector("#requests")?.hasAttribute("data-live")).toBe(false);
});

test("what was odd about a call is a badge with its sentence", async () => {
  const warnings = ["reply_cut", "prompt_truncated", "repeated", "slow_load", "malformed_event"];
  const row = sampleDetail({ warnings: [...warnings, "constructor"] });
  const { document } = await openPage(sampleBrowse([row]), "/");
  const badges = [...document.querySelectorAll(".mark-warning")];
  expect(badges.map((badge) => badge.querySelector("[aria-hidden]")?.textContent)).toEqual([
    "cut",
    "prompt cut",
    "repeats",
    "slow load",
    "malformed",
    "constructor",
  ]);
  expect(badges[0]?.getAttribute("title")).toBe("The reply was cut at its length limit");
  expect(badges[0]?.querySelector(".hidden")?.textContent).toContain("cut at its length limit");
});

test("words that were searched for are marked where they were asked", async () => {
  const row = sampleDetail({ asked: "Mend the Retry loop (again)" });
  const { document } = await openPage(sampleBrowse([row]), "/?q=retry+(AGAIN");
  const marks = [...document.querySelectorAll("#requests mark")].map((mark) => mark.textContent);
  expect(marks).toEqual(["Retry", "again"]);
});

test("what of the address cannot be read gets a line on the page", async () => {
  const { document } = await openPage(sampleBrowse([sampleDetail()]), "/?period=2h&%3Cb%3E=1");
  expect(elementText(document, ".unread")).toBe(
    'period cannot be read and was left out."<b>" is not a parameter of this page.',
  );
  expect(document.querySelector(".unread b")).toBeNull();
});

test("names of the period are given to whoever types one", async () => {
  const { document } = await openPage(sampleBrowse(calls), "/names/upstream?period=24h");
  expect(document.body.textContent).toBe('["fast-box","attic"]');
});

test("a request leads back to the list as it was filtered", async () => {
  const row = sampleDetail();
  const back = async (referer: string) =>
    (await openPage(sampleBrowse([row]), `/request/${row.id}`, {}, { referer })).document
      .querySelector(".crumbs a")
      ?.getAttribute("href");
  expect(await back("http://router.lan:1234/?user=mara&sort=cost")).toBe("/?user=mara&sort=cost");
  expect(await back("http://evil.example/?user=mara")).toBe("/");
  expect(await back("http://router.lan:1234/upstreams?x=1")).toBe("/");
});

test("a call under way says who answers or how long its line is, and can be cancelled without a script", async () => {
  const call = {
    ...sampleDetail({ state: "inflight" }),
    elapsed_ms: 12_340,
    waiting_for: null,
    position: null,
    tokens_so_far: 57,
  };
  const browse: PagesDeps["browse"] = {
    ...sampleBrowse([sampleDetail()]),
    inFlight: () => ({
      inflight: [
        call,
        { ...call, id: "b", waiting_for: "fast-box", position: 2, tokens_so_far: 0 },
      ],
    }),
  };
  const { document } = await openPage(browse, "/");
  const lines = [...document.querySelectorAll("#inflight li")].map((line) =>
    line.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(lines).toEqual([
    "llama3-8bfast-box~57 tokens12.3 sCancel",
    "llama3-8bqueued for fast-box, position 212.3 sCancel",
  ]);
  const form = document.querySelector("#inflight form");
  expect(form?.getAttribute("method")).toBe("post");
  expect(form?.getAttribute("action")).toBe(`/api/inflight/${id}/cancel`);
  expect(form?.querySelector("button")?.getAttribute("aria-label")).toBe("Cancel llama3-8b");
  expect(document.querySelector("#inflight")?.getAttribute("data-poll")).toBe("1000");
});

test("where there are several routers, each line says which one it is of", async () => {
  const instance = { id: "west-id", name: "west" };
  const call = { elapsed_ms: 1, waiting_for: null, position: null, tokens_so_far: null, instance };
  const browse: PagesDeps["browse"] = {
    ...sampleBrowse([sampleDetail({ instance }), sampleDetail({ id: "b" })]),
    inFlight: () => Promise.resolve({ inflight: [{ ...sampleDetail(), ...call }] }),
  };
  const { document } = await openPage(browse, "/");
  const marks = (within: string) =>
    [...document.querySelectorAll(`${within} .router`)].map((mark) => mark.textContent);
  expect(marks("#inflight")).toEqual(["west"]);
  expect(marks("#requests tr:nth-child(1)")).toEqual(["west"]);
  expect(marks("#requests tr:nth-child(2)")).toEqual([]);
});

const token = { cookie: "other=1; smolrouter_token=abc" };

test.each<[string, boolean, Record<string, string>, string | null]>([
  ["without tokens there is nothing to sign in with", false, token, null],
  ["whoever is not signed in finds the way, and back", true, {}, "/login?next=%2F%3Fq%3Da%2526b"],
  ["whoever came in by cookie can sign out", true, token, "/logout"],
])("%s", async (_, canSignIn, headers, leads) => {
  const { document } = await openPage(
    sampleBrowse([sampleDetail()]),
    "/?q=a%26b",
    { canSignIn },
    headers,
  );
  const account = document.querySelector(".bar .account");
  expect(account?.getAttribute("href") ?? account?.getAttribute("action") ?? null).toBe(leads);
});

test("figures of the newest calls alone say so, and their number is not given as exact", async () => {
  const browse = sampleBrowse([sampleDetail()], sampleDetail().id);
  const cut: PagesDeps["browse"] = {
    ...browse,
    period: async (question) => ({
      ...(await browse.period(question)),
      cut: { calls: 5_000 },
    }),
    count: () => Promise.resolve({ calls: 1_000, isExact: false }),
  };
  const { document } = await openPage(cut, "/?model=llama");
  expect(elementText(document, "#period .cut")).toBe(
    "Figures, bars and groups are of the newest 5,000 calls of this period.",
  );
  expect(elementText(document, "#count")).toStartWith("over 1,000 calls");
  const { document: whole } = await openPage(browse, "/");
  expect(whole.querySelector("#period .cut")).toBeNull();
});

test("a month's budget is shown with what is spent of it, in the reader's zone, and not where none is named", async () => {
  const zones: string[] = [];
  const month = {
    since: Date.parse("2026-02-28T23:00:00Z"),
    until: Date.parse("2026-03-31T22:00:00Z"),
    unpriced: 0,
    isPart: false,
  };
  const open = async (cost: number | null, more: object = {}, yaml = "{ monthly_budget: 50 }") => {
    const browse = sampleBrowse([sampleDetail()], null, sampleStats({ requests: 9 }));
    const { document } = await openPage(
      browse,
      "/",
      {
        routing: () => routingOf(`prices: ${yaml}`),
        monthCost: (zone) => {
          zones.push(zone);
          return Promise.resolve({ ...month, cost, ...more });
        },
      },
      { cookie: "smolrouter_zone=Europe/Berlin" },
    );
    return document.querySelector("#budget") === null ? null : elementText(document, "#budget");
  };
  expect(await open(12.4)).toBe("$12.40 of $50 this month, 25 %on course for $32.79 by 31 Mar");
  expect(await open(0)).toBe("$0 of $50 this month, 0 %");
  expect(await open(null)).toBe("$0 of $50 this month, 0 %");
  expect(await open(null, { unpriced: 2 })).toBe("– of $50 this month2 calls could not be priced");
  expect(await open(60, { isPart: true })).toBe("over $60.00 of $50 this month, 120 % over budget");
  expect(await open(12.4, {}, "{}")).toBeNull();
  expect(new Set(zones)).toEqual(new Set(["Europe/Berlin"]));
  expect(zones.length).toBe(5);
});
