// Tool calls as servers really stream them, sent to Ollama's clients as the calls that were meant.
import { describe, expect, test } from "bun:test";
import { documentsOf, useFieldLab } from "../lab/field-lab.ts";
import { chunk, completion, done, event, finish, says, saysWhole } from "../lab/sayings.ts";

const lab = useFieldLab();

interface Call {
  readonly function: { readonly name: string; readonly arguments: unknown };
}

const pieces = (...calls: readonly object[]): string => event(chunk({ tool_calls: calls }));

async function callsFrom(...events: readonly string[]): Promise<readonly Call["function"][]> {
  lab.one.script([says({}, ...events, finish("tool_calls"), done)]);
  const answer = await lab.ask("one/m", { path: "/api/chat" });
  expect((await answer.row()).state).toBe("completed");
  return documentsOf(answer.text)
    .flatMap(({ message }) => (message as { tool_calls?: Call[] } | undefined)?.tool_calls ?? [])
    .map(({ function: { name, arguments: sent } }) => ({ name, arguments: sent }));
}

const weather = (city: string) => ({ name: "weather", arguments: { city } });
const called = (city: string) => ({ name: "weather", arguments: JSON.stringify({ city }) });

describe("two calls stay two", () => {
  // https://github.com/ollama/ollama/issues/7881
  test("without any index", async () => {
    expect(
      await callsFrom(
        pieces({ id: "a", type: "function", function: called("Bonn") }),
        pieces({ id: "b", type: "function", function: called("Rome") }),
      ),
    ).toEqual([weather("Bonn"), weather("Rome")]);
  });

  // https://github.com/apache/maka/issues/1976
  test("that both say index 0", async () => {
    expect(
      await callsFrom(
        pieces({ index: 0, id: "a", function: called("Bonn") }),
        pieces({ index: 0, id: "b", function: called("Rome") }),
      ),
    ).toEqual([weather("Bonn"), weather("Rome")]);
  });

  test("that both say index 0, in pieces", async () => {
    expect(
      await callsFrom(
        pieces({ index: 0, id: "a", function: { name: "weather", arguments: '{"city":' } }),
        pieces({ index: 0, function: { arguments: '"Bonn"}' } }),
        pieces({ index: 0, id: "b", function: { name: "weather", arguments: '{"city":' } }),
        pieces({ index: 0, function: { arguments: '"Rome"}' } }),
      ),
    ).toEqual([weather("Bonn"), weather("Rome")]);
  });

  test("with a gap between their indexes", async () => {
    expect(
      await callsFrom(
        pieces({ index: 1, id: "a", function: called("Bonn") }),
        pieces({ index: 5, id: "b", function: called("Rome") }),
      ),
    ).toEqual([weather("Bonn"), weather("Rome")]);
  });

  test("whose pieces alternate", async () => {
    expect(
      await callsFrom(
        pieces(
          { index: 0, id: "a", function: { name: "weather", arguments: "" } },
          { index: 1, id: "b", function: { name: "weather", arguments: "" } },
        ),
        pieces({ index: 0, function: { arguments: '{"city":' } }),
        pieces({ index: 1, function: { arguments: '{"city":' } }),
        pieces(
          { index: 1, function: { arguments: '"Rome"}' } },
          { index: 0, function: { arguments: '"Bonn"}' } },
        ),
      ),
    ).toEqual([weather("Bonn"), weather("Rome")]);
  });
});

// https://github.com/spring-projects/spring-ai/pull/5973
describe("one call stays one", () => {
  const halves = ['{"city":', '"Bonn"}'] as const;

  test("whose id and name come with each piece", async () => {
    expect(
      await callsFrom(
        ...halves.map((half) =>
          pieces({ index: 0, id: "a", function: { name: "weather", arguments: half } }),
        ),
      ),
    ).toEqual([weather("Bonn")]);
  });

  test("with a new id for each piece", async () => {
    expect(
      await callsFrom(
        pieces({ index: 0, id: "a1", function: { name: "weather", arguments: halves[0] } }),
        pieces({ index: 0, id: "a2", function: { arguments: halves[1] } }),
      ),
    ).toEqual([weather("Bonn")]);
  });

  test("whose later pieces have an empty name and id", async () => {
    expect(
      await callsFrom(
        pieces({ index: 0, id: "a", function: { name: "weather", arguments: halves[0] } }),
        pieces({ index: 0, id: "", function: { name: "", arguments: halves[1] } }),
      ),
    ).toEqual([weather("Bonn")]);
  });
});

// https://github.com/neuron-core/neuron-ai/issues/219
test("arguments are understood as a text on /api, and as an object on /v1", async () => {
  const messages = (sent: unknown) => [
    { role: "user", content: "hi" },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "a", function: { name: "weather", arguments: sent } }],
    },
    { role: "tool", content: "sunny", tool_name: "weather" },
  ];
  const sent = '{"city":"Bonn"}';
  for (const form of [sent, { city: "Bonn" }]) {
    await lab.ask("one/m", { path: "/api/chat", more: { messages: messages(form) } });
    const translated = lab.one.calls().at(-1)?.fields["messages"] as {
      tool_calls?: { function: { arguments: string } }[];
    }[];
    expect(JSON.parse(translated[1]?.tool_calls?.[0]?.function.arguments ?? "")).toEqual({
      city: "Bonn",
    });
  }
  lab.one.script([
    saysWhole(
      completion({
        tool_calls: [
          { id: "a", type: "function", function: { name: "weather", arguments: { city: "Bonn" } } },
        ],
      }),
    ),
  ]);
  const answer = await lab.ask("one/m", { path: "/api/chat", stream: false });
  expect(JSON.parse(answer.text)).toMatchObject({
    message: { tool_calls: [{ function: weather("Bonn") }] },
  });
});
