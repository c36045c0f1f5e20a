// Where a stream ends: at its format's own end, however odd the upstream's way there.
import { expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { documentsOf, startFieldLab, useFieldLab, textOf } from "../lab/field-lab.ts";
import { rawRequest } from "../lab/raw-request.ts";
import {
  chatLine,
  chunk,
  done,
  event,
  finish,
  lastLine,
  says,
  text,
  usage,
} from "../lab/sayings.ts";

const lab = useFieldLab();

const ndjson = { type: "application/x-ndjson" } as const;

/** Ways to ask `one`, which speaks /v1. */
const ways = [
  { model: "one/m", path: "/v1/chat/completions" },
  { model: "both", path: "/v1/chat/completions" },
  { model: "alone", path: "/v1/chat/completions" },
  { model: "full", path: "/v1/chat/completions" },
  { model: "one/m", path: "/api/chat" },
  { model: "both", path: "/api/chat" },
  { model: "full", path: "/api/chat" },
  { model: "one/m", path: "/api/generate" },
] as const;
const isNative = (path: string): boolean => path.startsWith("/api");

// https://github.com/BerriAI/litellm/pull/27139 and https://github.com/tensorzero/tensorzero/issues/2078
test.each(ways)(
  "what follows the first finish_reason reaches the client: $model on $path",
  async ({ model, path }) => {
    const gate = createGate();
    lab.one.script([
      says(
        {},
        text("Looking. "),
        finish(),
        { gate },
        text("Found it."),
        finish(),
        usage(7, 9),
        done,
      ),
    ]);
    const asked = lab.ask(model, { path });
    await gate.reached;
    gate.open();
    const answer = await asked;
    expect(answer).toMatchObject({ status: 200, upstream: "one" });
    expect(textOf(answer.text)).toBe("Looking. Found it.");
    if (isNative(path))
      expect(documentsOf(answer.text).at(-1)).toMatchObject({
        done: true,
        eval_count: 9,
        prompt_eval_count: 7,
      });
    else expect(answer.text).toEndWith(done);
    expect(documentsOf(answer.text).filter((one) => one.done === true).length).toBe(
      isNative(path) ? 1 : 0,
    );
    expect(await answer.row()).toMatchObject({
      state: "completed",
      prompt_tokens: 7,
      completion_tokens: 9,
      tokens_estimated: false,
    });
  },
);

// https://github.com/waybarrios/vllm-mlx/issues/101
test("a finished answer whose connection then stays open for ever is ended as complete", async () => {
  const impatient = await startFieldLab({ REQUEST_TIMEOUT: "2" });
  try {
    impatient.one.always(says({ end: "open" }, text("All there."), finish()));
    await Promise.all(
      ways.map(async ({ model, path }) => {
        const answer = await impatient.ask(model, { path });
        expect(answer).toMatchObject({ status: 200, upstream: "one" });
        expect(textOf(answer.text)).toBe("All there.");
        expect(answer.text).not.toContain("error");
        if (isNative(path))
          expect(documentsOf(answer.text).at(-1)).toMatchObject({
            done: true,
            done_reason: "stop",
          });
        expect(await answer.row()).toMatchObject({ state: "completed", finish_reason: "stop" });
      }),
    );
  } finally {
    await impatient.stop();
  }
});

test("an answer whose every choice has finished is complete where the connection then breaks", async () => {
  const gate = createGate();
  lab.one.script([says({ end: "cut" }, text("All there."), finish(), { gate })]);
  const exchange = await rawRequest(lab.router.url, {
    path: "/v1/chat/completions",
    body: { model: "one/m", stream: true, messages: [] },
  });
  await exchange.waitFor('"stop"');
  gate.open();
  const { body, end, headers } = await exchange.whole();
  expect(end).toBe("whole");
  expect(textOf(body.toString())).toBe("All there.");
  expect(body.toString()).not.toContain("error");
  const row = await lab.rowOf(new Headers(headers as [string, string][]));
  expect(row).toMatchObject({ state: "completed", upstream: "one" });
});

test("a choice that has finished does not finish the others: a cut is an error while one is open", async () => {
  const first = event(chunk({ content: "a" }, "stop"));
  const second = event(chunk({ content: "b" }, null, { index: 1 }));
  lab.one.script([says({}, second, first)]);
  const answer = await lab.ask("one/m", { more: { n: 2 } });
  expect(documentsOf(answer.text).at(-1)).toMatchObject({ error: { code: "upstream_broken" } });
  expect(answer.text).not.toContain("[DONE]");
  expect((await answer.row()).state).toBe("failed");
});

// https://github.com/ollama/ollama/issues/4357
test("an empty finish_reason in every chunk is not an end: a cut afterwards is an error", async () => {
  lab.one.script([
    says({}, event(chunk({ content: "half" }, "")), event(chunk({ content: " of" }, ""))),
  ]);
  const answer = await lab.ask("one/m");
  expect(documentsOf(answer.text).at(-1)).toMatchObject({ error: { code: "upstream_broken" } });
  expect((await answer.row()).state).toBe("failed");
  lab.one.script([
    says({}, event(chunk({ content: "whole" }, "")), event(chunk({ content: "" }, "stop")), done),
  ]);
  const whole = await lab.ask("one/m");
  expect(textOf(whole.text)).toBe("whole");
  expect((await whole.row()).state).toBe("completed");
});

// https://github.com/decolua/9router/pull/3545
test("a last event without its line end counts where it is the end", async () => {
  lab.nat.script([says(ndjson, `${chatLine({ content: "Whole." })}\n`, lastLine.trimEnd())]);
  const lines = await lab.ask("nboth", { path: "/api/chat" });
  expect(lines.upstream).toBe("nat");
  expect(documentsOf(lines.text).at(-1)).toMatchObject({ done: true });
  expect((await lines.row()).state).toBe("completed");
  for (const end of ["data: [DONE]", "data: [DONE]\n"]) {
    await lab.reset();
    lab.one.script([says({}, text("Whole."), finish(), end)]);
    const events = await lab.ask("both");
    expect(textOf(events.text)).toBe("Whole.");
    expect((await events.row()).state).toBe("completed");
  }
});

// https://github.com/elizaOS/eliza/issues/30904
test("a surrogate pair in two escapes, beside a think block, stays one letter", async () => {
  const escaped = JSON.stringify(chunk({ content: "<think>no</think>Hi @" })).replace(
    "@",
    String.raw`\ud83d\ude80`,
  );
  const halves = [
    JSON.stringify(chunk({ content: "<think>no</think>Hi @" })).replace("@", String.raw`\ud83d`),
    JSON.stringify(chunk({ content: "@!" })).replace("@", String.raw`\ude80`),
  ];
  for (const events of [[escaped], halves]) {
    lab.one.script([says({}, ...events.map(event), finish(), done)]);
    const answer = await lab.ask("one/m");
    expect(textOf(answer.text)).toStartWith("Hi 🚀");
  }
});
