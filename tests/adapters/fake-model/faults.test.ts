// Each fault as it stands on the wire, and as fetch sees it.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Behaviour } from "../../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../../src/adapters/fake-model/fake-model.ts";
import { createGate } from "../../../src/adapters/fake-model/gate.ts";
import { startFakeModel } from "../../../src/adapters/fake-model/start-fake-model.ts";
import { rawRequest, type RawExchange } from "../../lab/raw-request.ts";
import type { WireResponse } from "../../lab/read-response.ts";
import { ndjsonValues, sseComments, sseEvents } from "../../lab/split-events.ts";

let fake: FakeModel;
beforeAll(async () => {
  fake = await startFakeModel({ name: "f", models: ["m"] });
});
afterEach(() => {
  fake.reset();
});
afterAll(() => fake.stop());

const messages = [{ role: "user", content: "hi" }];
const chat = (stream: boolean) => ({
  path: "/v1/chat/completions",
  body: { model: "m", stream, messages },
});
const paths = {
  plain: chat(false),
  chat: chat(true),
  completions: { path: "/v1/completions", body: { model: "m", stream: true, prompt: "hi" } },
  responses: { path: "/v1/responses", body: { model: "m", stream: true, input: "hi" } },
  messages: { path: "/v1/messages", body: { ...chat(true).body, max_tokens: 50 } },
  ndjson: { path: "/api/chat", body: { model: "m", messages } },
};
type Path = keyof typeof paths;

