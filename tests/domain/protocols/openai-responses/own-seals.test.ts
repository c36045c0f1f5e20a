// What goes to a Responses server natively, of reasoning that the router has sealed: nothing, and all else as it came.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { withoutSealedItems } from "../../../../src/domain/protocols/openai-responses/own-seals.ts";
import { madeBy, unsigned } from "../../../lab/made-by.ts";

const seal = unsigned(madeBy("openai-chat"));
const utf8 = new TextEncoder();

const ours = `{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"${seal}"}`;
const theirs = '{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"gAAAA"}';
const plain = '{"type":"reasoning","id":"rs_3","summary":[{"type":"summary_text","text":"hm"}]}';
const call = '{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"n\\":1.0}"}';
const said = `{"role":"user","content":"What is ${seal}? \\u0041"}`;

const request = (...items: readonly string[]) =>
  `{"model":"m", "input":[${items.join(" , ")}], "stream":true}`;

describe("items with a seal of ours", () => {
  test.each([
    ["first", [ours, call, said], [call, said]],
    ["last", [said, ours], [said]],
    ["between others' own", [theirs, ours, plain, ours, said], [theirs, plain, said]],
    ["alone", [ours], []],
  ])("%s", (_, items, left) => {
    const body = request(...items);
    const sent = new TextDecoder().decode(
      withoutSealedItems(utf8.encode(body), () => JSON.parse(body) as JsonRecord),
    );
    expect(JSON.parse(sent)).toEqual(JSON.parse(request(...left)));
    for (const item of left) expect(sent).toContain(item);
  });
});

test.each([
  ["nothing is sealed", request(theirs, plain, call)],
  ["only a text speaks of it", request(said)],
  ["the input is a text", `{"model":"m","input":"${seal}"}`],
  ["there is none", `{"model":"m","metadata":{"a":"${seal}"}}`],
])("the very same bytes where %s", (_, body) => {
  const bytes = utf8.encode(body);
  expect(withoutSealedItems(bytes, () => JSON.parse(body) as JsonRecord)).toBe(bytes);
});
