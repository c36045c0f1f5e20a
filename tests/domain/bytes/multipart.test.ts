import { describe, expect, test } from "bun:test";
import { fieldText, formFields, multipartBoundary } from "../../../src/domain/bytes/multipart.ts";
import { spliced } from "../../../src/domain/bytes/json-members.ts";

test.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b;c"', "a b;c"],
  ["multipart/form-data", null],
  ["application/json; boundary=abc", null],
  [null, null],
])("%p names the boundary %p", (type, boundary) => {
  expect(multipartBoundary(type)).toBe(boundary);
});

async function form(entries: readonly (readonly [string, string | Blob])[]) {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  const request = new Request("http://x/", { method: "POST", body: data });
  const boundary = multipartBoundary(request.headers.get("content-type"))!;
  return { body: new Uint8Array(await request.arrayBuffer()), boundary };
}

describe("the model field of an upload", () => {
  const file = new Blob([
    new Uint8Array(100_000).map((_, at) => (at * 31) % 256),
    '\r\n--no\r\nContent-Disposition: form-data; name="model"\r\n\r\ntrap\r\n',
  ]);
  test.each([
    [
      "first",
      [
        ["model", "whisper-1"],
        ["file", file],
      ],
    ],
    [
      "last",
      [
        ["file", file],
        ["prompt", "hi"],
        ["model", "whisper-1"],
      ],
    ],
  ] as [string, [string, string | Blob][]][])(
    "is found when it stands %s",
    async (_where, entries) => {
      const { body, boundary } = await form(entries);
      const span = formFields(body, boundary, ["model"]).get("model")!;
      expect(fieldText(body, span)).toBe("whisper-1");
      const put = spliced(body, [{ span, put: "large-v3" }]);
      const type = { "content-type": `multipart/form-data; boundary=${boundary}` };
      // oxlint-disable-next-line typescript/no-deprecated -- a small form of the test's own
      const parsed = await new Response(put, { headers: type }).formData();
      expect(parsed.get("model")).toBe("large-v3");
      expect((parsed.get("file") as File).size).toBe(file.size);
    },
  );

  test("is not a file of that name, and may be absent or empty", async () => {
    const named = await form([["model", new File(["x"], "model.bin")]]);
    expect(formFields(named.body, named.boundary, ["model"]).size).toBe(0);
    const empty = await form([["model", ""]]);
    expect(
      fieldText(empty.body, formFields(empty.body, empty.boundary, ["model"]).get("model")),
    ).toBe("");
  });

  test.each([
    "",
    "--",
    "--b",
    "--b--",
    "--b\r\n",
    '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nm',
  ])("a broken body %p does no harm", (text) => {
    expect(() => formFields(new TextEncoder().encode(text), "b", ["model"])).not.toThrow();
  });
});
