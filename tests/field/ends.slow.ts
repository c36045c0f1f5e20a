// What takes long to show of ends: silences of seconds say nothing about one, nor does a cut at any byte.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { inParallel } from "../lab/in-parallel.ts";
import { documentsOf, type FieldLab, startFieldLab, textOf } from "../lab/field-lab.ts";
import { chatLine, done, finish, lastLine, says, text, usage } from "../lab/sayings.ts";

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

// https://github.com/0xPlaygrounds/rig/issues/1758
test("lines cut at every byte are the same lines, emoji included", async () => {
  const whole = `${chatLine({ content: "Grüße 🌦" })}\n${chatLine({ content: " 👩‍🚀" })}\n${lastLine}`;
  const bytes = new TextEncoder().encode(whole);
  const cuts = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
  lab.nat.script(({ query }) =>
    query.startsWith("?cut=")
      ? says(
          { type: "application/x-ndjson" },
          bytes.slice(0, Number(query.slice(5))),
          bytes.slice(Number(query.slice(5))),
        )
      : undefined,
  );
  await inParallel(cuts, 16, async (cut) => {
    const answer = await lab.ask("nat/m", { path: `/api/chat?cut=${cut}` });
    expect(answer.text).toBe(whole);
  });
});
