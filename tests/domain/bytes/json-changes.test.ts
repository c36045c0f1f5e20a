import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { withChanges } from "../../../src/domain/bytes/json-changes.ts";
import { isRecord } from "../../../src/domain/bytes/json.ts";
import { type ParamChange, paramsOf } from "../../../src/domain/routing/params.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);

interface Says {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly string[];
}

function listOf({ set = {}, default: fallback = {}, drop = [] }: Says): readonly ParamChange[] {
  const put = (kind: "set" | "default", fields: Readonly<Record<string, unknown>>) =>
    Object.entries(fields).map(([name, value]) => {
      const json = JSON.stringify(value);
      return { kind, path: name.split("."), json, shown: json };
    });
  const gone = drop.map((name) => ({
    kind: "drop" as const,
    path: name.split("."),
    json: "",
    shown: "",
  }));
  return [...put("set", set), ...put("default", fallback), ...gone];
}

const changed = (body: string, says: Says) => {
  const { body: after, changed: named } = withChanges(bytes(body), paramsOf(listOf(says)).changes);
  return [text(after), ...named];
};

describe("fields of a body are changed in its bytes", () => {
  test.each<[string, Says, readonly string[]]>([
    ['{ "a" : 1 }', { set: { b: 2 } }, ['{ "a" : 1,"b":2 }', "added: b"]],
    ['{"a": 1.0, "b":2}', { set: { a: 3 } }, ['{"a": 3, "b":2}', "replaced: a"]],
    ['{"a":3}', { set: { a: 3 } }, ['{"a":3}']],
    ['{"a":null}', { set: { a: 3 } }, ['{"a":3}', "added: a"]],
    ["{}", { set: { a: "é\n" } }, ['{"a":"é\\n"}', "added: a"]],
    ["{ }", { set: { a: 1, b: [1] } }, ['{"a":1,"b":[1] }', "added: a", "added: b"]],
    ['{"a":1}', { default: { a: 2, b: 3 } }, ['{"a":1,"b":3}', "added: b"]],
    ['{"a": null}', { default: { a: 2 } }, ['{"a": 2}', "added: a"]],
    ['{"a":1, "b":2, "c":3}', { drop: ["b"] }, ['{"a":1, "c":3}', "dropped: b"]],
    ['{"a":1, "b":2}', { drop: ["a", "b"] }, ["{}", "dropped: a", "dropped: b"]],
    ['{"a":1, "b":2}', { drop: ["b", "x"] }, ['{"a":1}', "dropped: b"]],
    ['{"a":1}', { drop: ["a"], set: { b: 2 } }, ['{"b":2}', "added: b", "dropped: a"]],
    ['{"a":1,"z":0}', { drop: ["z"], set: { b: 2 } }, ['{"a":1,"b":2}', "added: b", "dropped: z"]],
    ["{}", { set: { "a.b.c": 1 } }, ['{"a":{"b":{"c":1}}}', "added: a.b.c"]],
    ['{"a":null}', { set: { "a.b": 1 } }, ['{"a":{"b":1}}', "added: a.b"]],
    ['{"a":{"x":9}}', { set: { "a.b": 1 } }, ['{"a":{"x":9,"b":1}}', "added: a.b"]],
    ["{}", { drop: ["a.b"] }, ["{}"]],
    ['{"a":{"b":1}}', { drop: ["a.b"] }, ['{"a":{}}', "dropped: a.b"]],
    // What is not an object holds no fields: the upstream is to say so itself.
    ['{"a":"x"}', { set: { "a.b": 1 } }, ['{"a":"x"}']],
    ['{"a":[{}]}', { default: { "a.b": 1 } }, ['{"a":[{}]}']],
    // An outer value is there before the fields within it.
    ["{}", { default: { a: { x: 1 } }, set: { "a.b": 2 } }, ['{"a":{"x":1,"b":2}}', "added: a"]],
    ['{"a":5}', { set: { a: {}, "a.b": 2 } }, ['{"a":{"b":2}}', "replaced: a"]],
    // Of a key that is repeated, parsers take the last.
    ['{"a":1,"a":null}', { default: { a: 2 } }, ['{"a":2,"a":2}', "added: a"]],
    ['{"a":1,"x":0,"a":2}', { drop: ["a"] }, ['{"x":0}', "dropped: a"]],
    ['{"b":1,"b":1,"a":1}', { set: { a: 2 } }, ['{"b":1,"b":1,"a":2}', "replaced: a"]],
    ['{"\\u0061":1}', { set: { a: 2 } }, ['{"\\u0061":2}', "replaced: a"]],
    ["{}", { set: { ['__proto__.x"']: 1 } }, ['{"__proto__":{"x\\"":1}}', 'added: __proto__.x"']],
    [
      '\uFEFF{"a":12345678901234567890}',
      { set: { b: 1 } },
      ['\uFEFF{"a":12345678901234567890,"b":1}', "added: b"],
    ],
  ])("%s with %j", (body, says, expected) => {
    expect(changed(body, says)).toEqual([...expected]);
  });

  test("where nothing changes, they are the very same", () => {
    const body = bytes('{"a":1}');
    const { changes } = paramsOf(listOf({ default: { a: 2 }, drop: ["b"] }));
    expect(withChanges(body, changes).body).toBe(body);
  });

  test.each(['{"a', '{"a":', '{"a":1', "{", '{"a":"x', '{"a":{"b":[', "{]", '{"a":}'])(
    "what only begins like an object ends all the same: %s",
    (body) => {
      const says = { set: { a: 1, "a.b": 2 }, default: { c: 1 }, drop: ["d"] };
      expect(changed(body, says)[0]).toStartWith("{");
    },
  );
});

