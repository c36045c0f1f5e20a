// What a client sees of a committed answer, and how its delivery ends, on a clock moved by hand.
import { describe, expect, test } from "bun:test";
import { createCapture } from "../../../../src/app/usecases/relay/capture.ts";
import { deliver, type DeliveryEnding } from "../../../../src/app/usecases/relay/deliver.ts";
import { commitAnswer } from "../../../../src/app/usecases/relay/commit.ts";
import type { AttemptResult } from "../../../../src/app/usecases/relay/committed.ts";
import { createBudget } from "../../../../src/domain/failover/budget.ts";
import { bridgeFor } from "../../../../src/domain/protocols/choose-bridge.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import { readRequest } from "../../../../src/domain/call/read-request.ts";
import { emptyDiscovery } from "../../../../src/domain/routing/discovery.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { planRoute } from "../../../../src/domain/routing/plan.ts";
import type { BodyRead } from "../../../../src/ports/upstream.ts";
import { captureLimits } from "../../../lab/capture-limits.ts";
import { createFedBody, type FedBody } from "../../../lab/fed-body.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesStream } from "../../../lab/responses-stream.ts";
import { routingOf } from "../../../lab/routing-of.ts";
import { schemasHere } from "../../../lab/schemas-here.ts";
import { sseValues } from "../../../lab/split-events.ts";
import { bridgeDeps } from "../../../lab/bridge-deps.ts";

const says = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const stop = says("", "stop");
const done = "data: [DONE]\n\n";
const broke: BodyRead = { kind: "broke", message: "connection reset" };
const silent: BodyRead = { kind: "timed-out", message: "no byte" };

const question = (stream: boolean) => ({
  model: "m",
  stream,
  messages: [{ role: "user", content: "hi" }],
});

interface How {
  readonly path?: string;
  readonly method?: string;
  readonly stream?: boolean;
  readonly type?: string;
  readonly status?: number;
  /** Keys of the rule that routes the call. */
  readonly keys?: string;
  /** What the server speaks; absent: what it may be thought to. */
  readonly speaks?: string;
  /** Bytes that all answers may hold. */
  readonly budget?: number;
}

/** A call of which the given answer is opened. */
function answering(body: FedBody, how: How = {}) {
  const { path = "/v1/chat/completions", stream = true, type = "text/event-stream" } = how;
  const endpoint = endpointOf("POST", path);
  const request = new TextEncoder().encode(JSON.stringify(question(stream)));
  const reading = readRequest(endpoint, null, request);
  if ("kind" in reading) throw new Error(reading.message);
  const call: IncomingCall = {
    ...reading,
    id: "the-id",
    receivedAt: 0,
    endpoint,
    method: how.method ?? "POST",
    path,
    query: "",
    headers: [],
    sourceIp: "127.0.0.1",
    user: null,
    body: request,
  };
  const speaks = how.speaks === undefined ? "" : `, speaks: [${how.speaks}]`;
  const routing = routingOf(
    `servers: { u: { url: "http://u:1"${speaks} } }
routes: [{ match: {}, route: { upstream: u${how.keys === undefined ? "" : `, ${how.keys}`} } }]`,
  );
  const [target] = planRoute(call, routing, emptyDiscovery).targets;
  const hand = createHandClock();
  const clock = { ...hand, elapsed: hand.now, id: () => "", chance: () => 0 };
  const opening = commitAnswer(
    {
      kind: "answered",
      status: how.status ?? 200,
      headers: [["content-type", type]],
      connectMs: null,
      body,
    },
    {
      call,
      url: `http://u:1${path}`,
      baseUrl: "http://u:1",
      bridge: bridgeFor(call, target, { ...bridgeDeps(), clock }),
      policy: target.policy,
      demands: null,
      schemas: schemasHere,
      capture: createCapture(captureLimits(1 << 20)),
      share: createBudget(how.budget ?? 1 << 30).share(),
      clock,
      listener: { onContent: () => undefined },
    },
  );
  return { opening, clock };
}

