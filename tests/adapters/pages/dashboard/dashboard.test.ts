// The dashboard as the browser gets it.
import { expect, test } from "bun:test";
import type { PagesDeps } from "../../../../src/adapters/pages/shared/pages-deps.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
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

test("a row says state, models, upstream, route, attempts, tokens and times", async () => {
  const row = sampleDetail({
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
    "coding-assistant → sent as big-coder",
    "fast-box⤳ 22 attempts",
    "alias:coding-assistant",
    "chat",
    "~12k / 34",
    "200 ms",
    "2.1 s",
    "10 s ago",
  ]);
  expect(document.querySelector("#requests td a")?.getAttribute("href")).toBe(`/request/${row.id}`);
  expect(document.querySelector("time")?.getAttribute("title")).toBe("2026-03-12 16:00:00 UTC");
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

test("the figures are those of the log", async () => {
  const period = {
    requests: 1_234,
    errors: 5,
    error_rate: 0.00405,
    duration_ms_median: 2_100,
    duration_ms_p95: 61_000,
    ttft_ms_median: 340,
    prompt_tokens: 1_200_000,
    completion_tokens: 34_000,
  };
  const stats = sampleStats(period, { inflight: 3 });
  const { document } = await openPage(sampleBrowse([sampleDetail()], null, stats), "/");
  const figures = [...document.querySelectorAll(".figure dd")].map((figure) =>
    [".value", ".note"].map((part) => figure.querySelector(part)?.textContent),
  );
  expect(figures).toEqual([
    ["1,234", "1,234 total"],
    ["3", "running now"],
    ["0.4 %", "5 failed"],
    ["2.1 s", "p95 1 min 1 s"],
    ["340 ms", "median"],
    ["1.2M", "1.2M in, 34k out"],
  ]);
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
    stats: () => Promise.reject(new Error("secret detail")),
  };
  const { status, document } = await openPage(browse, "/");
  expect(status).toBe(503);
  expect(elementText(document, "h1")).toBe("The log cannot be read right now");
  expect(document.body.textContent).not.toContain("secret detail");
});

test("each chart has a name, and tells what lies in a slice of time", async () => {
  const { document } = await openPage(sampleBrowse([sampleDetail()]), "/");
  const charts = [...document.querySelectorAll(".figure svg")];
  expect(charts.map((chart) => chart.getAttribute("aria-label"))).toEqual([
    "Requests, last 24 h",
    "Failed requests, last 24 h",
    "Duration, median and 95th percentile, last 24 h",
    "Median time to the first token, last 24 h",
    "Tokens, last 24 h",
  ]);
  expect(charts.map((chart) => chart.textContent)).toEqual([
    "15:00–16:00 UTC: 1 requests, 0 failed",
    "15:00–16:00 UTC: 0 failed",
    "15:00–16:00 UTC: median 2.1 s, p95 2.1 s",
    "15:00–16:00 UTC: median 200 ms",
    "15:00–16:00 UTC: 46 tokens, median 18 tokens/s",
  ]);
});

test("the last hours are shown by model and by upstream, each leading to its requests", async () => {
  const rows = [
    sampleDetail(),
    sampleDetail({ mapped_model: "other", state: "failed" }),
    sampleDetail({ upstream: "attic" }),
  ];
  const { document } = await openPage(sampleBrowse(rows), "/");
  const groups = [...document.querySelectorAll("#breakdown tbody tr")].map((row) => [
    row.querySelector("a")?.getAttribute("href"),
    ...[...row.querySelectorAll("td")].map((cell) => cell.textContent),
  ]);
  expect(groups).toEqual([
    ["/?model=llama3-8b", "2", "0 %", "2.1 s", "2.1 s", "18/s"],
    ["/?model=other", "1", "100 %", "–", "–", "–"],
    ["/?upstream=fast-box", "2", "50 %", "2.1 s", "2.1 s", "18/s"],
    ["/?upstream=attic", "1", "0 %", "2.1 s", "2.1 s", "18/s"],
  ]);
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
  expect(document.body.getAttribute("data-poll")).toBe("1000");
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
