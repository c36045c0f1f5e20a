import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  itemSpans,
  memberSpans,
  spanAt,
  withMember,
} from "../../../src/domain/bytes/json-members.ts";
import { ownMs } from "../../lab/own-time.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);

describe("a new model name is spliced into the body's bytes", () => {
  test.each([
    ['{"model":"a"}', '{"model":"b"}'],
    ['{ "model" : "a" , "x": 1.0 }', '{ "model" : "b" , "x": 1.0 }'],
    ['{"n":12345678901234567890,"model":"a"}', '{"n":12345678901234567890,"model":"b"}'],
    [
      '{"messages":[{"model":"inner"}],"model":"a"}',
      '{"messages":[{"model":"inner"}],"model":"b"}',
    ],
    [
      '{"x":{"model":"inner"},"model":"a","y":[1,{"model":2}]}',
      '{"x":{"model":"inner"},"model":"b","y":[1,{"model":2}]}',
    ],
    ['{"x":"\\"model\\":\\\\","model":"a"}', '{"x":"\\"model\\":\\\\","model":"b"}'],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"b"}'],
    ['{"model":"a","model":"c"}', '{"model":"b","model":"b"}'],
    ['\uFEFF{"model":"a"}', '\uFEFF{"model":"b"}'],
    ['{"model":"ä\\"🙂"}\n', '{"model":"b"}\n'],
    ['{"a":null,"b":true,"c":-1e5,"model":"a"}', '{"a":null,"b":true,"c":-1e5,"model":"b"}'],
  ])("%s", (before, after) => {
    expect(text(withMember(bytes(before), "model", "b"))).toBe(after);
  });

  test("a body without a model keeps its very bytes", () => {
    const body = bytes('{"messages":[]}');
    expect(withMember(body, "model", "b")).toBe(body);
  });

  test("whatever else the body holds is left as it was", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }),
        fc.string(),
        fc.string(),
        fc.integer({ min: 0, max: 3 }),
        (others, before, after, indent) => {
          const { model: _, ...rest } = others;
          const body = JSON.stringify({ ...rest, model: before, ...rest }, null, indent);
          const spliced = text(withMember(bytes(body), "model", after));
          expect(JSON.parse(spliced)).toEqual({ ...JSON.parse(body), model: after });
          const [span] = memberSpans(bytes(body), "model");
          expect(bytes(spliced).subarray(0, span?.start)).toEqual(
            bytes(body).subarray(0, span?.start),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a large body costs linear time", () => {
    const body = bytes(`{"messages":["${"\\\\".repeat(2_000_000)}"],"model":"a"}`);
    const took = ownMs(() => {
      expect(withMember(body, "model", "b").length).toBe(body.length);
    });
    expect(took).toBeLessThan(1_000);
  });
});

test("a list ends where it ends, whatever follows", () => {
  const body = '[[1, "]" ] , {"a":[2]}\n],"b":[3]';
  const items = itemSpans(bytes(body), 0).map(({ start, end }) => body.slice(start, end));
  expect(items).toEqual(['[1, "]" ]', '{"a":[2]}']);
});

describe("a way of keys and indexes leads to one value's bytes", () => {
  const long = 'x\\\\\\"'.repeat(20);
  test.each<[string, readonly (string | number)[], string | null]>([
    ['{"a":[1,null,{"b":"c"}]}', ["a", 2, "b"], '"c"'],
    ['{"a":[1,null,true]}', ["a", 2], "true"],
    ['{ "a" : [ [ ] , [ 7 ] ] }', ["a", 1, 0], "7"],
    ['{"a":{"b":1},"a":{"b":2}}', ["a", "b"], "2"],
    [`{"${long}":"${long}","a":"${long}"}`, ["a"], `"${long}"`],
    ['{"a":[]}', ["a", 0], null],
    ['{"a":[1,2],"b":[3]}', ["a", 2], null],
    ['{"a":"b"}', ["a", "b"], null],
    ['{"a":1}', ["b"], null],
  ])("%s, %j", (body, path, value) => {
    const span = spanAt(bytes(body), 0, path);
    expect(span === null ? null : body.slice(span.start, span.end)).toBe(value);
  });
});
