// Numbers that ask for more than anybody could want: refused as the real servers refuse them, never counted out.
import { expect, test } from "bun:test";
import { withFakes } from "../../lab/with-fakes.ts";

const messages = [{ role: "user", content: "hi" }];
const form = (n: string) => {
  const data = new FormData();
  data.set("model", "m");
  data.set("n", n);
  return data;
};

const numbers = ["1e999", "1e9", "129", "-1", "0", "1.5"];
const counted: Readonly<
  Record<string, readonly [path: string, body: (n: string) => string | FormData]>
> = {
  "choices of a chat": [
    "/v1/chat/completions",
    (n) => `{"model":"m","n":${n},"messages":${JSON.stringify(messages)}}`,
  ],
  "choices of a streamed chat": [
    "/v1/chat/completions",
    (n) => `{"model":"m","n":${n},"stream":true,"messages":${JSON.stringify(messages)}}`,
  ],
  images: ["/v1/images/generations", (n) => `{"model":"m","n":${n},"prompt":"x"}`],
  "images of a form": ["/v1/images/edits", form],
};

test.each(Object.entries(counted))("%s", (_name, [path, body]) =>
  withFakes({ a: {} }, async ({ a }) => {
    const status = async (n: string) =>
      (await fetch(a.url + path, { method: "POST", body: body(n) })).status;
    expect(await Promise.all(["1", "128", ...numbers].map(status))).toEqual([
      200,
      200,
      ...numbers.map(() => 400),
    ]);
  }),
);

test.each([
  ["/v1/embeddings", "object"],
  ["/api/embed", "string"],
])("dimensions at %s", (path, errorType) =>
  withFakes({ a: {} }, async ({ a }) => {
    for (const [n, status] of [
      ["4096", 200],
      ["1e999", 400],
      ["1e9", 400],
      ["0", 400],
    ] as const) {
      const body = `{"model":"m","input":"x","dimensions":${n}}`;
      const response = await fetch(a.url + path, { method: "POST", body });
      expect(response.status).toBe(status);
      const { error } = (await response.json()) as { error?: unknown };
      if (status === 400) expect(typeof error).toBe(errorType as "object");
    }
  }),
);

test.each<[string, object | string]>([
  ["of endless length", '{"type":"array","minItems":1e999}'],
  ["of endless lists in lists", nested(12, "1000")],
  ["that holds itself", { anyOf: [{ $ref: "#" }] }],
  ["of itself over and over", { properties: { a: { $ref: "#" }, b: { $ref: "#" } } }],
])("a sample of a schema %s is small", (_name, schema) =>
  withFakes({ a: {} }, async ({ a }) => {
    const parameters = typeof schema === "string" ? schema : JSON.stringify(schema);
    const tools = `[{"type":"function","function":{"name":"f","parameters":${parameters}}}]`;
    const body = `{"model":"m","messages":${JSON.stringify(messages)},"tools":${tools}}`;
    const response = await fetch(`${a.url}/v1/chat/completions`, { method: "POST", body });
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeLessThan(100_000);
  }),
);

function nested(depth: number, minItems: string): string {
  if (depth === 0) return "{}";
  return `{"type":"array","minItems":${minItems},"items":${nested(depth - 1, minItems)}}`;
}
