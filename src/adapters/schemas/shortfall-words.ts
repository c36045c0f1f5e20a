// What a value lacks that is not valid against its schema, in words that name its place and what it should be.
import type { OutputUnit } from "@cfworker/json-schema";

/** These only say that something within them is wrong, which is said behind them. */
const around: ReadonlySet<string> = new Set([
  "$ref",
  "$recursiveRef",
  "allOf",
  "if",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "dependentSchemas",
  "prefixItems",
  "items",
  "additionalItems",
  "unevaluatedItems",
]);

/** Of a list or a text. */
const mostShown = 120;

const words: Readonly<Record<string, (error: string) => string>> = {
  false: () => "is not allowed",
  type: (error) => `must be ${typesIn(error)}`,
  required: (error) => `must have \`${shortened(/property "(.*)"\.$/s.exec(error)?.[1])}\``,
  enum: (error) => `must be one of ${shortened(/any of \[(.*)\]\.$/s.exec(error)?.[1])}`,
  const: (error) => `must be ${shortened(/match (.*)\.$/s.exec(error)?.[1])}`,
  anyOf: () => "must match one of the schemas in `anyOf`",
  oneOf: (error) => `must match exactly one of the schemas in \`oneOf\`${matchesIn(error)}`,
  not: () => "must not match the schema in `not`",
  minimum: (error) => `must be at least ${lastOf(error)}`,
  maximum: (error) => `must be at most ${lastOf(error)}`,
  exclusiveMinimum: (error) => `must be more than ${lastOf(error)}`,
  exclusiveMaximum: (error) => `must be less than ${lastOf(error)}`,
  multipleOf: (error) => `must be a multiple of ${lastOf(error)}`,
  minLength: (error) => `is too short ${countsIn(error)}`,
  maxLength: (error) => `is too long ${countsIn(error)}`,
  minItems: (error) => `has too few items ${countsIn(error)}`,
  maxItems: (error) => `has too many items ${countsIn(error)}`,
  uniqueItems: () => "has the same item twice",
  pattern: () => "must match its `pattern`",
};

/** @param errors as the validator lists them: what stands around another before it */
export function shortfallInWords(errors: readonly OutputUnit[]): string {
  const shown = errors.find(({ keyword }) => !around.has(keyword)) ?? errors[0];
  if (shown === undefined) return "it is not valid";
  const { keyword, instanceLocation, error } = shown;
  const say = Object.hasOwn(words, keyword) ? words[keyword] : undefined;
  return `${placeOf(instanceLocation)} ${say?.(error) ?? `does not satisfy \`${keyword}\``}`;
}

/** A JSON pointer (RFC 6901), of which the validator makes a URI's fragment. */
function placeOf(location: string): string {
  const pointer = decodeURI(location.replace(/^#/, ""));
  return pointer === "" ? "it" : `\`${shortened(pointer)}\``;
}

function typesIn(error: string): string {
  const names = /Expected "(.*)"\.$/.exec(error)?.[1]?.split('", "') ?? [];
  const types = names.map((name) =>
    name === "null" ? name : `${/^[aio]/.test(name) ? "an" : "a"} ${name}`,
  );
  return types.join(" or ");
}

function matchesIn(error: string): string {
  const matches = /\((\d+) matches\)/.exec(error)?.[1];
  return matches === undefined || matches === "0" ? "" : `, and matches ${matches}`;
}

/** `(1 < 2)`: how many there are, and how many there should be. */
function countsIn(error: string): string {
  const [, has, limit] = /\((\d+) [<>] (\d+)\)/.exec(error) ?? [];
  return has === undefined ? "" : `(${has}; the limit is ${limit})`;
}

function lastOf(error: string): string {
  return /(\S+)\.$/.exec(error)?.[1] ?? "";
}

function shortened(text = ""): string {
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
