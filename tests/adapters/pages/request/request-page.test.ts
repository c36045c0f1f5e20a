// The page of one request, for each kind of call.
import { expect, test } from "bun:test";
import type { LogDetail, LogFilter } from "../../../../src/ports/browse.ts";
import { routingOf } from "../../../lab/routing-of.ts";
import { openPage, sampleAttempt, sampleBrowse, sampleDetail, elementText } from "../sample.ts";

async function show(over: Partial<LogDetail>, routes = "") {
  const detail = sampleDetail(over);
  const routing = () => routingOf(routes);
  return openPage(sampleBrowse([detail]), `/request/${detail.id}`, { routing });
}

test("an unknown id is a page with 404 that leads back", async () => {
  const { status, document } = await openPage(sampleBrowse([]), "/request/nope");
  expect(status).toBe(404);
  expect(document.querySelector("main a")?.getAttribute("href")).toBe("/");
});

test("what was asked and answered reads as a conversation", async () => {
  const { document } = await show({});
  const turns = [...document.querySelectorAll(".turn")].map((turn) =>
    turn.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(turns).toEqual(["userHello", "assistantHi"]);
});

test("every attempt is listed with its failure and its place in time", async () => {
  const { document } = await show({
    duration_ms: 2_000,
    attempts: [
      sampleAttempt({
        upstream: "slow-box",
        status: null,
        reason: "refused",
        error: "connection refused",
        ttft_ms: null,
        duration_ms: 500,
      }),
      sampleAttempt({
        started_at: "2026-03-12T16:00:00.500Z",
        connect_ms: 100,
        ttft_ms: 500,
        duration_ms: 1_500,
      }),
    ],
  });
  const lines = [...document.querySelectorAll(".attempts li")];
  expect(lines.map((line) => line.className)).toEqual(["failed", "served"]);
  expect(lines[0]?.textContent).toContain("connection refused");
  const bars = [...(lines[1]?.querySelectorAll("rect:not(.track)") ?? [])].map((bar) =>
    ["class", "x", "width"].map((name) => bar.getAttribute(name)),
  );
  expect(bars).toEqual([
    ["connect", "2500", "500"],
    ["wait", "3000", "2000"],
    ["stream", "5000", "5000"],
  ]);
});

test("attempts that ran at once overlap on the time line; one that another outran has not failed", async () => {
  const { document } = await show({
    duration_ms: 4_000,
    attempts: [
      sampleAttempt({
        upstream: "slow-box",
        status: null,
        reason: "outrun",
        error: "fast-box answered first",
        connect_ms: null,
        ttft_ms: null,
        duration_ms: 3_000,
      }),
      sampleAttempt({
        upstream: "fast-box",
        started_at: "2026-03-12T16:00:02.000Z",
        connect_ms: null,
        ttft_ms: 1_000,
        duration_ms: 2_000,
      }),
    ],
  });
  const lines = [...document.querySelectorAll(".attempts li")];
  expect(lines.map((line) => line.className)).toEqual(["outrun", "served"]);
  expect(lines[0]?.textContent).toContain("fast-box answered first");
  const bars = lines.map((line) =>
    [...line.querySelectorAll("rect:not(.track)")].map((bar) =>
      ["x", "width"].map((name) => Number(bar.getAttribute(name))),
    ),
  );
  expect(bars).toEqual([
    [[0, 7_500]],
    [
      [5_000, 2_500],
      [7_500, 2_500],
    ],
  ]);
});

test.each([
  ["alias:coder", "alias coder"],
  ["direct", "the request names the server itself"],
  ["rule:2>alias:coder", "renamed by rule 2, then alias coder"],
])("the route %p is put in words", async (route, words) => {
  const { document } = await show({ route });
  expect(elementText(document, ".facts")).toContain(words);
});

test("the rule that decided is shown as it stands now", async () => {
  const { document } = await show(
    { route: "rule:2" },
    `
servers: { a: "http://a:1" }
routes:
  - { match: { model: x }, route: { upstream: a } }
  - { match: { model: gpt-4 }, route: { upstream: a } }`,
  );
  expect(elementText(document, ".facts")).toContain(
    "now: rule 2 (routes.yaml:5) matches model gpt-4",
  );
});

test("estimated tokens are called so", async () => {
  expect(elementText((await show({ tokens_estimated: true })).document, ".facts")).toContain(
    "estimated",
  );
  expect(elementText((await show({})).document, ".facts")).not.toContain("estimated");
});

test("a call in flight says so, promises nothing, and reloads without scripts", async () => {
  const { document } = await show({
    state: "inflight",
    status_code: null,
    duration_ms: null,
    request_body: null,
    response_body: null,
    attempts: [],
  });
  expect(elementText(document, ".badge")).toContain("still running for 10.0 s");
  expect(elementText(document, ".attempts")).toContain("still under way");
  expect(document.querySelector(".state form")?.getAttribute("action")).toBe(
    `/api/inflight/${sampleDetail().id}/cancel`,
  );
  expect(elementText(document, ".conversation")).toContain("stored when the call ends");
  expect(document.body.getAttribute("data-poll")).toBe("500");
  expect(document.head.innerHTML).toContain('http-equiv="refresh"');
});

test("a call that has ended is not asked for again", async () => {
  const { document } = await show({});
  expect(document.body.hasAttribute("data-poll")).toBe(false);
  expect(document.head.innerHTML).not.toContain("http-equiv");
  expect(document.querySelector(".state form")).toBeNull();
});

test("bodies that were cut or are not text are marked", async () => {
  const { document } = await show({
    request_body: "AAECAw==",
    request_body_encoding: "base64",
    response_body_truncated: true,
  });
  expect(elementText(document, "#request-body-details summary")).toContain("shown as base64");
  expect(elementText(document, "#response-body-details summary")).toContain("truncated");
  expect(elementText(document, ".conversation .notice")).toContain("truncated");
  expect(elementText(document, "#curl-details")).toContain("binary");
});

test("a very large body is shown in part, and says how much is missing", async () => {
  const { document } = await show({ response_body: "x".repeat(500_000) });
  expect(document.querySelector("#response-body")?.textContent.length).toBe(400_000);
  expect(elementText(document, "#response-body-details .faint")).toContain("100,000 more");
});

test("fields that could not be carried over are named", async () => {
  const { document } = await show({ dropped: ["num_ctx", "mirostat"] });
  expect(elementText(document, ".request-head .notice")).toContain("num_ctx, mirostat");
});

test("an answer that was sent on before it was checked is marked", async () => {
  const { document } = await show({ held: "partial" });
  expect(elementText(document, ".request-head .notice")).toContain("before the rest was checked");
});

test("thinking is folded and images are named, never loaded", async () => {
  const { document } = await show({
    request_body: JSON.stringify({
      messages: [
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: "https://elsewhere.example/a.png" } }],
        },
      ],
    }),
    response_body: JSON.stringify({
      choices: [{ message: { role: "assistant", content: "<think>hm</think>\nYes" } }],
    }),
  });
  expect(document.querySelector("details.thinking")?.hasAttribute("open")).toBe(false);
  expect(elementText(document, ".media")).toContain("https://elsewhere.example/a.png");
  expect(document.querySelector("img")).toBeNull();
});

