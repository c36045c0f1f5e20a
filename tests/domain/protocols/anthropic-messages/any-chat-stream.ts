// Any stream of a chat's: thoughts, words and calls in every order, several calls at once.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

export interface AnyChatStream {
  readonly events: readonly (JsonRecord | "[DONE]")[];
  readonly text: string;
  readonly thinking: string;
  /** By name. */
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
}

type Step =
  | { readonly kind: "content" | "reasoning_content"; readonly text: string }
  /** The next piece of one of the calls, so many characters. */
  | { readonly kind: "call"; readonly which: number; readonly length: number };

const words = fc.string({ unit: "binary", maxLength: 6 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("content", "reasoning_content"), text: words } as const),
  fc.record({
    kind: fc.constant("call" as const),
    which: fc.nat({ max: 3 }),
    length: fc.nat({ max: 12 }),
  }),
);

const input = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  })
  .map((value) => JSON.stringify(value));

export const anyChatStream: fc.Arbitrary<AnyChatStream> = fc
  .record({
    steps: fc.array(step, { maxLength: 24 }),
    inputs: fc.array(input, { minLength: 4, maxLength: 4 }),
    lateNames: fc.boolean(),
    repeatedIds: fc.boolean(),
    finishes: fc.boolean(),
  })
  .map(({ steps, inputs, lateNames, repeatedIds, finishes }) => {
    const progress = inputs.map(() => -1);
    const events: (JsonRecord | "[DONE]")[] = [];
    let text = "";
    let thinking = "";

    const say = (delta: JsonRecord) => void events.push({ choices: [{ index: 0, delta }] });

    function advance(which: number, length: number): void {
      const given = inputs[which] ?? "{}";
      const begun = progress[which] !== -1;
      const from = Math.max(0, progress[which] ?? 0);
      const to = Math.min(given.length, from + length);
      progress[which] = to;
      const named = lateNames ? from < given.length && to === given.length : !begun;
      const identified = !begun || repeatedIds ? { id: `call-${which}` } : {};
      const detail = {
        ...(named ? { name: `tool${which}` } : {}),
        arguments: given.slice(from, to),
      };
      say({ tool_calls: [{ index: which, ...identified, function: detail }] });
    }

    for (const one of steps)
      if (one.kind === "call") advance(one.which, one.length);
      else {
        if (one.kind === "content") text += one.text;
        else thinking += one.text;
        say({ [one.kind]: one.text });
      }
    // Whatever has begun is told to its end.
    for (const [which, at] of progress.entries())
      if (at >= 0 && at < (inputs[which]?.length ?? 0)) advance(which, 1_000);
    if (finishes) events.push({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    events.push("[DONE]");
    const calls = inputs.flatMap((given, which) =>
      (progress[which] ?? -1) < 0
        ? []
        : [{ name: `tool${which}`, input: JSON.parse(given) as unknown }],
    );
    return { events, text, thinking, calls };
  });