async function delivering(body: FedBody, how: How = {}, keepaliveMs = 0) {
  const { opening, clock } = answering(body, how);
  const opened = await opening;
  if (opened.kind === "failed") throw new Error(opened.failure.message);
  const endings: DeliveryEnding[] = [];
  const stream = deliver(
    opened.answer,
    keepaliveMs,
    clock,
    { add: () => undefined },
    (ending) => void endings.push(ending),
    (fault) => {
      throw fault;
    },
  );
  const next = async () => {
    const bytes = await stream.next();
    return bytes === null ? null : new TextDecoder().decode(bytes);
  };
  return { answer: opened.answer, stream, next, endings, clock };
}

const settled = () => Bun.sleep(0);

describe("pings", () => {
  test("are a comment line alone, each after a silence towards the client", async () => {
    const body = createFedBody(says("a"));
    const { next, clock, stream } = await delivering(body, {}, 15_000);
    expect(await next()).toBe(says("a"));
    for (let time = 0; time < 3; time++) {
      const ping = next();
      await settled();
      clock.pass(15_000);
      expect(await ping).toBe(": ping\n");
    }
    const last = next();
    body.feed(done);
    expect(await last).toBe(done);
    stream.cancel();
    await settled();
    expect(clock.pending()).toBe(0);
  });

  test("are an event of Anthropic's where its stream has begun, native or translated", async () => {
    const event = (type: string, more = "") =>
      `event: ${type}\ndata: {"type":"${type}"${more}}\n\n`;
    const native = [
      event("message_start", ',"message":{"content":[]}'),
      event("content_block_delta", ',"index":0,"delta":{"type":"text_delta","text":"a"}'),
    ].join("");
    for (const [speaks, first] of [
      ["messages", native],
      ["chat", says("a")],
    ] as const) {
      const body = createFedBody(first);
      const how = { path: "/v1/messages", speaks };
      const { next, clock, stream } = await delivering(body, how, 15_000);
      while (!(await next())?.includes("text_delta"));
      const ping = next();
      await settled();
      clock.pass(15_000);
      expect(await ping).toBe('event: ping\ndata: {"type": "ping"}\n\n');
      stream.cancel();
    }
  });

  test("are an event of Responses' after two minutes without one, native or translated", async () => {
    const stream = responsesStream("a");
    const cut = stream.indexOf("event: response.output_text.done");
    const parts = [stream.slice(0, cut), stream.slice(cut)] as const;
    const chats = [says("a"), stop + done] as const;
    for (const [speaks, [first, rest], reused] of [
      ["responses", parts, 1],
      ["chat", chats, 0],
    ] as const) {
      const body = createFedBody(first);
      const how = { path: "/v1/responses", speaks };
      const { next, clock, endings } = await delivering(body, how, 15_000);
      let text = "";
      while (!text.includes("output_text.delta")) text += await next();
      const last = sseValues(text).at(-1).sequence_number as number;
      for (const round of [0, 1]) {
        for (let quarter = 1; quarter < 8; quarter++) {
          const ping = next();
          await settled();
          clock.pass(15_000);
          expect(await ping).toBe(": ping\n");
        }
        const event = next();
        await settled();
        clock.pass(15_000);
        const said = await event;
        const number = reused === 1 ? last : last + 1 + round;
        expect(said).toBe(
          `event: keepalive\ndata: {"type":"keepalive","sequence_number":${number}}\n\n`,
        );
        text += said;
      }
      body.feed(rest);
      body.feed({ kind: "end" });
      for (let piece = await next(); piece !== null; piece = await next()) text += piece;
      expect(readResponseStream(text).state).toBe("completed");
      expect(endings).toEqual([{ kind: "complete" }]);
    }
  });

  test("come no later than that, however rare comments are", async () => {
    const body = createFedBody(says("a"));
    const how = { path: "/v1/responses", speaks: "chat" };
    const { next, clock, stream } = await delivering(body, how, 1_000_000);
    while (!(await next())?.includes("output_text.delta"));
    const event = next();
    await settled();
    clock.pass(120_000);
    expect(await event).toContain("event: keepalive");
    stream.cancel();
  });

  test("go out although the upstream is busy with what the client never sees", async () => {
    const body = createFedBody(says("a"));
    const { next, clock } = await delivering(body, {}, 15_000);
    await next();
    const ping = next();
    for (const heartbeat of ["data:\n\n", "data:\n\n", "data:\n\n"]) {
      await settled();
      clock.pass(4_000);
      body.feed(heartbeat);
    }
    await settled();
    clock.pass(3_000);
    expect(await ping).toBe(": ping\n");
  });

  test("never stand within an event, nor in NDJSON", async () => {
    const part = `data: ${"x".repeat(33 << 20)}`;
    const body = createFedBody(says("a"), part);
    const { next, clock } = await delivering(body, {}, 15_000);
    expect(await next()).toBe(says("a"));
    expect(await next()).toBe(part);
    const more = next();
    await settled();
    expect(clock.pending()).toBe(0);
    body.feed(broke);
    await more;

    const chat = createFedBody(says("a"));
    const lines = await delivering(chat, { path: "/api/chat" }, 15_000);
    await lines.next();
    const line = lines.next();
    await settled();
    expect(lines.clock.pending()).toBe(0);
    chat.feed(broke);
    await line;
  });
});

