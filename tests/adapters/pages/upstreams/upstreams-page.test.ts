// The page of the servers: how each is doing and why.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import { pages } from "../../../../src/adapters/pages/pages.ts";
import type { RouterState, UpstreamState } from "../../../../src/ports/browse.ts";
import {
  openPage,
  sampleActions,
  sampleBrowse,
  sampleDeps,
  sampleDetail,
  sampleUpstream,
  elementText,
} from "../sample.ts";

async function show(over: Partial<UpstreamState>) {
  const upstreams = [sampleUpstream(over)];
  return openPage({ ...sampleBrowse([]), upstreams: () => ({ upstreams }) }, "/upstreams");
}

test.each<[Partial<UpstreamState>, string]>([
  [{}, "Healthy"],
  [{ failures: 1 }, "Healthy, after 1 failure"],
  [{ contact: "unknown" }, "Not asked yet"],
  [{ contact: "not-reached" }, "Not reached"],
  [{ contact: "not-reached", failures: 2 }, "Not reached, after 2 failures in a row"],
  [
    { state: "resting", failures: 3, rests_until: "2026-03-12T16:00:18.200Z" },
    "Cooling down after 3 failures in a row, 9 s left",
  ],
  [
    { state: "probe-due", failures: 4 },
    "Half-open after 4 failures in a row: the next request tests it",
  ],
  [
    { state: "probing", failures: 3 },
    "Half-open after 3 failures in a row: one request is testing it",
  ],
])("%j reads %p", async (over, words) => {
  const { document } = await show(over);
  expect(elementText(document, ".standing")).toBe(words);
});

test("what a server speaks, what is translated for it, and what its answer showed", async () => {
  const spoken = async (over: Partial<UpstreamState>) =>
    elementText((await show(over)).document, ".upstream-name p + p");
  expect(await spoken({})).toBe("speaks chat, responses, messages · ollama → chat");
  expect(
    await spoken({
      protocols: [
        { protocol: "chat", way: "native", reason: "type" },
        { protocol: "responses", way: "responses>", reason: "speaks" },
        { protocol: "messages", way: "messages>chat", reason: "learned" },
      ],
    }),
  ).toBe("speaks chat · messages → chat, as its answer showed");
});

test("a server in trouble says why", async () => {
  const { document } = await show({ failures: 1, last_error: "connection refused" });
  expect(elementText(document, ".upstream-state .why")).toBe("connection refused");
});

test("permits in use and the queue are shown where they are limited", async () => {
  const { document } = await show({ max_concurrency: 4, active: 4, waiting: 7, max_queue: 100 });
  expect(elementText(document, ".upstream-load")).toBe("4 of 4 running7 of 100 waiting");
  expect(document.querySelector(".places.full rect")?.getAttribute("width")).toBe("100");
});

test("a list that could not be renewed is kept, and says so", async () => {
  const { document } = await show({
    models_state: "unreachable",
    models_error: "connection refused",
  });
  expect(elementText(document, ".upstream-models .why")).toBe(
    "does not answer: connection refused",
  );
  expect(elementText(document, ".upstream-models p:last-child")).toBe("list kept from 10 s ago");
  expect(elementText(document, ".upstream-models li")).toBe("llama3-8b");
});

test.each<[string, Partial<UpstreamState>, string]>([
  ["nothing where a server cannot say", { loaded: null }, "1 modelllama3-8blisted 10 s ago"],
  ["that nothing is", { loaded: [] }, "1 modelllama3-8bnone loadedlisted 10 s ago"],
  [
    "which, how large, until when",
    {
      loaded: [
        { name: "a", state: "loaded", size: 6_591_830_464, until: "2026-03-12T16:05:10.000Z" },
        { name: "b", state: "loading", size: null, until: null },
      ],
    },
    "1 modelllama3-8ba loaded, 6.6 GB, for 5 min moreb loadinglisted 10 s ago",
  ],
  [
    "in a word that all are",
    {
      models: ["a", "b"],
      loaded: ["a", "b"].map((name) => ({ name, state: "loaded", size: null, until: null })),
    },
    "2 modelsaball loadedlisted 10 s ago",
  ],
])("of models in memory a card says %s", async (_, over, says) => {
  expect(elementText((await show(over)).document, ".upstream-models")).toBe(says);
});

test.each([
  ["unasked", null, "not asked yet"],
  ["listed", null, "lists no models"],
  ["answered", "status 404", "answers, but lists no models: status 404"],
] as const)("a server without models is not said to be away: %s", async (state, error, says) => {
  const { document } = await show({
    models: [],
    models_fetched_at: null,
    models_state: state,
    models_error: error,
  });
  expect(elementText(document, ".upstream-models")).toBe(says);
  expect(document.querySelector(".upstream-models .why")).toBeNull();
});

