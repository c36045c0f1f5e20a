import { describe, expect, test } from "bun:test";
import { fieldsOf, noTry, tryBody, type TryFields } from "../../../src/domain/call/try-call.ts";

const fields = (over: Partial<TryFields>): TryFields => ({ ...noTry, models: ["m"], ...over });

function bodyOf(over: Partial<TryFields>, image: Parameters<typeof tryBody>[2] = null): unknown {
  const made = tryBody(fields(over), "m", image, false);
  return made.kind === "body" ? JSON.parse(made.body) : made;
}

const user = (content: unknown) => ({ role: "user", content });

describe("a request of a few fields", () => {
  test("holds what was given and nothing else", () => {
    expect(bodyOf({ prompt: "Hello" })).toEqual({ model: "m", messages: [user("Hello")] });
    expect(
      bodyOf({
        system: "Be brief",
        prompt: "Hello",
        temperature: "0.2",
        maxTokens: " 100 ",
        topP: "1",
        seed: "-7",
        effort: "low",
      }),
    ).toEqual({
      model: "m",
      messages: [{ role: "system", content: "Be brief" }, user("Hello")],
      temperature: 0.2,
      max_tokens: 100,
      top_p: 1,
      seed: -7,
      reasoning_effort: "low",
    });
  });

  test("a stream asks for its usage", () => {
    const made = tryBody(fields({ prompt: "a" }), "other", null, true);
    expect(made.kind === "body" && JSON.parse(made.body)).toEqual({
      model: "other",
      messages: [user("a")],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test("an image goes beside the words, or alone", () => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
    const image = { type: "image/png", base64: "AA==" };
    const messages = [user([{ type: "text", text: "What?" }, picture])];
    expect(bodyOf({ prompt: "What?" }, image)).toEqual({ model: "m", messages });
    expect(bodyOf({}, image)).toEqual({ model: "m", messages: [user([picture])] });
  });
});

test.each<[Partial<TryFields>, keyof TryFields, string]>([
  [{}, "prompt", "There is nothing to send: write a prompt."],
  [
    { prompt: "a", temperature: "hot" },
    "temperature",
    "The temperature must be a number from 0 to 2.",
  ],
  [
    { prompt: "a", temperature: "3" },
    "temperature",
    "The temperature must be a number from 0 to 2.",
  ],
  [
    { prompt: "a", maxTokens: "1.5" },
    "maxTokens",
    "Max tokens must be a whole number from 1 to 10000000.",
  ],
  [{ prompt: "a", seed: "x" }, "seed", "The seed must be a whole number."],
  [{ prompt: "a", rest: "[1]" }, "rest", "The rest of the request is not a JSON object."],
  [{ prompt: "a", rest: "{" }, "rest", "The rest of the request is not a JSON object."],
  [
    { prompt: "a", rest: '{"messages":[1]}' },
    "rest",
    "`messages` in the rest of the request must be a list of objects.",
  ],
])("%j is a problem of %p", (over, field, message) => {
  expect(bodyOf(over)).toEqual({ kind: "problem", field, message });
});

describe("a logged request for a change", () => {
  const logged = {
    model: "old",
    stream: true,
    temperature: 0.7,
    max_completion_tokens: 50,
    tools: [{ type: "function", function: { name: "f" } }],
    messages: [
      { role: "developer", content: "Be brief" },
      user("First"),
      { role: "assistant", content: "Yes" },
      user([
        { type: "text", text: "Second" },
        { type: "image_url", image_url: { url: "data:x" } },
      ]),
    ],
  };

  test("comes back as it was where nothing is changed, streaming aside", () => {
    const begun = fieldsOf(logged, "old");
    expect(begun).toMatchObject({
      models: ["old"],
      system: "Be brief",
      prompt: "Second",
      temperature: "0.7",
      maxTokens: "50",
    });
    const made = tryBody(begun, "old", null, false);
    const { stream: _stream, ...same } = logged;
    expect(made.kind === "body" && JSON.parse(made.body)).toEqual(same);
  });

  test("the fields replace what they name, and the rest stays", () => {
    const begun = fieldsOf(logged, "old");
    const changed = { ...begun, system: "", prompt: "Third", temperature: "", maxTokens: "9" };
    const made = tryBody(changed, "new", null, false);
    expect(made.kind === "body" && JSON.parse(made.body)).toEqual({
      model: "new",
      max_completion_tokens: 9,
      tools: logged.tools,
      messages: [
        user("First"),
        { role: "assistant", content: "Yes" },
        user([
          { type: "text", text: "Third" },
          { type: "image_url", image_url: { url: "data:x" } },
        ]),
      ],
    });
  });

  test("one that ends with a tool's result goes as it is, or goes on with a prompt", () => {
    const result = { role: "tool", tool_call_id: "1", content: "42" };
    const begun = fieldsOf({ messages: [user("a"), result] }, "m");
    expect(begun.prompt).toBe("");
    expect(bodyOf(begun)).toMatchObject({ messages: [user("a"), result] });
    expect(bodyOf({ ...begun, prompt: "b" })).toMatchObject({
      messages: [user("a"), result, user("b")],
    });
  });
});
