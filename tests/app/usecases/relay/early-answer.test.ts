// What a client reads that was sent the head and pings before anything was known of its answer.
import { describe, expect, test } from "bun:test";
import { earlyAnswer } from "../../../../src/app/usecases/relay/early-answer.ts";
import { fakeCall, settle } from "../../../lab/fake-ports.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesStream } from "../../../lab/responses-stream.ts";
import { sseValues } from "../../../lab/split-events.ts";
import { ping } from "../../../../src/app/usecases/relay/ping.ts";
import type { Answer, AnswerStream } from "../../../../src/ports/service.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const callTo = (path: string) => fakeCall({ model: "m", input: "hi", stream: true }, path);

async function reported(
  status: number,
  type: string,
  body: string,
  path = "/v1/chat/completions",
): Promise<string> {
  const hand = createHandClock();
  const clock = { ...hand, elapsed: hand.now, id: () => "", chance: () => 0 };
  const answer: Answer = { status, headers: [["content-type", type]], body: bytes(body) };
  const early = earlyAnswer(callTo(path), Promise.resolve(answer), () => "own", {
    clock,
    sseKeepaliveMs: 1_000,
    keepsAnswers: true,
  });
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
        request_id: "the-call",
      });
    },
  );
});

describe("before clients of Responses", () => {
  const path = "/v1/responses";

  /** Nothing is known of the answer for minutes; then it comes. */
  async function silent(
    minutes: number,
    late: (stream: string) => Answer,
    beginning: (minute: number) => "own" | Uint8Array | null,
  ): Promise<readonly string[]> {
    const hand = createHandClock();
    const clock = { ...hand, elapsed: hand.now, id: () => "", chance: () => 0 };
    const coming = Promise.withResolvers<Answer>();
    const early = earlyAnswer(callTo(path), coming.promise, () => beginning(hand.now() / 60_000), {
      clock,
      sseKeepaliveMs: 15_000,
      keepsAnswers: true,
    });
    const stream = early.body as AnswerStream;
    const pieces: string[] = [];
    const take = (piece: Uint8Array | null) =>
      piece === null ? null : pieces.push(new TextDecoder().decode(piece));
    take(await stream.next());
    for (let quarter = 0; quarter < 4 * minutes; quarter++) {
      const next = stream.next();
      await settle();
      hand.pass(15_000);
      take(await next);
    }
    coming.resolve(late(responsesStream("a", "b")));
    while (take(await stream.next()) !== null);
    return pieces;
  }

  /** In pieces that end anywhere, with comments of the router's own between some. */
  const asStream = (text: string): Answer => {
    const events = text.split(/(?<=\n\n)/).map(bytes);
    const pieces = events.flatMap((event, at) => {
      const half = event.length >> 1;
      const cut = [event.subarray(0, half), event.subarray(half)];
      return at % 3 === 0 ? cut : [event, ping];
    });
    const body: AnswerStream = {
      next: () => Promise.resolve(pieces.shift() ?? null),
      cancel: () => undefined,
    };
    return { status: 200, headers: [["content-type", "text/event-stream"]], body };
  };
  const types = (pieces: readonly string[]) => sseValues(pieces.join("")).map(({ type }) => type);
  const translated = () => "own" as const;

  test("comments come until two minutes have passed, then the response begins, and is kept alive", async () => {
    const pieces = await silent(4, asStream, translated);
    expect(pieces.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => ": ping\n"));
    expect(types(pieces).slice(0, 4)).toEqual([
      "response.created",
      "response.in_progress",
      "keepalive",
      "response.output_item.added",
    ]);
    const text = pieces.join("");
    // Of the router's own comments none waited for the event behind it.
    expect(pieces.filter((piece) => piece === ": ping\n").length).toBeGreaterThan(20);
    expect(text.match(/response\.created/g)?.length).toBe(2);
    const ends = sseValues(text.replace(/"id":"resp_[^"]*"/g, '"id":"r"'));
    expect(ends.map((event) => event.sequence_number)).toEqual([...ends.keys()]);
    expect(ends[0].response).toMatchObject({ status: "in_progress", model: "m", store: true });
    expect(ends.at(-1).type).toBe("response.completed");
    expect(
      readResponseStream(
        text.replaceAll(/^: ping\n/gm, "").replaceAll(/"id":"resp_[^"]*"/g, '"id":"r"'),
      ).state,
    ).toBe("completed");
  });

  test("a server's own response is not begun in its name", async () => {
    const pieces = await silent(5, asStream, () => null);
    expect(types(pieces)[0]).toBe("response.created");
    expect(types(pieces)).not.toContain("keepalive");
    expect(pieces.join("").replaceAll(": ping\n", "")).toBe(responsesStream("a", "b"));
  });

  test("a server's own response begins by its own events, where they have come", async () => {
    const begun = responsesStream("a", "b")
      .split(/(?<=\n\n)/)
      .slice(0, 2)
      .join("");
    const pieces = await silent(4, asStream, () => bytes(begun));
    expect(pieces[8]).toBe(begun);
    const text = pieces.join("").replaceAll(": ping\n", "");
    expect(types(pieces).slice(2, 4)).toEqual(["keepalive", "response.output_item.added"]);
    expect(readResponseStream(text).state).toBe("completed");
  });

  test("the response begins as soon as it is asked for in translation", async () => {
    const pieces = await silent(5, asStream, (minute) => (minute >= 3 ? "own" : null));
    expect(pieces.findIndex((piece) => piece.includes("response.created"))).toBe(12);
  });

  test("a failure is one of the response that began", async () => {
    const failure = (): Answer => ({
      status: 503,
      headers: [["content-type", json]],
      body: bytes(JSON.stringify({ error: gone })),
    });
    const text = (await silent(4, failure, translated)).join("").replaceAll(": ping\n", "");
    const { state, error, response } = readResponseStream(text);
    expect(state).toBe("failed");
    expect(error).toEqual({ ...gone, status: 503 });
    expect(response["id"]).toBe("resp_thecall");
    // One that comes before is a stream of its own.
    const early = await reported(503, json, JSON.stringify({ error: gone }), path);
    expect(readResponseStream(early.replace(": ping\n", "")).state).toBe("failed");
  });
});