test("each server has the shape of its own last hours; one that was not asked has none", async () => {
  const rows = [
    sampleDetail(),
    sampleDetail({ state: "failed" }),
    sampleDetail({ upstream: "attic", duration_ms: 9_000 }),
  ];
  const upstreams = ["fast-box", "idle"].map((name) => sampleUpstream({ name }));
  const { document } = await openPage(
    { ...sampleBrowse(rows), upstreams: () => ({ upstreams }) },
    "/upstreams",
  );
  const shapes = [...document.querySelectorAll(".upstream")].map((upstream) =>
    [...upstream.querySelectorAll(".chart")].map((chart) => chart.textContent),
  );
  expect(shapes).toEqual([["15:00–16:00 UTC: median 2.1 s", "15:00–16:00 UTC: 1 failed"], []]);
});

test("a log that cannot be read takes nothing from the page but those shapes", async () => {
  const upstreams = [sampleUpstream()];
  const { status, document } = await openPage(
    {
      ...sampleBrowse([]),
      upstreams: () => ({ upstreams }),
      performance: () => Promise.reject(new Error("locked")),
    },
    "/upstreams",
  );
  expect(status).toBe(200);
  expect(elementText(document, ".standing")).toBe("Healthy");
});

test("a check that is asked for is made, and leads back to the page", async () => {
  let checked = 0;
  const checkUpstreams = () => {
    checked++;
    return Promise.resolve();
  };
  const deps = sampleDeps(sampleBrowse([]), { actions: { ...sampleActions, checkUpstreams } });
  const response = await new Elysia()
    .use(pages(deps))
    .handle(new Request("http://router.lan/upstreams/check", { method: "POST" }));
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/upstreams");
  expect(checked).toBe(1);
});

test("where several routers share the log, each has a line that says in what it differs", async () => {
  const router = (name: string, over: Partial<RouterState> = {}): RouterState => ({
    id: `${name}-id`,
    name,
    version: "1.0",
    self: false,
    started_at: "2026-03-12T15:00:09.000Z",
    seen_at: "2026-03-12T16:00:08.000Z",
    routes_hash: "aaaa",
    differs_in: [],
    spool_rows: 0,
    spool_bytes: 0,
    lag_ms: 0,
    ...over,
  });
  const routers = [
    router("east", { self: true }),
    router("west", {
      version: "2.0",
      routes_hash: "bbbb",
      differs_in: ["routes file", "version", "JWT_SECRET"],
      spool_rows: 2,
      spool_bytes: 5_000,
      lag_ms: 300,
    }),
  ];
  const upstreams = [sampleUpstream({ max_concurrency: 4, share: 3, active: 2 })];
  const { document } = await openPage(
    { ...sampleBrowse([]), upstreams: () => ({ upstreams, routers }) },
    "/upstreams",
  );
  const cells = [...document.querySelectorAll("#routers tbody tr")].map((line) =>
    [...line.children].map((cell) => cell.textContent),
  );
  expect(cells).toEqual([
    ["east this one", "1.0", "aaaa", "nothing waits", "started 1 h ago"],
    [
      "west",
      "2.0",
      "bbbb another one",
      "2 rows wait, 5.0 kB, for 300 ms",
      "started 1 h ago another JWT_SECRET",
    ],
  ]);
  expect(elementText(document, "#summary")).toBe("1 server, all healthy, as seen from east");
  expect(elementText(document, ".upstream-load")).toContain("2 of 3 running");
  expect(elementText(document, ".upstream-load")).toContain("this router's share of 4");
  const alone = (await show({ max_concurrency: 4 })).document;
  expect(alone.querySelector("#routers table")).toBeNull();
  expect(elementText(alone, ".upstream-load")).toContain("of 4 running");
});

test("a model has the button that makes sense for it: load, unload, or none while one is under way", async () => {
  const { document } = await show({
    type: "ollama",
    models: ["a", "b", "c"],
    loaded: [
      { name: "b:latest", state: "loaded", size: null, until: null },
      { name: "cloud", state: "loaded", size: null, until: null },
    ],
    loadable: ["a", "b", "c"],
    wishes: [{ model: "c", wish: "load", since: "2026-03-12T16:00:00.000Z", error: null }],
  });
  const buttons = [...document.querySelectorAll(".upstream-models form")].map((form) => {
    const fields = [...form.querySelectorAll("input")].map((input) => input.getAttribute("value"));
    return [form.querySelector("button")?.getAttribute("aria-label"), ...fields];
  });
  expect(buttons).toEqual([
    ["Load a", "fast-box", "a", "load"],
    ["Unload b:latest", "fast-box", "b:latest", "unload"],
  ]);
  expect(elementText(document, ".wishes")).toBe("Loading c, for 10 s so far");
});