test("what a running call's answer holds so far is shown", async () => {
  const { document } = await show({
    state: "inflight",
    response_body: 'data: {"choices":[{"delta":{"content":"So far"}}]}\n\ndata: {"cho',
  });
  expect(elementText(document, ".turn.answer")).toBe("assistantSo far");
  expect(elementText(document, ".conversation")).toContain("still coming in");
});

test("the next newer and older requests are a link away", async () => {
  const rows = [3, 2, 1].map((second) =>
    sampleDetail({
      id: `0195a2c4-000${second}-7000-8000-000000000000`,
      timestamp: `2026-03-12T16:00:0${second}.000Z`,
    }),
  );
  const browse = {
    ...sampleBrowse(rows),
    list: ({ limit, before, since = 0 }: LogFilter) =>
      Promise.resolve({
        logs: rows
          .filter(({ id }) => before === undefined || id < before)
          .filter(({ timestamp }) => Date.parse(timestamp) >= since)
          .slice(0, limit),
        next: null,
      }),
  };
  const links = async (id: string) => {
    const { document } = await openPage(browse, `/request/${id}`);
    return ["prev", "next"].map((rel) =>
      document.querySelector(`[rel=${rel}]`)?.getAttribute("href"),
    );
  };
  expect(await links(rows[1]!.id)).toEqual([`/request/${rows[0]!.id}`, `/request/${rows[2]!.id}`]);
  expect(await links(rows[0]!.id)).toEqual([undefined, `/request/${rows[1]!.id}`]);
  expect(await links(rows[2]!.id)).toEqual([`/request/${rows[1]!.id}`, undefined]);
});