/** The same on values: what the bytes have to parse to. */
function model(value: unknown, list: readonly ParamChange[]): unknown {
  const at = (kind: ParamChange["kind"], depth: number) =>
    list.filter((one) => one.kind === kind && one.path.length === depth);
  const result = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  for (const depth of [1, 2, 3])
    for (const kind of ["drop", "default", "set"] as const)
      for (const { path, json } of at(kind, depth)) {
        let holder: Record<string, unknown> | null = result;
        for (const name of path.slice(0, -1)) {
          const inner: unknown = holder[name];
          if (inner === undefined || inner === null) {
            if (kind === "drop") holder = null;
            else holder[name] = {};
          } else if (!isRecord(inner)) holder = null;
          if (holder === null) break;
          holder = holder[name] as Record<string, unknown>;
        }
        const last = path.at(-1) ?? "";
        if (holder === null) continue;
        if (kind === "drop") delete holder[last];
        else if (kind === "set" || (holder[last] ?? null) === null) holder[last] = JSON.parse(json);
      }
  return result;
}

test("whatever the body holds, its bytes parse to what the same changes make of the value", () => {
  const name = fc.constantFrom("a", "b", "ü", 'q"', "\\");
  const leaf = fc.constantFrom<unknown>(
    null,
    0,
    -1.5e3,
    true,
    "",
    'x"}',
    [],
    [null, "]"],
    {},
    { a: 1 },
  );
  const object = fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf)), { maxKeys: 5 });
  const deep = fc.dictionary(name, fc.oneof(object, leaf), { maxKeys: 5 });
  const path = fc.array(name, { minLength: 1, maxLength: 3 });
  const kind = fc.constantFrom("set" as const, "default" as const, "drop" as const);
  const changes = fc.uniqueArray(
    fc.record({ kind, path, value: fc.oneof(leaf, object) }).map((one): ParamChange => ({
      kind: one.kind,
      path: one.path,
      json: JSON.stringify(one.value),
      shown: "",
    })),
    { selector: ({ path: at }) => JSON.stringify(at), maxLength: 4 },
  );
  fc.assert(
    fc.property(deep, changes, fc.integer({ min: 0, max: 3 }), (value, list, indent) => {
      const before = bytes(JSON.stringify(value, null, indent));
      const { body, changed: named } = withChanges(before, paramsOf(list).changes);
      const after = text(body);
      expect(JSON.parse(after)).toEqual(model(value, list));
      if (named.length === 0) expect(body).toBe(before);
    }),
    { numRuns: 600 },
  );
});

test("the members that no change names keep their very bytes, in their order", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }),
      fc.subarray(["set", "default", "drop"] as const),
      fc.integer({ min: 0, max: 3 }),
      (others, kinds, indent) => {
        const mine = kinds.map((kind): ParamChange => ({
          kind,
          path: [`mine ${kind}`],
          json: "[0]",
          shown: "",
        }));
        const own = Object.fromEntries(mine.map(({ path: [name = ""] }) => [name, null]));
        const rest = Object.fromEntries(
          Object.entries(others).filter(([name]) => !name.startsWith("mine")),
        );
        const before = JSON.stringify({ ...own, ...rest, ...own }, null, indent);
        const { body } = withChanges(bytes(before), paramsOf(mine).changes);
        // JSON text without its own white space, each member beside the next.
        for (const [name, value] of Object.entries(rest)) {
          const written = JSON.stringify({ [name]: value }, null, indent);
          expect(text(body)).toContain(written.slice(1, -1).trim());
        }
      },
    ),
    { numRuns: 100 },
  );
});
