// Schemas made plain: what no grammar can be made of goes, all else stays as it was written.
import { expect, test } from "bun:test";
import { RawJson } from "../../../../src/domain/bytes/json-written.ts";
import { plainSchema } from "../../../../src/domain/protocols/neutral/plain-schema.ts";

function plain(text: string) {
  const removed: string[] = [];
  const schema = plainSchema(new RawJson(text), (keyword) => removed.push(keyword));
  return [schema.text, removed];
}

test.each<[string, string, string[]]>([
  ['{"$schema":"https://a","type":"object"}', '{"type":"object"}', ["$schema"]],
  ['{"format":"uri","minLength":1}', '{"minLength":1}', ["format"]],
  ['{"maxLength":5000,"maxItems":20}', '{"maxItems":20}', ["maxLength"]],
  ['{"additionalProperties":{}}', '{"additionalProperties":true}', ["additionalProperties"]],
  ['{"pattern":"^[a-z]+$"}', '{"pattern":"^[a-z]+$"}', []],
  ['{"pattern":"[a-z]"}', "{}", ["pattern"]],
  ['{"pattern":"^(?=a).*$"}', "{}", ["pattern"]],
  ['{"pattern":"^\\\\d+$"}', "{}", ["pattern"]],
  // Members of these names are no keywords.
  [
    '{"properties":{"pattern":{"type":"string","pattern":"x"},"format":{"format":"uri"}}}',
    '{"properties":{"pattern":{"type":"string"},"format":{}}}',
    ["pattern", "format"],
  ],
  [
    '{"anyOf":[{"format":"a"},{"items":{"format":"b"}}]}',
    '{"anyOf":[{},{"items":{}}]}',
    ["format", "format"],
  ],
  [
    '{"default":{"format":"a"},"enum":["$schema"]}',
    '{"default":{"format":"a"},"enum":["$schema"]}',
    [],
  ],
  ['{"b":1.0,"2":1,"format":"x","minimum":1e2}', '{"b":1.0,"2":1,"minimum":1e2}', ["format"]],
])("%s", (text, made, removed) => {
  expect(plain(text)).toEqual([made, removed]);
});

test("a schema that holds none of it is the very same", () => {
  const schema = new RawJson('{ "type" : "object", "properties": { "a": { "type": "string" } } }');
  expect(plainSchema(schema, () => undefined)).toBe(schema);
});