test("the decision leads to the box that explains it as things stand now", async () => {
  const { document } = await show({ path: "/v1/chat/completions?x=1", auth_user: "mara" });
  const href = document.querySelector('.facts a[href^="/routes"]')?.getAttribute("href");
  expect(href).toBe(
    "/routes?model=llama3-8b&source=10.0.0.7&path=%2Fv1%2Fchat%2Fcompletions&user=mara",
  );
});

test("what a cleaner removed is one marked block in its place, and both bodies are there", async () => {
  const answer = (content: string): string =>
    JSON.stringify({ choices: [{ message: { content } }] });
  const { document } = await show({
    response_body: answer("First.\n<think>hm\nhm</think>\nYes, it is."),
    response_body_clean: answer("First.\nYes, it is."),
  });
  const parts = [...document.querySelectorAll(".turn.answer .parts > *")].map((part) =>
    part.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(parts).toEqual([
    "First.",
    "Removed by a cleaner, 21 characters that the client did not get<think>hm hm</think>",
    "Yes, it is.",
  ]);
  expect(document.querySelector(".cleaned")).toBeNull();
  expect(elementText(document, "#response-body")).toContain("<think>");
  expect(elementText(document, "#response-body-clean")).not.toContain("<think>");
});

test("what the client got in other words is shown against what was received", async () => {
  const answer = (content: string): string =>
    JSON.stringify({ choices: [{ message: { content } }] });
  const { document } = await show({
    response_body: answer("Yes, it is."),
    response_body_clean: answer("Yes, it was."),
  });
  const pieces = [...document.querySelectorAll(".cleaned .diff > *")].map(
    (piece) => `${piece.tagName} ${piece.textContent.trim()}`,
  );
  expect(pieces).toEqual(["SPAN Yes, it", "DEL is", "INS was", "SPAN ."]);
});

test("an answer that reached the client as it came has no second body", async () => {
  const { document } = await show({});
  expect(document.querySelector(".cleaned, #response-body-clean")).toBeNull();
});

test("what was odd about a call is said in words, and what this page does not know by its name", async () => {
  const detail = sampleDetail({
    warnings: ["malformed_event", "added: max_tokens", "toString", "later", "prompt_truncated"],
  });
  const { document } = await openPage(sampleBrowse([detail]), `/request/${detail.id}`);
  const reported = [...document.querySelectorAll(".request-head .notice")].map((one) =>
    one.textContent.trim(),
  );
  expect(reported).toHaveLength(5);
  expect(reported[0]).toContain("an event that could not be read");
  expect(reported[1]).toContain("wants max_tokens");
  expect(reported.slice(2, 4)).toEqual(["toString", "later"]);
  expect(reported[4]).toContain("read less of the prompt than was sent");
});

test("tokens read from a cache and spent on thinking are shown where the upstream counts them", async () => {
  const counted = sampleDetail({ cached_tokens: 1_024, reasoning_tokens: 0 });
  const { document } = await openPage(sampleBrowse([counted]), `/request/${counted.id}`);
  expect(document.querySelector(".facts")?.textContent).toContain("1,024 read from a cache");
  expect(document.querySelector(".facts")?.textContent).not.toContain("thinking");
});

test.each([
  ["OpenAI's", '{"error":{"message":"all 2 upstreams failed; the last said <no>"}}'],
  ["Ollama's", '{"error":"all 2 upstreams failed; the last said <no>"}'],
])("where all failed the page says what the client got, in %s form", async (_, clean) => {
  const { document } = await show({
    state: "failed",
    status_code: 500,
    response_body: '{"error":{"message":"no"}}',
    response_body_clean: clean,
  });
  expect(elementText(document, ".cleaned")).toBe(
    "What the client gotAn error: all 2 upstreams failed; the last said <no>",
  );
  expect(elementText(document, "#response-body-clean")).toContain("all 2 upstreams failed");
});

test("a request says what it cost, and that no price is known where tokens were used", async () => {
  const cases = [
    [{ cost: 0.0123, total_tokens: 12 }, "costs $0.012"],
    [{ cost: 0, total_tokens: 12 }, "costs $0"],
    [{ cost: null, total_tokens: 12 }, "no price is known"],
  ] as const;
  for (const [fields, words] of cases) {
    const detail = sampleDetail(fields);
    const { document } = await openPage(sampleBrowse([detail]), `/request/${detail.id}`);
    expect(document.querySelector(".facts")?.textContent).toContain(words);
  }
  const unused = sampleDetail({ cost: null, total_tokens: null });
  const { document } = await openPage(sampleBrowse([unused]), `/request/${unused.id}`);
  expect(document.querySelector(".facts")?.textContent).not.toContain("price");
});

/** A row with one before it and one after it, and what its neighbours were looked for among. */
async function turnedOver(query: string, headers: Readonly<Record<string, string>> = {}) {
  const [newer, here, older] = [9, 5, 1].map((second) =>
    sampleDetail({
      id: `0195a2c4-0000-7000-8000-00000000000${second}`,
      timestamp: `2026-03-12T16:00:0${second}.000Z`,
    }),
  );
  const asked: LogFilter[] = [];
  const browse = {
    ...sampleBrowse([here!]),
    list(filter: LogFilter) {
      if (filter.resent_from === undefined) asked.push(filter);
      const logs = filter.limit === 1 ? [older!] : [newer!, here!];
      return Promise.resolve({ logs, next: null });
    },
  };
  const { document } = await openPage(browse, `/request/${here!.id}${query}`, {}, headers);
  const href = (rel: string) =>
    document.querySelector(`.crumbs a[${rel}]`)?.getAttribute("href") ?? null;
  return {
    asked,
    links: [href("rel=prev"), href("rel=next")].map((link) => link?.slice(-1)),
    lists: [href("rel=prev"), href("rel=next")].map((link) =>
      new URL(link ?? "", "http://router.lan").searchParams.get("list"),
    ),
    back: href("data-list"),
  };
}

const filtered = "/?q=retry&model=smol&sort=tokens&before=x";

test("one turns over the rows of the list that one came from", async () => {
  const referer = `http://router.lan:1234${filtered}`;
  for (const [query, headers] of [
    ["", { referer }],
    [`?list=${encodeURIComponent(filtered)}`, {}],
    [
      "?as=text",
      { referer: `http://router.lan:1234/request/x?list=${encodeURIComponent(filtered)}` },
    ],
  ] as const) {
    const { asked, lists, back } = await turnedOver(query, headers);
    expect(asked.length).toBeGreaterThan(1);
    for (const filter of asked) expect(filter).toMatchObject({ q: "retry", model: "smol" });
    for (const filter of asked) expect(filter).not.toHaveProperty("sort");
    expect(lists).toEqual([filtered, filtered]);
    expect(back).toBe(filtered);
  }
});

test("without a list one turns over all rows, and another site's address is no list", async () => {
  for (const [query, headers] of [
    ["", {}],
    ["?list=//evil.example/?q=x", {}],
    ["?list=https://evil.example/?q=x", {}],
    ["", { referer: "http://evil.example/?q=x" }],
  ] as const) {
    const { asked, links, lists, back } = await turnedOver(query, headers);
    for (const filter of asked) expect(filter).not.toHaveProperty("q");
    expect(links).toEqual(["9", "1"]);
    expect(lists).toEqual([null, null]);
    expect(back).toBe("/");
  }
});