describe("a client that leaves", () => {
  test.each([
    ["after [DONE]", [says("a"), done], "complete"],
    ["after every choice has finished", [says("a"), stop], "complete"],
    ["in the middle", [says("a")], "client-gone"],
    ["after a finish that was none", [says("a"), stop, says("b")], "client-gone"],
  ] as const)("%s", async (_when, events, kind) => {
    const { next, stream, endings } = await delivering(createFedBody(...events));
    for (const event of events) expect(await next()).toBe(event);
    stream.cancel();
    expect(endings).toEqual([{ kind }]);
  });

  test("before the end that has come has been taken is gone", async () => {
    const { stream, endings } = await delivering(createFedBody(says("a") + done));
    stream.cancel();
    expect(endings).toEqual([{ kind: "client-gone" }]);
  });

  test("before a translated answer's last line is gone, though the model had finished", async () => {
    const { next, stream, endings } = await delivering(createFedBody(says("a"), stop), {
      path: "/api/chat",
    });
    expect(await next()).toContain('"content":"a"');
    stream.cancel();
    expect(endings).toEqual([{ kind: "client-gone" }]);
  });
});

describe("a break after the commit", () => {
  const words = (message: string) => ({
    error: { message, type: "server_error", param: null, code: "upstream_broken" },
  });
  test.each([
    ["a lost connection", broke, "upstream connection lost: connection reset"],
    ["a stall", silent, "stream timed out: no byte"],
  ])("%s is reported so that agents retry", async (_name, read, message) => {
    const { next, endings } = await delivering(createFedBody(says("a"), read));
    await next();
    const event = (await next()) ?? "";
    expect(JSON.parse(event.slice("data: ".length))).toEqual(words(message));
    expect(event).toEndWith("\n\n");
    expect(await next()).toBeNull();
    expect(endings).toMatchObject([{ kind: "broke" }]);
  });

  test("is reported on messages in their own form, with the request's id", async () => {
    const delta =
      'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta"}}\n\n';
    const { next } = await delivering(createFedBody(delta, broke), { path: "/v1/messages" });
    await next();
    const [name, data] = ((await next()) ?? "").split("\n");
    expect(name).toBe("event: error");
    expect(JSON.parse((data ?? "").slice("data: ".length))).toMatchObject({
      type: "error",
      error: { message: "upstream connection lost: connection reset" },
      request_id: "the-id",
    });
  });

  test("stands by itself after an event without its end", async () => {
    const { next } = await delivering(createFedBody(says("a"), says("b").trimEnd(), broke));
    await next();
    expect(await next()).toBe(says("b").trimEnd());
    expect(await next()).toStartWith("\n\ndata: ");
  });

  test("stands by itself, too, where a cleaner gives back such an event only then", async () => {
    const undecided = says("a <th").trimEnd();
    const { next } = await delivering(createFedBody(says("a"), undecided, broke));
    await next();
    expect(await next()).toBe(undecided);
    expect(await next()).toStartWith("\n\ndata: ");
  });

  test("closes the connection unfinished where the policy wants that", async () => {
    for (const read of [broke, silent, { kind: "end" } as const]) {
      const { next, endings } = await delivering(createFedBody(says("a"), read), {
        keys: "on_break: reset",
      });
      await next();
      expect(next()).rejects.toThrow();
      await settled();
      expect(endings).toMatchObject([{ kind: "broke" }]);
    }
  });

  test("the upstream's own error event passes all the same", async () => {
    const error = 'data: {"error":{"message":"gone"}}\n\n';
    const { next } = await delivering(createFedBody(says("a"), error), {
      keys: "on_break: reset",
    });
    await next();
    expect(await next()).toBe(error);
  });
});

