// Nothing of a request vanishes unsaid: what does not reach the server is named.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isRecord, type JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { anyRequest } from "./any-request.ts";
import { requestFields } from "./request-fields.ts";
import { asks, using } from "./sample-requests.ts";
import { translate, translated } from "./translated.ts";

const hosts = [
  "http://10.0.0.9:8000",
  "https://api.groq.com/openai",
  "https://api.openai.com",
  "https://api.mistral.ai",
].map((url) => [url, serverTraits(url)] as const);

/** Fields that only say what is so without them, or help to read others. */
const silent = new Set([
  "model",
  "stream",
  "options",
  "messages.tool_calls.type",
  "messages.tool_calls.function.index",
  "messages.tool_call_id",
  "messages.tool_name",
  "messages.name",
]);

/** The request without the members of this dotted name. */
function without(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, path));
  if (!isRecord(value)) return value;
  const [key, ...rest] = path;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (name !== key) return [[name, member]];
      return rest.length === 0 ? [] : [[name, without(member, rest)]];
    }),
  );
}

const cases = requestFields.flatMap((field) =>
  field.on.filter(() => !silent.has(field.name)).map((kind) => [field.name, kind, field] as const),
);

describe.each(hosts)("towards %s", (_, traits) => {
  test.each(cases)("%s on %s changes the request, or is named", (name, kind, field) => {
    const request = using(field, kind);
    const { body, dropped } = translated(kind, request, traits);
    const bare = translate(kind, without(request, name.split(".")) as JsonRecord, traits);
    const unchanged = bare.kind === "request" && JSON.stringify(bare.body) === JSON.stringify(body);
    expect(dropped.includes(name)).toBe(unchanged);
  });
});

/** An object of a request, chosen by a number, with one more member; and that member's path. */
function withUnknown(request: JsonRecord, choice: number): readonly [JsonRecord, string] {
  const copy = structuredClone(request) as Record<string, unknown>;
  const places: (readonly [Record<string, unknown>, string])[] = [[copy, ""]];
  const add = (value: unknown, prefix: string) => {
    if (isRecord(value)) places.push([value, prefix]);
  };
  add(copy["options"], "options.");
  for (const message of (copy["messages"] ?? []) as readonly JsonRecord[]) {
    add(message, "messages.");
    for (const call of (message["tool_calls"] ?? []) as readonly JsonRecord[]) {
      add(call, "messages.tool_calls.");
      add(call["function"], "messages.tool_calls.function.");
    }
  }
  const [holder, prefix] = places[choice % places.length] ?? [copy, ""];
  holder["unheard_of"] = { of: 1 };
  return [copy, `${prefix}unheard_of`];
}

test("a field that nobody knows is named, wherever it stands", () => {
  fc.assert(
    fc.property(
      anyRequest,
      fc.nat(),
      fc.constantFrom(...hosts),
      ({ kind, request }, choice, to) => {
        const [asked, path] = withUnknown(request, choice);
        const { body, dropped } = translated(kind, asked, to[1]);
        const known = translated(kind, request, to[1]);
        expect(dropped.toSorted()).toEqual([...new Set([...known.dropped, path])].toSorted());
        expect(body).toEqual(known.body);
      },
    ),
    { numRuns: 300 },
  );
});

const malformed: readonly [string, JsonRecord][] = [
  ["messages.thinking", { role: "assistant", content: "a", thinking: 1 }],
  ["messages.tool_name", { role: "tool", content: "a", tool_name: ["f"] }],
  ["messages.tool_call_id", { role: "tool", content: "a", tool_call_id: 7 }],
];
test.each(malformed)("%s of the wrong type is named", (name, message) => {
  expect(translated("chat", { ...asks.chat, messages: [message] }).dropped).toEqual([name]);
});
