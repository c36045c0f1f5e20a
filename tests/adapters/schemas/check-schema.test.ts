import { describe, expect, test } from "bun:test";
import { checkSchema } from "../../../src/adapters/schemas/check-schema.ts";

const check = (schema: unknown, value: unknown) =>
  checkSchema(JSON.stringify(schema), [JSON.stringify(value)]);

const price = {
  type: "object",
  required: ["items"],
  properties: {
    items: {
      type: "array",
      items: { type: "object", properties: { price: { type: "number" } }, required: ["price"] },
    },
  },
};

describe("what is not valid is said with its place", () => {
  test.each<[schema: unknown, value: unknown, why: string]>([
    [
      price,
      { items: [{ price: 1 }, { price: 2 }, { price: "x" }] },
      "`/items/2/price` must be a number",
    ],
    [price, { items: [{}] }, "`/items/0` must have `price`"],
    [price, [], "it must be an object"],
    [
      { properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: { type: ["string", "null"] } } },
      { a: 1 },
      "`/a` must be a string or null",
    ],
    [
      { properties: { a: true }, additionalProperties: false },
      { constructor: 1 },
      "`/constructor` is not allowed",
    ],
    [
      { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
      { b: 1 },
      "`/b` is not allowed",
    ],
    [
      { properties: { "a/b": { properties: { "ü d~": { type: "integer" } } } } },
      { "a/b": { "ü d~": 1.5 } },
      "`/a~1b/ü d~0` must be an integer",
    ],
    [{ properties: { a: { enum: ["x", 2] } } }, { a: 1 }, '`/a` must be one of "x",2'],
    [{ properties: { a: { const: "x" } } }, { a: 1 }, '`/a` must be "x"'],
    [
      { anyOf: [{ type: "string" }, { type: "null" }] },
      1,
      "it must match one of the schemas in `anyOf`",
    ],
    [
      { oneOf: [{ type: "number" }, { minimum: 0 }] },
      1,
      "it must match exactly one of the schemas in `oneOf`, and matches 2",
    ],
    [{ not: { type: "number" } }, 1, "it must not match the schema in `not`"],
    [{ minimum: 3 }, 1, "it must be at least 3"],
    [{ exclusiveMaximum: 3 }, 3, "it must be less than 3"],
    [{ multipleOf: 0.1 }, 0.35, "it must be a multiple of 0.1"],
    [{ minLength: 2 }, "🙂", "it is too short (1; the limit is 2)"],
    [{ maxItems: 1 }, [1, 2], "it has too many items (2; the limit is 1)"],
    [{ uniqueItems: true }, [{ a: 1 }, { a: 1 }], "it has the same item twice"],
    [{ items: { pattern: "^\\d{2}$" } }, ["12", "123"], "`/1` must match its `pattern`"],
    [{ patternProperties: { "^x-": { type: "string" } } }, { "x-a": 1 }, "`/x-a` must be a string"],
    [
      JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]}}'),
      { a: 1 },
      "it must have `b`",
    ],
    [{ minProperties: 2 }, { a: 1 }, "it does not satisfy `minProperties`"],
    [{ prefixItems: [{ type: "string" }], items: false }, ["a", 1], "`/1` is not allowed"],
    [
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        definitions: { a: { type: "string" } },
        items: [{ $ref: "#/definitions/a" }],
      },
      [1],
      "`/0` must be a string",
    ],
  ])("%j: %j", (schema, value, why) => {
    expect(check(schema, value)).toEqual({ kind: "invalid", at: 0, why });
  });
});

test.each<[schema: unknown, value: unknown]>([
  [price, { items: [{ price: 1 }], more: true }],
  [{}, null],
  [{ format: "email" }, "a note only"],
  [
    { $defs: { n: { properties: { c: { items: { $ref: "#/$defs/n" } } } } }, $ref: "#/$defs/n" },
    { c: [{ c: [] }] },
  ],
  [{ pattern: "" }, "x"],
  [{ required: ["__proto__"] }, JSON.parse('{"__proto__":1}')],
])("what is valid is: %j %j", (schema, value) => {
  expect(check(schema, value)).toEqual({ kind: "valid" });
});

test("of several texts the first that is not valid is named", () => {
  expect(checkSchema('{"type":"number"}', ["1", '"x"'])).toEqual({
    kind: "invalid",
    at: 1,
    why: "it must be a number",
  });
});

describe("a schema that cannot be used finds nothing wrong with an answer", () => {
  test.each<[schema: unknown, why: string]>([
    [
      { $ref: "http://127.0.0.1:1/schema.json" },
      'its $ref "http://127.0.0.1:1/schema.json" leads out of it, and nothing is fetched',
    ],
    [
      { properties: { a: { $ref: "#/$defs/none" } } },
      'its $ref "#/$defs/none" leads out of it, and nothing is fetched',
    ],
    [{ type: "objekt" }, "its `type` is not one of JSON Schema"],
    [{ properties: { a: { required: "b" } } }, "its `required` is not one of JSON Schema"],
    [{ items: { anyOf: [] } }, "its `anyOf` is not one of JSON Schema"],
    [{ pattern: "(?=x)" }, 'its pattern "(?=x)" has no form that takes linear time'],
    [{ patternProperties: { "(": {} } }, 'its pattern "(" has no form that takes linear time'],
    [{ items: { $dynamicRef: "#x" } }, "$dynamicRef is not supported"],
    [{ $ref: "#" }, "the schema leads around in a circle, or too deep"],
    [{ anyOf: [{ $ref: "#" }, { $ref: "#" }] }, "the schema leads around in a circle, or too deep"],
    [[], "the schema is not an object"],
  ])("%j", (schema, why) => {
    expect(check(schema, {})).toEqual({ kind: "unknown", why });
  });

  test.each([
    { $ref: 7 },
    { $id: "http://[", properties: {} },
    { $defs: { a: { $id: "x" }, b: { $id: "x" } } },
    { properties: { __absolute_ref__: "x" }, $ref: "#/x", __absolute_ref__: "y" },
  ])("nor does one that is odd in another way: %j", (schema) => {
    expect(check(schema, {}).kind).toBe("unknown");
  });
});

test("expressions of others are as they were afterwards", () => {
  check({ pattern: "a" }, "a");
  expect(new RegExp("(?=a)").test("a")).toBe(true);
});