describe("the commit point", () => {
  const thinks = 'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n';

  test("first_answer holds reasoning", async () => {
    const { opening } = answering(createFedBody(thinks, thinks, broke), {
      keys: "commit: first_answer",
    });
    expect(await opening).toMatchObject({ kind: "failed", failure: { reason: "broken" } });
    const kept = await delivering(createFedBody(thinks, says("a"), broke), {
      keys: "commit: first_answer",
    });
    expect(await kept.next()).toBe(thinks);
    expect(await kept.next()).toBe(says("a"));
  });

  test("beyond what may be held, what is held is sent and the rest streams, bad events included", async () => {
    const body = createFedBody(says("a"), says("b"), "data: {oops\n\n", stop, done, {
      kind: "end",
    });
    const { answer, next, endings } = await delivering(body, {
      keys: "commit: full",
      budget: says("a").length,
    });
    expect(answer.heldPartially).toBe(true);
    for (const event of [says("a"), says("b"), "data: {oops\n\n", stop, done])
      expect(await next()).toBe(event);
    expect(await next()).toBeNull();
    expect(endings).toEqual([{ kind: "complete" }]);
    expect(answer.warnings()).toEqual(["malformed_event"]);
  });

  test("reached with the last byte that may be held is not said to be held in part", async () => {
    const { answer } = await delivering(createFedBody(says("a")), { budget: 1 });
    expect(answer.heldPartially).toBe(false);
  });
});

describe("an answer under a wrong label", () => {
  const typeOf = (opened: AttemptResult) =>
    opened.kind === "committed"
      ? opened.answer.headers.find(([name]) => name === "content-type")?.[1]
      : opened.failure.reason;

  test.each<[string, How, string, string]>([
    ["a stream as text", { type: "text/plain" }, says("a") + done, "text/event-stream"],
    ["a stream as JSON", { type: "application/json" }, says("a") + done, "text/event-stream"],
    ["a stream nobody asked for", { stream: false }, says("a") + done, "text/event-stream"],
    ["JSON as a stream", {}, '{"choices":[]}', "application/json"],
    ["JSON as a stream, not asked for", { stream: false }, '{"choices":[]}', "application/json"],
    ["a page as a page", { type: "text/html" }, "<html>", "not_json"],
    [
      "lines of a translated answer",
      { path: "/api/chat", type: "text/plain" },
      says("a") + done,
      "application/x-ndjson",
    ],
  ])("%s gets the right one", async (_name, how, text, expected) => {
    for (const pieces of [[text], text.split(/(?=.)/s)])
      expect(typeOf(await answering(createFedBody(...pieces, { kind: "end" }), how).opening)).toBe(
        expected,
      );
  });
});

test("a HEAD's answer has no body to be judged, whatever its label", async () => {
  const { opening } = answering(createFedBody({ kind: "end" }), { method: "HEAD" });
  expect(await opening).toMatchObject({ kind: "committed", answer: { rest: null } });
});

test("a redirect is a failed attempt that is never passed on, and its connection is closed", async () => {
  const body = createFedBody("moved");
  const { opening } = answering(body, { status: 301 });
  expect(await opening).toMatchObject({
    kind: "failed",
    failure: { reason: "redirect", status: 502, answer: null },
  });
  expect(body.cancelled()).toBe(true);
});
