// What a client reads that was sent the head and pings before anything was known of its answer.
import { describe, expect, test } from "bun:test";
import { earlyAnswer } from "../../../../src/app/usecases/relay/early-answer.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import type { Answer, AnswerStream } from "../../../../src/ports/service.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function reported(
  status: number,
  type: string,
  body: string,
  path = "/v1/chat/completions",
): Promise<string> {
  const hand = createHandClock();
  const clock = { ...hand, elapsed: hand.now, id: () => "", chance: () => 0 };
  const answer: Answer = { status, headers: [["content-type", type]], body: bytes(body) };
  const early = earlyAnswer(
    { id: "the-id", endpoint: endpointOf("POST", path) },
    Promise.resolve(answer),
    {
      clock,
      sseKeepaliveMs: 1_000,
    },
  );
  expect(early.status).toBe(200);
  let text = "";
  const stream = early.body as AnswerStream;
  for (let piece = await stream.next(); piece !== null; piece = await stream.next())
    text += new TextDecoder().decode(piece);
  return text;
}

const json = "application/json";
const gone = { message: "gone", type: "t", param: null, code: "c" };

test.each<[string, number, string, object]>([
  ["an error status", 503, JSON.stringify({ error: gone }), { ...gone, status: 503 }],
  ["200 with an error", 200, JSON.stringify({ error: gone }), { ...gone, status: 502 }],
  [
    "200 with an error beside choices",
    200,
    JSON.stringify({ error: gone, choices: [{ message: { content: "" } }] }),
    { ...gone, status: 502 },
  ],
  [
    "200 with an error in a choice",
    200,
    JSON.stringify({ choices: [{ error: { message: "gone", code: 7 }, message: {} }] }),
    { message: "gone", type: "upstream_error", param: null, code: "7", status: 502 },
  ],
  [
    "a page",
    200,
    "<html>",
    {
      message: "the upstream's answer is not JSON",
      type: "upstream_error",
      param: null,
      code: "upstream_broken",
      status: 502,
    },
  ],
])("%s is one error event with its status, and no [DONE]", async (_name, status, body, error) => {
  const text = await reported(status, json, body);
  expect(text).toStartWith(": ping\ndata: ");
  expect(text).not.toContain("[DONE]");
  expect(JSON.parse(text.slice(": ping\ndata: ".length))).toEqual({ error });
});

test("an upstream's own error event passes as it came", async () => {
  const event = `data: ${JSON.stringify({ error: gone })}\n\n`;
  expect(await reported(200, "text/event-stream", event)).toBe(`: ping\n${event}`);
});

test("a whole answer is sent as events", async () => {
  const text = await reported(
    200,
    json,
    JSON.stringify({ choices: [{ message: { content: "hi" } }] }),
  );
  expect(text).toBe(`: ping\ndata: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n`);
});

describe("on Anthropic's surface", () => {
  const path = "/v1/messages";

  test("a whole answer is sent as all events of a stream", async () => {
    const content = [{ type: "text", text: "hi" }];
    const text = await reported(200, json, JSON.stringify({ type: "message", content }), path);
    expect(text).toStartWith(": ping\nevent: message_start\ndata: ");
    expect(text).toContain('"delta":{"type":"text_delta","text":"hi"}');
    expect(text).toEndWith('event: message_stop\ndata: {"type":"message_stop"}\n\n');
  });

  test.each<[string, number, object, object]>([
    [
      "an error status",
      529,
      { type: "error", error: { type: "overloaded_error", message: "gone" } },
      { type: "overloaded_error", message: "gone", status: 529 },
    ],
    [
      "200 with an error",
      200,
      { type: "error", error: { type: "overloaded_error", message: "gone" } },
      { type: "api_error", message: "gone", status: 502 },
    ],
    [
      "a message without content",
      200,
      { type: "message" },
      {
        type: "api_error",
        message: "the upstream's answer is not one to this call",
        status: 502,
      },
    ],
  ])(
    "%s is one event error of its type, and no message_stop",
    async (_name, status, body, error) => {
      const text = await reported(status, json, JSON.stringify(body), path);
      expect(text).toStartWith(": ping\nevent: error\ndata: ");
      expect(JSON.parse(text.slice(": ping\nevent: error\ndata: ".length))).toEqual({
        type: "error",
        error,
        request_id: "the-id",
      });
    },
  );
});
