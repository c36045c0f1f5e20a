// What a request refers to, and the request with all of it in place of the ids.
import { describe, expect, test } from "bun:test";
import { bodySource } from "../../../../src/domain/bytes/json-source.ts";
import {
  keptAnswer,
  responseText,
} from "../../../../src/domain/protocols/openai-responses/kept-answer.ts";
import {
  referencesOf,
  referringWords,
} from "../../../../src/domain/protocols/openai-responses/references.ts";
import {
  wholeRequest,
  withoutMakers,
} from "../../../../src/domain/protocols/openai-responses/whole-request.ts";

const encoder = new TextEncoder();

function sourceOf(text: string) {
  return bodySource(encoder.encode(text), JSON.parse(text));
}

describe("a request refers", () => {
  test.each<[unknown, unknown]>([
    [{ input: "Hello" }, null],
    [{ input: "Hello", previous_response_id: null, background: false }, null],
    [
      { input: "?", previous_response_id: "resp_1" },
      { previous: "resp_1", items: [] },
    ],
    [
      { input: [{ role: "user", content: "?" }, { type: "item_reference", id: "a" }, { id: "b" }] },
      {
        previous: null,
        items: [
          { id: "a", at: 1 },
          { id: "b", at: 2 },
        ],
      },
    ],
    [{ input: [{ id: "a", type: null }] }, { previous: null, items: [{ id: "a", at: 0 }] }],
    [{ input: [{ id: "a", role: "user", content: "?" }] }, null],
    [{ previous_response_id: 7 }, { param: "previous_response_id" }],
    [{ conversation: { id: "c" } }, { param: "conversation" }],
    [{ prompt: { id: "p" } }, { param: "prompt" }],
    [{ background: true }, { param: "background" }],
  ])("%j", (request, expected) => {
    const found = referencesOf(request as Record<string, unknown>);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected as object);
    const text = JSON.stringify(request);
    const isOnlyId = text.includes('{"id"');
    if (expected !== null && !isOnlyId)
      expect(referringWords.some((word) => text.includes(word))).toBeTrue();
  });
});

describe("a whole request", () => {
  const before = [
    '{"role":"user","content":"One"}',
    '{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"x"}',
    '{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"1.50"}]}',
  ];
  const request =
    '{"model":"m", "temperature": 1.50, "previous_response_id":"resp_1","input":[{"type":"item_reference","id":"fc_1"},{"role":"user","content":"Two"}],"stream":true}';
  const call =
    '{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{\\"n\\":1.0}"}';

  test("has all of it in order, every other byte as it was", () => {
    const referred = new Map([[0, call]]);
    const whole = wholeRequest(sourceOf(request), { before, referred });
    expect(new TextDecoder().decode(whole)).toBe(
      `{"model":"m","temperature":1.50,"input":[${[...before, call, '{"role":"user","content":"Two"}'].join(",")}],"stream":true}`,
    );
  });

  test("for another server is without ids, and without what only its maker reads", () => {
    const resolved = withoutMakers({ before, referred: new Map([[0, call]]) });
    const whole = wholeRequest(sourceOf(request), resolved);
    expect(JSON.parse(new TextDecoder().decode(whole))).toMatchObject({
      input: [
        { role: "user", content: "One" },
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "1.50" }] },
        { type: "function_call", call_id: "c", name: "f", arguments: '{"n":1.0}' },
        { role: "user", content: "Two" },
      ],
    });
    expect(new TextDecoder().decode(whole)).not.toContain('"id"');
  });

  test("of a text, of nothing, and with a reference that leaves nothing", () => {
    const none = { before: before.slice(0, 1), referred: new Map<number, null>() };
    const text = wholeRequest(sourceOf('{"input":"Two"}'), none);
    expect(JSON.parse(new TextDecoder().decode(text))).toMatchObject({
      input: [{ content: "One" }, { content: [{ type: "input_text", text: "Two" }] }],
    });
    const bare = wholeRequest(sourceOf('{"model":"m"}'), none);
    expect(JSON.parse(new TextDecoder().decode(bare))).toEqual({
      model: "m",
      input: [{ role: "user", content: "One" }],
    });
    const gone = wholeRequest(sourceOf('{"input":[{"id":"rs_1"}]}'), {
      before: [],
      referred: new Map([[0, null]]),
    });
    expect(new TextDecoder().decode(gone)).toBe('{"input":[]}');
  });
});

test("a kept answer is given back as it was, digits and order included", () => {
  const text =
    '{"id":"resp_1","created_at":1.70e9,"output":[{"type":"message","id":"m1","n":1.0}],"z":1,"a":2,"store":true}';
  const kept = keptAnswer(sourceOf('{"input":"Hello"}'), encoder.encode(`\n ${text}`));
  expect(kept).toMatchObject({ id: "resp_1", isStored: true });
  expect(responseText(kept?.head ?? "", kept?.output.map((item) => item.text) ?? [])).toBe(text);
});
