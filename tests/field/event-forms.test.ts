// Every way of writing events that the standard allows, and every way of saying usage.
import { expect, test } from "bun:test";
import { useFieldLab, textOf } from "../lab/field-lab.ts";
import { done, event, finish, says, text } from "../lab/sayings.ts";

const lab = useFieldLab();

// https://github.com/openai/openai-python/issues/498
test.each([
  ["no space after the colon", (sse: string) => sse.replaceAll("data: ", "data:")],
  ["CRLF", (sse: string) => sse.replaceAll("\n", "\r\n")],
  ["CR alone", (sse: string) => sse.replaceAll("\n", "\r")],
  ["a byte order mark", (sse: string) => `\uFEFF${sse}`],
  ["ids and retry times", (sse: string) => sse.replaceAll("data: ", "id: 4\nretry: 9\ndata: ")],
  ["data over several lines", (sse: string) => sse.replaceAll(',"choices"', ',\ndata: "choices"')],
])("events written with %s are read, and think blocks removed from them", async (_name, write) => {
  const said = write([text("<think>no</think>It "), text("streams."), finish(), done].join(""));
  for (const [model, path] of [
    ["one/m", "/v1/chat/completions"],
    ["full", "/v1/chat/completions"],
    ["one/m", "/api/chat"],
  ] as const) {
    lab.one.script([says({}, said)]);
    const answer = await lab.ask(model, { path });
    expect(answer.text).not.toContain("think");
    expect((await answer.row()).state).toBe("completed");
    const joined = answer.text.replaceAll(/\ndata: ?(?="choices")/g, "");
    expect(textOf(joined)).toBe("It streams.");
  }
});

// https://github.com/cline/cline/pull/8518
test.each([{ choices: [] }, { choices: null }, {}])(
  "usage in a chunk of its own with %j counts",
  async (choices) => {
    lab.one.script([
      says(
        {},
        event({ choices: [{ index: 0, delta: null, finish_reason: null }] }),
        event({ choices: [null] }),
        text("Hi."),
        finish(),
        event({ ...choices, usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
        done,
      ),
    ]);
    const answer = await lab.ask("one/m");
    expect(textOf(answer.text)).toBe("Hi.");
    expect(await answer.row()).toMatchObject({
      state: "completed",
      prompt_tokens: 3,
      completion_tokens: 2,
    });
  },
);
