// Validates JSON against a JSON schema by @cfworker/json-schema, which neither fetches nor generates code.
import {
  dereference,
  format,
  type Schema,
  type SchemaDraft,
  validate,
} from "@cfworker/json-schema";
import { isRecord, parseJson } from "../../domain/bytes/json.ts";
import type { SchemaVerdict } from "../../ports/schema-check.ts";
import { type LinearPatterns, withLinearPatterns } from "./linear-patterns.ts";
import { keywordFault } from "./schema-keywords.ts";
import { shortfallInWords } from "./shortfall-words.ts";

// A note for readers of the schema, says the standard (2020-12, validation, §7.2.1), unless both sides agree.
for (const name of Object.keys(format)) delete format[name];

/** Takes as long as schema and texts want it to: whoever calls it limits that. Never throws. */
export function checkSchema(schema: string, texts: readonly string[]): SchemaVerdict {
  try {
    return withLinearPatterns((patterns) => checked(parseJson(schema), texts, patterns));
  } catch (error) {
    const deep = error instanceof RangeError;
    return unknown(deep ? "the schema leads around in a circle, or too deep" : String(error));
  }
}

function checked(
  schema: unknown,
  texts: readonly string[],
  patterns: LinearPatterns,
): SchemaVerdict {
  if (!isRecord(schema)) return unknown("the schema is not an object");
  const lookup = dereference(schema);
  for (const part of Object.values(lookup)) {
    const fault = typeof part === "boolean" ? null : faultOf(part, lookup, patterns);
    if (fault !== null) return unknown(fault);
  }
  for (const [at, text] of texts.entries()) {
    const { valid, errors } = validate(parseJson(text), schema, draftOf(schema), lookup);
    if (!valid) return { kind: "invalid", at, why: shortfallInWords(errors) };
  }
  return { kind: "valid" };
}

function unknown(why: string): SchemaVerdict {
  return { kind: "unknown", why };
}

function draftOf({ $schema: id }: Readonly<Record<string, unknown>>): SchemaDraft {
  const named = typeof id === "string" ? id : "";
  if (named.includes("draft-04")) return "4";
  if (named.includes("draft-06") || named.includes("draft-07")) return "7";
  return named.includes("2019-09") ? "2019-09" : "2020-12";
}

/** Why a part of the schema cannot be used; null where it can. */
function faultOf(
  part: Schema,
  lookup: Readonly<Record<string, Schema | boolean>>,
  patterns: LinearPatterns,
): string | null {
  const { $ref, __absolute_ref__: target } = part;
  if ($ref !== undefined && (target === undefined || lookup[target] === undefined))
    return `its $ref ${JSON.stringify($ref)} leads out of it, and nothing is fetched`;
  if (part["$dynamicRef"] !== undefined) return "$dynamicRef is not supported";
  return keywordFault(part) ?? patterns.faultIn(patternsOf(part));
}

function patternsOf({ pattern, patternProperties }: Schema): readonly string[] {
  const names = Object.keys(patternProperties ?? {});
  return pattern === undefined ? names : [pattern, ...names];
}
