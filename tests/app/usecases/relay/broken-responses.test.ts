// Responses streams that pass as they come and break: they end with all that came before.
import { describe, expect, test } from "bun:test";
import { createCapture } from "../../../../src/app/usecases/relay/capture.ts";
import { createLiveSource } from "../../../../src/app/usecases/relay/event-stream.ts";
import { breakObject } from "../../../../src/domain/protocols/errors.ts";
import { nativeBridge } from "../../../../src/domain/protocols/native-bridge.ts";
import type { Target } from "../../../../src/domain/routing/plan.ts";
import type { BodyRead } from "../../../../src/ports/upstream.ts";
import { captureLimits } from "../../../lab/capture-limits.ts";
import { fakeCall } from "../../../lab/fake-ports.ts";
import { createFedBody } from "../../../lab/fed-body.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesStream } from "../../../lab/responses-stream.ts";
import { sseValues } from "../../../lab/split-events.ts";

const wire = { framing: "sse", protocol: "openai-responses" } as const;
const way = {
  kind: "native",
  from: "openai-responses",
  into: "openai-responses",
  because: "type",
} as const;
const target = { model: null, policy: { stripThinking: "keep" } } as unknown as Target;
const lost: BodyRead = { kind: "broke", message: "reset" };

/** All that a client gets of a stream, the router's words included. */
async function clientsStream(...reads: readonly (string | BodyRead)[]): Promise<string> {
  const call = fakeCall({ model: "m", input: "hi", stream: true }, "/v1/responses");
  const clock = createHandClock();
  const source = createLiveSource(
    createFedBody(...reads),
    wire,
    "first_content",
    nativeBridge(call, target, way),
    createCapture(captureLimits(1 << 20)),
    { ...clock, elapsed: clock.now, id: () => "", chance: () => 0 },
  );
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { pieces: brought, outcome } = await source.next();
    pieces.push(...brought);
    if (outcome === "open") continue;
    if (outcome !== "ended") {
      if (source.midEvent()) pieces.push(new TextEncoder().encode("\n\n"));
      const words = source.lastWords(breakObject(outcome.reason, outcome.message));
      pieces.push(outcome.event ?? words ?? new Uint8Array(0));
    }
    return Buffer.concat(pieces).toString();
  }
}

const stream = responsesStream("Grü", "ße", "!");
const events = stream.split("\n\n").slice(0, -1);
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;

describe("a stream that breaks", () => {
  test("anywhere, ends as failed, with its id, its numbers and the items that were done", async () => {
    const bytes = new TextEncoder().encode(stream);
    for (let cut = 0; cut < bytes.length - 1; cut += 7) {
      const text = await clientsStream({ kind: "bytes", bytes: bytes.subarray(0, cut) }, lost);
      const before = sseValues(text.slice(0, text.indexOf("event: error\n")));
      if (before.length < 2) continue;
      const { state, response, error } = readResponseStream(text);
      expect(state).toBe("failed");
      expect(error).toMatchObject({ code: "upstream_broken" });
      const done = before.filter(({ type }) => type === "response.output_item.done");
      expect(response["output"]).toEqual(done.map(({ item }) => item));
      // As its author wrote it.
      expect(response["metadata"]).toEqual({ n: "12345678901234567890" });
    }
  });

  test("behind events that nobody read, goes on with the number of the last", async () => {
    const delta = (at: number) =>
      events
        .find((one) => one.includes('"delta":"ße"'))!
        .replace(/"sequence_number":\d+/, `"sequence_number":${at}`);
    const at = events.findIndex((one) => one.includes('"delta":"ße"'));
    const before = events.slice(0, at + 1).join("\n\n");
    const run = Array.from({ length: 50 }, (_, index) => delta(at + 1 + index));
    const text = await clientsStream(`${before}\n\n`, `${run.join("\n\n")}\n\n`, lost);
    expect(readResponseStream(text).state).toBe("failed");
    expect(sseValues(text).at(-1)).toMatchObject({ sequence_number: at + 1 + 50 + 1 });
  });

  test("without its end, or with silence, is a broken one", async () => {
    for (const how of [{ kind: "end" }, { kind: "timed-out", message: "" }] as const)
      expect(
        readResponseStream(await clientsStream(`${events.slice(0, 9).join("\n\n")}\n\n`, how))
          .state,
      ).toBe("failed");
  });

  test("keeps the digits and the order of what its server wrote", async () => {
    const created =
      'data: {"type":"response.created","sequence_number":7,"response":{"id":"r","z":1.0,"big":12345678901234567890,"status":"in_progress","output":[]}}\n\n';
    const text = await clientsStream(
      created,
      event({ type: "response.output_text.delta", delta: "a" }),
      lost,
    );
    expect(text).toContain(
      '"sequence_number":9,"response":{"id":"r","z":1.0,"big":12345678901234567890,"status":"failed","output":[],"error":{',
    );
  });

  test("that never said what it is, ends under the call's id", async () => {
    const text = await clientsStream(
      event({ type: "response.output_text.delta", delta: "a" }),
      lost,
    );
    expect(sseValues(text).slice(-2)).toMatchObject([
      { type: "error", sequence_number: 0 },
      {
        type: "response.failed",
        sequence_number: 1,
        response: { id: expect.stringMatching(/^resp_./) },
      },
    ]);
  });

  test("with more than is kept of it, leaves the large items out", async () => {
    const item = (index: number, result: string) =>
      event({
        type: "response.output_item.done",
        sequence_number: index + 2,
        output_index: index,
        item: { id: `i${index}`, type: "image_generation_call", result },
      });
    const text = await clientsStream(
      `${events.slice(0, 2).join("\n\n")}\n\n`,
      item(0, "A".repeat(2 << 20)),
      item(1, "small"),
      lost,
    );
    expect(sseValues(text).at(-1).response.output).toMatchObject([{ id: "i1" }]);
  });
});

describe("an upstream's own report", () => {
  const begun = `${events.slice(0, 8).join("\n\n")}\n\n`;
  const theirs = { code: "rate_limit_exceeded", message: "slow down", param: null };

  test.each([
    ["error with its words at the top", { type: "error", ...theirs, sequence_number: 8 }],
    ["error as an object", { type: "error", error: theirs, sequence_number: 8 }],
    ["an object without a type", { error: theirs, sequence_number: 8 }],
  ])("%s is followed by response.failed", async (_name, said) => {
    for (const end of ["\n\n", "\n", ""]) {
      const text = await clientsStream(begun, event(said).trimEnd() + end, { kind: "end" });
      const [, own, failed] = sseValues(text).slice(-3);
      expect(own).toEqual(said);
      expect(failed).toMatchObject({
        type: "response.failed",
        sequence_number: 9,
        response: {
          status: "failed",
          error: { code: "rate_limit_exceeded", message: "slow down" },
          output: [{ type: "reasoning" }],
        },
      });
    }
  });

  test("response.failed passes as it is, and nothing follows", async () => {
    const said = event({
      type: "response.failed",
      sequence_number: 8,
      response: { id: "r", status: "failed", error: { code: "c", message: "no" }, output: [] },
    });
    expect(await clientsStream(begun, said)).toBe(begun + said);
  });
});
