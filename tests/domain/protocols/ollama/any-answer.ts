// Any answer of a /v1 server: what is said, given whole, and as a stream cut anywhere.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

export interface RandomAnswer {
  readonly thinking: string;
  readonly content: string;
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly given: JsonRecord;
  }[];
  readonly finish: "stop" | "length";
  readonly prompt: number;
  readonly completion: number;
}

export interface AnyAnswer {
  readonly kind: "chat" | "generate";
  readonly said: RandomAnswer;
  readonly whole: JsonRecord;
  readonly events: readonly (JsonRecord | "[DONE]")[];
}

const given = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonRecord);

const text = fc.string({ unit: "binary", maxLength: 20 });

const said: fc.Arbitrary<RandomAnswer> = fc.record({
  thinking: text,
  content: text,
  calls: fc
    .array(fc.tuple(fc.constantFrom("weather", "time"), given), { maxLength: 3 })
    .map((calls) => calls.map(([name, of], at) => ({ id: `id-${at}`, name, given: of }))),
  finish: fc.constantFrom("stop", "length"),
  prompt: fc.nat(),
  completion: fc.nat(),
});

/** How a server tells it. */
interface AnswerManner {
  readonly kind: AnyAnswer["kind"];
  /** Length of pieces, in UTF-16 units: surrogates are torn apart, too. */
  readonly piece: number;
  readonly reasoning: "reasoning_content" | "reasoning";
  /** Whether a choice is a completion's. */
  readonly bare: boolean;
  readonly usage: "with the end" | "after it" | "in every event";
  readonly done: boolean;
  readonly opening: boolean;
  readonly indexed: boolean;
  readonly takingTurns: boolean;
}

const manner: fc.Arbitrary<AnswerManner> = fc.record({
  kind: fc.constantFrom("chat", "generate"),
  piece: fc.integer({ min: 1, max: 8 }),
  reasoning: fc.constantFrom("reasoning_content", "reasoning"),
  bare: fc.boolean(),
  usage: fc.constantFrom("with the end", "after it", "in every event"),
  done: fc.boolean(),
  opening: fc.boolean(),
  indexed: fc.boolean(),
  takingTurns: fc.boolean(),
});

export const anyAnswer: fc.Arbitrary<AnyAnswer> = fc.tuple(said, manner).map(([spoken, how]) => {
  const bare = how.kind === "generate" && how.bare;
  const reported: RandomAnswer = bare ? { ...spoken, thinking: "", calls: [] } : spoken;
  const usage = { prompt_tokens: reported.prompt, completion_tokens: reported.completion };
  const finish =
    reported.calls.length > 0 && reported.finish === "stop" ? "tool_calls" : reported.finish;
  return {
    kind: how.kind,
    said: reported,
    whole: {
      choices: [{ index: 0, ...wholeChoice(reported, how, bare), finish_reason: finish }],
      usage,
    },
    events: events(reported, how, bare, finish, usage),
  };
});

function wholeChoice(reported: RandomAnswer, how: AnswerManner, bare: boolean): JsonRecord {
  if (bare) return { text: reported.content };
  const calls = reported.calls.map(({ id, name, given: of }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(of) },
  }));
  return {
    message: {
      role: "assistant",
      content: reported.content === "" && calls.length > 0 ? null : reported.content,
      ...(reported.thinking === "" ? {} : { [how.reasoning]: reported.thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  };
}

function events(
  reported: RandomAnswer,
  how: AnswerManner,
  bare: boolean,
  finish: string,
  usage: JsonRecord,
): AnyAnswer["events"] {
  const held = (content: string): JsonRecord => (bare ? { text: content } : { delta: { content } });
  const choices = [
    ...(how.opening && !bare ? [{ delta: { role: "assistant", content: "" } }] : []),
    ...cut(reported.thinking, how.piece).map((piece) => ({ delta: { [how.reasoning]: piece } })),
    ...cut(reported.content, how.piece).map(held),
    ...callDeltas(reported, how).map((call) => ({ delta: { tool_calls: [call] } })),
    { ...(bare ? { text: "" } : { delta: {} }), finish_reason: finish },
  ];
  const last = choices.length - 1;
  const list: (JsonRecord | "[DONE]")[] = choices.map((choice, at) => {
    const event = { choices: [{ index: 0, finish_reason: null, ...choice }] };
    if (how.usage === "with the end" && at === last) return { ...event, usage };
    if (how.usage !== "in every event") return event;
    // Counts so far; those in the last event count.
    return { ...event, usage: at === last ? usage : { prompt_tokens: 0, completion_tokens: at } };
  });
  if (how.usage !== "with the end") list.push({ choices: [], usage });
  if (how.done) list.push("[DONE]");
  return list;
}

function callDeltas(reported: RandomAnswer, how: AnswerManner): readonly JsonRecord[] {
  const perCall = reported.calls.map(({ id, name, given: of }, at) => {
    const place = how.indexed ? { index: at } : {};
    const pieces = cut(JSON.stringify(of), how.piece);
    return [
      { ...place, id, type: "function", function: { name, arguments: "" } },
      ...pieces.map((piece) => ({ ...place, function: { arguments: piece } })),
    ];
  });
  // Without an index a piece can only belong to the last call.
  if (!how.takingTurns || !how.indexed) return perCall.flat();
  const longest = Math.max(0, ...perCall.map((deltas) => deltas.length));
  return Array.from({ length: longest }, (_, turn) =>
    perCall.flatMap((deltas) => deltas.slice(turn, turn + 1)),
  ).flat();
}

function cut(whole: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, at) =>
    whole.slice(at * length, (at + 1) * length),
  );
}
