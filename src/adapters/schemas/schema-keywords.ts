// Whether the keywords of a schema hold what they have to: the validator takes any, and would find
// every answer wrong by one that is misspelt.
import type { Schema } from "@cfworker/json-schema";
import { isRecord } from "../../domain/bytes/json.ts";

type Holds = (value: unknown) => boolean;

const isText: Holds = (value) => typeof value === "string";
const isNumber: Holds = (value) => typeof value === "number";
const isCount: Holds = (value) => typeof value === "number" && value >= 0;
const isTruth: Holds = (value) => typeof value === "boolean";
const isSchema: Holds = (value) => isTruth(value) || isRecord(value);
const listOf =
  (holds: Holds, least = 0): Holds =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(holds);
const mapOf =
  (holds: Holds): Holds =>
  (value) =>
    isRecord(value) && Object.values(value).every(holds);
const either =
  (...ways: readonly Holds[]): Holds =>
  (value) =>
    ways.some((holds) => holds(value));

const types = ["null", "boolean", "object", "array", "number", "integer", "string"];
const isType: Holds = (value) => types.some((type) => type === value);
const isBound = either(isNumber, isTruth);

const keywords: ReadonlyMap<string, Holds> = new Map([
  ["$ref", isText],
  ["type", either(isType, listOf(isType, 1))],
  ["enum", listOf(() => true)],
  ["required", either(listOf(isText), isTruth)],
  ["pattern", isText],
  ["minLength", isCount],
  ["maxLength", isCount],
  ["minItems", isCount],
  ["maxItems", isCount],
  ["minContains", isCount],
  ["maxContains", isCount],
  ["minProperties", isCount],
  ["maxProperties", isCount],
  ["minimum", isNumber],
  ["maximum", isNumber],
  ["exclusiveMinimum", isBound],
  ["exclusiveMaximum", isBound],
  ["multipleOf", (value) => typeof value === "number" && value > 0],
  ["uniqueItems", isTruth],
  ["anyOf", listOf(isSchema, 1)],
  ["allOf", listOf(isSchema, 1)],
  ["oneOf", listOf(isSchema, 1)],
  ["prefixItems", listOf(isSchema)],
  ["items", either(isSchema, listOf(isSchema))],
  ["additionalItems", isSchema],
  ["unevaluatedItems", isSchema],
  ["contains", isSchema],
  ["properties", mapOf(isSchema)],
  ["patternProperties", mapOf(isSchema)],
  ["additionalProperties", isSchema],
  ["unevaluatedProperties", isSchema],
  ["propertyNames", isSchema],
  ["dependentSchemas", mapOf(isSchema)],
  ["dependentRequired", mapOf(listOf(isText))],
  ["dependencies", mapOf(either(isSchema, listOf(isText)))],
  ["not", isSchema],
  ["if", isSchema],
  ["then", isSchema],
  ["else", isSchema],
]);

/** The keyword of a schema that does not hold what it has to, in words; null: all do. */
export function keywordFault(schema: Schema): string | null {
  for (const [keyword, value] of Object.entries(schema)) {
    if (keywords.get(keyword)?.(value) === false)
      return `its \`${keyword}\` is not one of JSON Schema`;
  }
  return null;
}
