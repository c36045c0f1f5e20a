import { expect, test } from "bun:test";
import fc from "fast-check";
import { behindElements, listStart } from "../../../src/domain/bytes/list-ends.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("the elements of a list are found where they stand, whatever they hold", () => {
  const members = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(members, fc.constantFrom(undefined, 1, "\t"), ([before, list], indent) => {
      const { messages: _, ...others } = before;
      const text = bytes(JSON.stringify({ ...others, messages: list, after: "]" }, null, indent));
      let at = listStart(text, "messages");
      for (const element of list) {
        const end = at === null ? null : behindElements(text, at, 1);
        expect(end).not.toBeNull();
        const said = new TextDecoder()
          .decode(text.subarray(at ?? 0, end ?? 0))
          .replace(/^[\s,]+/, "");
        expect(JSON.parse(said)).toEqual(JSON.parse(JSON.stringify(element)));
        at = end;
      }
      expect(behindElements(text, at ?? 0, 1)).toBeNull();
    }),
  );
});

test("there is no list where the member is another thing, stands deeper, or is missing", () => {
  for (const text of [
    '{"a":{"messages":[1]}}',
    '{"messages":{"a":[1]}}',
    "{}",
    "[1]",
    '{"x":1}',
    "",
  ])
    expect(listStart(bytes(text), "messages")).toBeNull();
  expect(listStart(bytes(' { "messages" : [1]}'), "messages")).toBe(17);
});

test("so many elements at a time, and no more than there are", () => {
  const text = bytes('{"messages":[1, "a,]" ,{"b":[2]}],"x":[3]}');
  const start = listStart(text, "messages") ?? 0;
  expect(behindElements(text, start, 3)).toBe('{"messages":[1, "a,]" ,{"b":[2]}'.length);
  expect(behindElements(text, start, 4)).toBeNull();
  expect(behindElements(bytes('{"messages":["cut'), start, 2)).toBeNull();
});
