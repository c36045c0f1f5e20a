// A silence of seconds after a finish_reason says nothing about the end.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { documentsOf, type FieldLab, startFieldLab, textOf } from "../lab/field-lab.ts";
import { done, finish, says, text, usage } from "../lab/sayings.ts";

let lab: FieldLab;
beforeAll(async () => {
  lab = await startFieldLab();
});
afterAll(() => lab.stop());

// https://github.com/BerriAI/litellm/pull/27139
test("text, usage and end that come 2.5 s after the first finish_reason reach every client", async () => {
  lab.one.always(
    says(
      {},
      text("Looking. "),
      finish("tool_calls"),
      { waitMs: 2_500 },
      text("Found it."),
      finish(),
      usage(7, 9),
      done,
    ),
  );
  const ways = ["/v1/chat/completions", "/api/chat", "/api/generate"].flatMap((path) =>
    ["one/m", "both", "full", "alone"].map((model) => ({ model, path })),
  );
  await Promise.all(
    ways.map(async ({ model, path }) => {
      const answer = await lab.ask(model, { path });
      expect(answer.upstream).toBe("one");
      expect(textOf(answer.text)).toBe("Looking. Found it.");
      if (path.startsWith("/v1")) expect(answer.text).toEndWith(done);
      else expect(documentsOf(answer.text).at(-1)).toMatchObject({ done: true, eval_count: 9 });
      expect(await answer.row()).toMatchObject({
        state: "completed",
        completion_tokens: 9,
        tokens_estimated: false,
      });
    }),
  );
});
