// Where a streamed answer ends, on a clock moved by hand.
import { describe, expect, test } from "bun:test";
import { createCapture } from "../../../../src/app/usecases/relay/capture.ts";
import {
  createLiveSource,
  type LiveStep,
} from "../../../../src/app/usecases/relay/event-stream.ts";
import type { Framing } from "../../../../src/domain/bytes/framing.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { streamProtocol } from "../../../../src/domain/protocols/stream-reader.ts";
import type { CommitPoint } from "../../../../src/domain/routing/types.ts";
import type { BodyRead } from "../../../../src/ports/upstream.ts";
import { captureLimits } from "../../../lab/capture-limits.ts";
import { createFedBody, type FedBody } from "../../../lab/fed-body.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { plainBridge } from "../../../lab/plain-bridge.ts";

const says = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const stop = says("", "stop");
const usage = 'data: {"choices":[],"usage":{"total_tokens":3}}\n\n';
const done = "data: [DONE]\n\n";

function openSource(
  body: FedBody,
  framing: Framing = "sse",
  commit: CommitPoint = "first_content",
) {
  const clock = createHandClock();
  const path = framing === "ndjson" ? "/api/chat" : "/v1/chat/completions";
  const protocol = streamProtocol(endpointOf("POST", path), framing);
  const timed = { ...clock, elapsed: clock.now, id: () => "", chance: () => 0 };
  const wire = { framing, protocol };
  const source = createLiveSource(
    body,
    wire,
    commit,
    plainBridge,
    createCapture(captureLimits(1 << 20)),
    timed,
  );
  let text = "";

  async function next(): Promise<LiveStep> {
    const step = await source.next();
    for (const piece of step.pieces) text += new TextDecoder().decode(piece);
    return step;
  }
  /** To the last step. */
  async function rest(): Promise<LiveStep["outcome"]> {
    for (;;) {
      const { outcome } = await next();
      if (outcome !== "open") return outcome;
    }
  }
  return { source, clock, next, rest, text: () => text };
}

/** Long enough for every promise that can settle to have done so. */
const settled = () => Bun.sleep(0);
const end: BodyRead = { kind: "end" };
const broke: BodyRead = { kind: "broke", message: "connection reset" };
const silent: BodyRead = { kind: "timed-out", message: "no byte for longer than REQUEST_TIMEOUT" };

describe("after a finish_reason", () => {
  test("whatever comes within a minute of silence is passed on, usage and [DONE] included", async () => {
    const body = createFedBody(says("Looking. "), stop);
    const { next, clock, text, rest } = openSource(body);
    await next();
    expect(await next()).toMatchObject({ outcome: "open", complete: true });
    const more = next();
    clock.pass(59_000);
    body.feed(says("Found it."));
    expect(await more).toMatchObject({ outcome: "open", complete: false });
    body.feed(stop);
    await next();
    const late = next();
    clock.pass(59_000);
    body.feed(usage);
    await late;
    body.feed(done);
    body.feed(end);
    expect(await rest()).toBe("ended");
    expect(text()).toBe(says("Looking. ") + stop + says("Found it.") + stop + usage + done);
  });

  test("a minute without a byte ends the answer as complete, and the connection", async () => {
    const body = createFedBody(says("a"), stop);
    const { next, clock } = openSource(body);
    await next();
    await next();
    const last = next();
    clock.pass(59_999);
    await settled();
    expect(body.cancelled()).toBe(false);
    clock.pass(1);
    expect((await last).outcome).toBe("ended");
    expect(body.cancelled()).toBe(true);
    expect(clock.pending()).toBe(0);
  });

  test.each([
    ["an HTTP end", end],
    ["a break", broke],
    ["the silence of REQUEST_TIMEOUT", silent],
  ])("%s ends it as complete", async (_name, read) => {
    const { rest } = openSource(createFedBody(says("a"), stop, read));
    expect(await rest()).toBe("ended");
  });

  test.each([
    ["an HTTP end", end, "no_end"],
    ["a break", broke, "broken"],
    ["the silence of REQUEST_TIMEOUT", silent, "silence_timeout"],
  ])("and further content, %s is a failure", async (_name, read, reason) => {
    const { rest } = openSource(createFedBody(says("a"), stop, says("b"), read));
    expect(await rest()).toMatchObject({ reason });
  });

  test.each([
    ["an HTTP end", end, null],
    ["a break", broke, "complete, but its end did not come: connection reset"],
    [
      "a timer",
      silent,
      `complete, but its end did not come: no byte for longer than REQUEST_TIMEOUT`,
    ],
  ])("what ended it is told apart: %s", async (_name, read, remark) => {
    const { source, rest } = openSource(createFedBody(says("a"), stop, read));
    await rest();
    expect(source.remark()).toBe(remark);
    const last = openSource(createFedBody(says("a"), done, read));
    await last.rest();
    expect(last.source.remark()).toBeNull();
  });

  test("no read runs a timer before it", async () => {
    const body = createFedBody(says("a"));
    const { next, clock } = openSource(body);
    await next();
    const more = next();
    await settled();
    expect(clock.pending()).toBe(0);
    body.feed(stop);
    await more;
  });
});