const ask = async (behaviour: Behaviour, path: Path = "chat"): Promise<RawExchange> => {
  fake.script([behaviour]);
  return rawRequest(fake.url, paths[path]);
};
/** The whole exchange: how the connection ended and what had come. */
const outcome = async (
  behaviour: Behaviour,
  path: Path = "chat",
): Promise<{ how: string; response: WireResponse; text: string }> => {
  const exchange = await ask(behaviour, path);
  const how = await exchange.ended;
  const response = exchange.response();
  return { how, response, text: response.body.toString() };
};
const viaFetch = async (behaviour: Behaviour, path: Path = "chat"): Promise<string> => {
  fake.script([behaviour]);
  const { path: target, body } = paths[path];
  const options = { method: "POST", body: JSON.stringify(body) };
  try {
    const answer = await fetch(fake.url + target, options);
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const proper = async (path: Path = "chat"): Promise<string> =>
  (await outcome({ kind: "answer" }, path)).text;

const everyPath = Object.keys(paths).map((path) => [path as Path] as const);

test.each(everyPath)("a reset of %s before any byte is one, also to fetch", async (path) => {
  const { how, response } = await outcome({ kind: "reset", when: "before-head" }, path);
  expect([how, response.end]).toEqual(["reset", "headless"]);
  expect(await viaFetch({ kind: "reset", when: "before-head" }, path)).toBe("ECONNRESET");
});

test.each(everyPath)("a reset of %s in its midst comes after half the answer", async (path) => {
  const { how, response, text } = await outcome({ kind: "reset", when: "mid-content" }, path);
  expect([how, response.status, response.end]).toEqual(["reset", 200, "short"]);
  expect(await proper(path)).toStartWith(text);
  expect(text).not.toBe("");
  expect(await viaFetch({ kind: "reset", when: "mid-content" }, path)).toBe("ECONNRESET");
});

test.each(everyPath)("a cut of %s is a FIN without the promised end", async (path) => {
  const { how, response, text } = await outcome({ kind: "cut", when: "mid-content" }, path);
  expect([how, response.end]).toEqual(["fin", "short"]);
  expect(await proper(path)).toStartWith(text);
  expect(await viaFetch({ kind: "cut", when: "mid-content" }, path)).toBe("ECONNRESET");
});

test.each(everyPath)("a truncated %s ends properly for HTTP and too early", async (path) => {
  const { how, response, text } = await outcome({ kind: "truncate", when: "before-end" }, path);
  expect([how, response.end]).toEqual(["fin", "whole"]);
  const whole = await proper(path);
  expect(whole).toStartWith(text);
  expect(text.length).toBeLessThan(whole.length);
  expect(await viaFetch({ kind: "truncate", when: "before-end" }, path)).toBe(`200 ${text}`);
});

test.each([
  ["chat", "[DONE]"],
  ["completions", "[DONE]"],
  ["responses", "response.completed"],
  ["messages", "message_stop"],
  ["ndjson", '"done":true'],
] as const)("the last event of %s can be left out", async (path, last) => {
  expect(await proper(path)).toContain(last);
  const { text } = await outcome({ kind: "truncate", when: "before-last" }, path);
  expect(text).not.toContain(last);
});

test("a cut at any byte of a body sends exactly the bytes before it", async () => {
  const whole = Buffer.from(await proper());
  for (const afterBytes of [0, 1, 5, whole.length - 1, whole.length]) {
    const { response } = await outcome({ kind: "cut", when: { afterBytes } });
    expect(response.end).toBe("short");
    expect(response.body.equals(whole.subarray(0, afterBytes))).toBe(true);
  }
});

test.each([
  ["length", "short"],
  ["chunked", "short"],
  ["close", "unbounded"],
] as const)("a cut under the framing %s leaves the answer %s", async (framing, end) => {
  const { response } = await outcome({ kind: "cut", when: { afterEvents: 2 }, framing });
  expect(response.end).toBe(end);
  expect(sseEvents(response.body.toString())).toHaveLength(2);
});

test("a short Content-Length is seen as one, also by fetch", async () => {
  const { response } = await outcome({ kind: "wrong-length", by: 10 }, "plain");
  expect(response.end).toBe("short");
  expect(await viaFetch({ kind: "wrong-length", by: 10 }, "plain")).toBe("ECONNRESET");
  const { response: less } = await outcome({ kind: "wrong-length", by: -10 }, "plain");
  expect([less.end, less.rest.length]).toEqual(["whole", 10]);
});

test.each([
  ["before-head", ""],
  ["after-head", "\r\n\r\n"],
  ["before-content", '"role":"assistant"'],
  ["mid-content", '"content":"this "'],
] as const)("a stall %s is silent until its gate opens, then goes on", async (when, before) => {
  const until = createGate();
  const exchange = await ask({ kind: "stall", when, until });
  await until.reached;
  if (before !== "") await exchange.waitFor(before);
  const held = exchange.bytes().length;
  expect(exchange.response().body.toString()).not.toContain("[DONE]");
  expect(held === 0).toBe(when === "before-head");
  until.open();
  expect((await exchange.whole()).body.toString()).toBe(await proper());
});

test("a stall without a gate lasts until the client leaves", async () => {
  const exchange = await ask({ kind: "stall", when: { afterEvents: 1 } });
  await exchange.waitFor("role");
  exchange.leave();
  await fake.waitForAbort(1);
  expect(fake.calls()[0]!.ending).toBe("aborted");
});

test("garbage stands where it was put, and the answer goes on", async () => {
  const garbage: Behaviour = {
    kind: "garbage",
    when: { afterEvents: 2 },
    bytes: "data: {oops\n\n",
  };
  const { text } = await outcome(garbage);
  expect(sseEvents(text)[2]!.data).toBe("{oops");
  expect(text.replace("data: {oops\n\n", "")).toBe(await proper());
});

test.each([
  ["chat", '{"error":{"message"'],
  ["completions", '{"error":{"message"'],
  ["responses", '{"type":"error"'],
  ["messages", '{"type":"error","error":{'],
] as const)("an error event in %s has its own form and ends the stream", async (path, form) => {
  const { response, text } = await outcome({ kind: "error-event", when: "mid-content" }, path);
  expect(response.end).toBe("whole");
  expect(sseEvents(text).at(-1)!.data).toStartWith(form);
});

test("an error line in NDJSON ends the stream", async () => {
  const { text } = await outcome({ kind: "error-event", when: { afterEvents: 1 } }, "ndjson");
  const [first, error, ...rest] = ndjsonValues(text);
  expect([first.done, typeof error.error, rest.length]).toEqual([false, "string", 0]);
});

test.each([
  [
    "an error status",
    { kind: "status", status: 429, headers: { "Retry-After": "2" } },
    429,
    "rate_limit_error",
  ],
  [
    "an error with a body of its own",
    { kind: "status", status: 400, body: { error: { code: "c" } } },
    400,
    '"code":"c"',
  ],
  ["an error object with 200", { kind: "error-body" }, 200, '{"error":{'],
  ["a web page with 200", { kind: "not-json" }, 200, "<!doctype html>"],
  ["a redirect", { kind: "status", status: 307, headers: { location: "/x" } }, 307, ""],
] as const)("%s is sent as scripted", async (_name, behaviour, status, text) => {
  const { response } = await outcome(behaviour, "plain");
  expect([response.status, response.end]).toEqual([status, "whole"]);
  expect(response.body.toString()).toContain(text);
  for (const [name, value] of Object.entries("headers" in behaviour ? behaviour.headers : {}))
    expect(response.headers).toContainEqual([name.toLowerCase(), value]);
});

test("errors take the form of the path’s API", async () => {
  const body = async (path: Path) =>
    JSON.parse((await outcome({ kind: "status", status: 500 }, path)).text);
  expect(await body("chat")).toMatchObject({ error: { type: "server_error" } });
  expect(await body("ndjson")).toEqual({ error: expect.any(String) });
  expect(await body("messages")).toMatchObject({ type: "error", error: { type: "api_error" } });
});

test("an empty stream has a head and an end", async () => {
  const { response } = await outcome({ kind: "empty-stream" });
  expect([response.status, response.end, response.body.length]).toEqual([200, "whole", 0]);
  expect(response.headers).toContainEqual(["content-type", "text/event-stream"]);
});

test.each([
  ["gzip", "chat"],
  ["gzip", "plain"],
  ["deflate", "chat"],
  ["br", "chat"],
] as const)("%s of %s is decoded by fetch to the same bytes", async (encoding, path) => {
  const { response } = await outcome({ kind: "answer", encoding }, path);
  expect(response.headers).toContainEqual(["content-encoding", encoding]);
  expect(response.body.includes("Hello")).toBe(false);
  expect(await viaFetch({ kind: "answer", encoding }, path)).toBe(`200 ${await proper(path)}`);
});

test("a gzip stream can be decoded event by event as it arrives", async () => {
  const until = createGate();
  fake.script([{ kind: "stall", when: "mid-content", until, encoding: "gzip" }]);
  const { path, body } = paths.chat;
  const answer = await fetch(fake.url + path, { method: "POST", body: JSON.stringify(body) });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes('"content":"this "')) text += (await reader.read()).value!;
  until.open();
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  expect(text).toBe(await proper());
});

test("raw bytes are sent as they are, in their pieces, and end as scripted", async () => {
  const gate = createGate();
  const chunks = ["HTTP/1.1 200 OK\r\ncontent-le", { gate }, "ngth: 2\r\n\r\nok"];
  const exchange = await ask({ kind: "raw", chunks, after: "reset" });
  await exchange.waitFor("content-le");
  expect(exchange.text()).toBe("HTTP/1.1 200 OK\r\ncontent-le");
  gate.open();
  expect(await exchange.ended).toBe("reset");
  expect(exchange.text()).toBe("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
});

test("a body of one’s own is cut like any other", async () => {
  const pieces = [": hello\r\n\r\n", "data: 1\r\n\r\n", "data: 2\r\n\r\n"];
  const whole = await outcome({ kind: "answer", pieces });
  expect(whole.text).toBe(pieces.join(""));
  expect(sseComments(whole.text)).toEqual(["hello"]);
  const { text } = await outcome({ kind: "cut", when: { afterBytes: 12 }, pieces });
  expect(text).toBe(pieces.join("").slice(0, 12));
});

test("writes of one byte arrive as the same answer, in many pieces", async () => {
  const exchange = await ask({ kind: "answer", writeBytes: 1, content: "Hi" });
  await exchange.ended;
  expect(exchange.arrivals.length).toBeGreaterThan(50);
  expect(exchange.response().body.toString()).toContain('"content":"Hi"');
});

test("events leave together, unless each is to be a write of its own", async () => {
  const arrivals = async (perEvent: boolean): Promise<number> => {
    const exchange = await ask({ kind: "answer", perEvent, content: "word ".repeat(50) });
    await exchange.ended;
    return exchange.arrivals.length;
  };
  expect(await arrivals(false)).toBeLessThan(5);
  expect(await arrivals(true)).toBeGreaterThan(20);
});

test("delays come before the head, before the first content and between events", async () => {
  const behaviour = { delayMs: 30, firstTokenMs: 40, betweenMs: 20, content: "one two" };
  const exchange = await ask({ kind: "answer", ...behaviour });
  await exchange.ended;
  // Each from the beginning: a busy machine brings things later, never earlier.
  const waited = (text: string): number => {
    const index = exchange.arrivals.findIndex(({ bytes }) => bytes.includes(text));
    return exchange.arrivals[index]!.at - exchange.sentAt;
  };
  expect(waited("HTTP/1.1")).toBeGreaterThan(25);
  expect(waited('"one "')).toBeGreaterThan(65);
  expect(waited('"two"')).toBeGreaterThan(85);
});

test("whole and streamed answers can be had against the request’s wish", async () => {
  const { text } = await outcome({ kind: "answer", stream: false });
  expect(JSON.parse(text)).toMatchObject({ object: "chat.completion" });
  expect(
    sseEvents((await outcome({ kind: "answer", stream: true }, "plain")).text),
  ).not.toBeEmpty();
});

test("a flood stops when the client stops reading, and is whole once it reads on", async () => {
  const exchange = await ask({ kind: "flood", events: 300, eventBytes: 64 * 1024 });
  exchange.pause();
  const call = await fake.waitForRequest(1);
  // Steady once the buffers between the two are full.
  let before = -1;
  while (before !== call.bytesSent) {
    before = call.bytesSent;
    await Bun.sleep(30);
  }
  expect(call.bytesSent).toBeLessThan(15_000_000);
  expect(call.ending).toBe("open");
  exchange.resume();
  const { body, end } = await exchange.whole();
  expect(end).toBe("whole");
  expect(body.length).toBeGreaterThan(300 * 64 * 1024);
  expect(call.ending).toBe("answered");
});
