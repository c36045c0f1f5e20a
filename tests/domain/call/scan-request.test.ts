// What the scan says of a body is what parsing it says, or nothing.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { minScanned, scanRequest } from "../../../src/domain/call/scan-request.ts";
import { findText } from "../../lab/find-text.ts";

const scan = (body: string) => scanRequest(new TextEncoder().encode(body), findText);
const long = "x".repeat(minScanned);

describe("a body that clients send", () => {
  const messages = [{ role: "user", content: `He said "stream": true, and {"model": 1}. ${long}` }];
  test.each([
    [
      { model: "m", messages },
      { model: "m", wantsStream: false },
    ],
    [
      { model: "a/b:c", messages, stream: true },
      { model: "a/b:c", wantsStream: true },
    ],
    [
      { model: "m", messages, stream: false },
      { model: "m", wantsStream: false },
    ],
    [
      { model: "m", messages, stream: "true" },
      { model: "m", wantsStream: false },
    ],
    [
      { model: "m", messages, stream: true, temperature: 0.5, n: { a: [1] } },
      { model: "m", wantsStream: true },
    ],
  ])("is read without being parsed: %#", (body, said) => {
    expect(scan(JSON.stringify(body))).toEqual(said);
    expect(scan(JSON.stringify(body, null, 2))).toEqual(said);
  });
});

describe("a body that leaves doubt is to be parsed", () => {
  test.each([
    ["small", '{"model":"m"}'],
    ["model is not the first member", `{"a":"${long}","model":"m"}`],
    ["no object", `["model","${long}"]`],
    ["cut", `{"model":"m","a":"${long}"`],
    ["model is not a string", `{"model":1,"a":"${long}"}`],
    ["model has an escape", `{"model":"m\\n","a":"${long}"}`],
    ["model is not ASCII", `{"model":"mé","a":"${long}"}`],
    ["model twice", `{"model":"m","a":"${long}","model":"n"}`],
    ["model within", `{"model":"m","a":{"model":"n"},"b":"${long}"}`],
    ["a key spelled with an escape", `{"model":"m","a":"${long}","str\\u0065am":true}`],
    ["stream within an object", `{"model":"m","a":"${long}","b":{"stream":true}}`],
    ["stream within a list", `{"model":"m","a":"${long}","b":[{"stream":true}]}`],
    ["stream twice", `{"model":"m","a":"${long}","stream":true,"stream":false}`],
    ["stream long before the end", `{"model":"m","stream":true,"a":"${long}"}`],
    ["stream as a value", `{"model":"m","a":"${long}","b":"stream"}`],
  ])("%s", (_, body) => {
    expect(scan(body)).toBeNull();
  });
});

test("what is said of random bodies is what parsing says", () => {
  const key = fc.constantFrom("model", "stream", "a", "b", 'q"', "\\", "é", "\n");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(
        "model",
        "stream",
        '"stream":true',
        '\\"model\\"',
        "m",
        "é",
        true,
        false,
        null,
        1,
      ),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((all) => new Map(all)),
    ),
  }));
  const written = (one: unknown, space: string): string => {
    if (one instanceof Map)
      return `{${[...one].map(([name, held]) => `${JSON.stringify(name)}:${space}${written(held, space)}`).join(`,${space}`)}}`;
    if (Array.isArray(one)) return `[${one.map((held) => written(held, space)).join(",")}]`;
    return JSON.stringify(one);
  };
  const members = fc.array(fc.tuple(key, value), { maxLength: 5 });
  let said = 0;
  fc.assert(
    fc.property(
      members,
      members,
      fc.constantFrom("", " ", "\n"),
      fc.boolean(),
      (before, after, space, starts) => {
        const all = [
          ...(starts ? [["model", "m"] as const] : []),
          ...before,
          ["pad", long] as const,
          ...after,
        ];
        const body = `{${all.map(([name, held]) => `${JSON.stringify(name)}:${space}${written(held, space)}`).join(",")}}`;
        const found = scan(body);
        if (found === null) return;
        said++;
        const parsed = JSON.parse(body) as Record<string, unknown>;
        expect(found).toEqual({
          model: parsed["model"] as string,
          wantsStream: parsed["stream"] === true,
        });
      },
    ),
    { numRuns: 3_000 },
  );
  expect(said).toBeGreaterThan(100);
});