describe("after the last word", () => {
  test("the connection may linger for a second, not for ever, whatever it goes on saying", async () => {
    const body = createFedBody(says("a"), done);
    const { next, clock } = openSource(body);
    await next();
    expect(await next()).toMatchObject({ outcome: "open", complete: true });
    const last = next();
    for (let tenth = 0; tenth < 10; tenth++) {
      body.feed(": still here\n\n");
      await settled();
      clock.pass(100);
    }
    expect((await last).outcome).toBe("ended");
    expect(body.cancelled()).toBe(true);
    expect(clock.pending()).toBe(0);
  });

  test("a flood is not taken in", async () => {
    const body = createFedBody(
      done,
      ...Array.from({ length: 40 }, () => `: ${"x".repeat(1 << 16)}\n\n`),
    );
    const { rest } = openSource(body);
    expect(await rest()).toBe("ended");
    expect(body.reads()).toBeLessThan(30);
  });

  test("bad events are left out, and said to have been", async () => {
    const body = createFedBody(
      says("a"),
      done,
      'data: {"error":"late"}\n\ndata: ping\n\n',
      usage,
      end,
    );
    const { source, text, rest } = openSource(body);
    expect(await rest()).toBe("ended");
    expect(text()).toBe(says("a") + done + usage);
    expect(source.changed()).toBe(true);
    expect(source.warnings()).toEqual(["malformed_event"]);
  });
});

describe("a last event without its line end", () => {
  test.each<[Framing, string, string]>([
    ["sse", says("a"), done.trimEnd()],
    ["sse", says("a"), "data: [DONE]\n"],
    ["sse", says("a"), stop.trimEnd()],
    ["ndjson", '{"message":{"content":"a"}}\n', '{"done":true}'],
  ])("%s: %j, %j is the end", async (framing, first, last) => {
    for (const read of [end, broke]) {
      const { rest, text } = openSource(createFedBody(first, last, read), framing);
      expect(await rest()).toBe("ended");
      expect(text()).toBe(first + last);
    }
  });

  test.each<[Framing, string, string, string]>([
    ["sse", says("a"), 'data: {"error":{"message":"gone"}}', "\n\n"],
    ["ndjson", '{"message":{"content":"a"}}\n', '{"error":"gone"}', "\n"],
  ])(
    "%s: its error is the error, closed for the client to see",
    async (framing, first, last, close) => {
      for (const read of [end, broke, silent]) {
        const { rest } = openSource(createFedBody(first, last, read), framing);
        const event = new TextEncoder().encode(last + close);
        expect(await rest()).toMatchObject({ reason: "error_event", message: "gone", event });
      }
    },
  );

  test("its text is passed on, and what follows must not run into it", async () => {
    const { source, rest, text } = openSource(createFedBody(says("a"), says("b").trimEnd(), end));
    expect(await rest()).toMatchObject({ reason: "no_end" });
    expect(text()).toBe(says("a") + says("b").trimEnd());
    expect(source.midEvent()).toBe(true);
  });

  test.each([
    says("b").slice(0, 20),
    // Clients of Anthropic's parse the data of an event that has a name, be it that it has none.
    "event: content_block_delta",
    "event: content_block_delta\n",
  ])("a torn one is as good as not sent: %j", async (torn) => {
    const { source, rest, text } = openSource(createFedBody(says("a"), torn, end));
    expect(await rest()).toMatchObject({ reason: "no_end" });
    expect(text()).toBe(says("a"));
    expect(source.midEvent()).toBe(false);
  });
});

describe("an event that nobody can read", () => {
  test("passes as it came once the answer is committed, be it in the same read", async () => {
    const { source, rest, text } = openSource(
      createFedBody(`${says("a")}data: {oops\n\n${says("b")}`, stop, done, end),
    );
    expect(await rest()).toBe("ended");
    expect(text()).toContain("data: {oops\n\n");
    expect(source.changed()).toBe(false);
    expect(source.warnings()).toEqual(["malformed_event"]);
  });

  test("is a break where the stream ends with it", async () => {
    const { rest } = openSource(createFedBody(says("a"), "data: {oops\n\n", end));
    expect(await rest()).toMatchObject({ reason: "malformed_event" });
  });

  test("fails an attempt of which nothing was sent", async () => {
    const { rest } = openSource(createFedBody(says("a"), "data: {oops\n\n", done), "sse", "full");
    expect(await rest()).toMatchObject({ reason: "malformed_event" });
  });
});

test("an error that comes together with content follows it", async () => {
  const body = createFedBody(`${says("half")}data: {"error":"gone"}\n\n${done}`);
  const { next } = openSource(body);
  expect(await next()).toMatchObject({ outcome: "open", content: true });
  expect((await next()).outcome).toMatchObject({ reason: "error_event", message: "gone" });
});

test("events with blank data are left out", async () => {
  const { source, rest, text } = openSource(
    createFedBody("data: \n\n", says("a"), "event: heartbeat\ndata:\n\n", ": hello\n\n", done, end),
  );
  expect(await rest()).toBe("ended");
  expect(text()).toBe(`${says("a")}: hello\n\n${done}`);
  expect(source.changed()).toBe(true);
  expect(source.warnings()).toEqual([]);
});

test("a stream cut at any byte is whole only from its finish_reason on", async () => {
  const whole = says("héllo") + stop + usage + done;
  const bytes = new TextEncoder().encode(whole);
  const complete = new TextEncoder().encode(says("héllo") + stop.trimEnd()).length;
  for (let at = 0; at <= bytes.length; at++)
    for (const read of [end, broke]) {
      const body = createFedBody({ kind: "bytes", bytes: bytes.subarray(0, at) }, read);
      const outcome = await openSource(body).rest();
      expect([at, outcome === "ended"]).toEqual([at, at >= complete]);
    }
});
