// Any JSON text, in forms that parsing and writing anew would not keep.
import fc from "fast-check";

const space = fc.constantFrom("", "", " ", "\t", "\n  ", "\r\n");

const number = fc.oneof(
  fc.constantFrom("12345678901234567890", "1.0", "-0", "0.10", "1e400", "1E+2", "0.1e-7"),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
);

const escaped = fc.constantFrom(
  "\\/",
  "\\u0041",
  "\\ud83d\\ude42",
  "\\ud83d",
  '\\"',
  "\\\\",
  "\\u2028",
);
const string = fc
  .array(fc.oneof(escaped, fc.string({ unit: "grapheme", maxLength: 3 }).map(inner)), {
    maxLength: 3,
  })
  .map((parts) => `"${parts.join("")}"`);
const key = fc.oneof(
  fc.constantFrom('"2"', '"1"', '"b"', '"a"', '"__proto__"', '"constructor"', '"\\u0061"', '""'),
  string,
);

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const { object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(number, string, fc.constantFrom("true", "false", "null")),
    tie("object"),
    fc
      .tuple(space, fc.array(tie("value"), { maxLength: 3 }), space)
      .map(([before, items, after]) => `[${before}${items.join(`${after},${before}`)}${after}]`),
  ),
  // Keys may come twice, and those that are numbers in any order.
  object: fc
    .tuple(space, fc.array(fc.tuple(key, space, tie("value")), { maxLength: 4 }), space)
    .map(
      ([before, members, after]) =>
        `{${before}${members.map(([name, gap, held]) => `${name}${gap}:${gap}${held}`).join(`,${after}`)}${after}}`,
    ),
}));

/** The text of an object. */
export const anyObjectText = object;
export const anyNumberText = number;
