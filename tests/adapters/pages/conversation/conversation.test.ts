// A conversation on the page of its request: folded where it is long, with what belongs beside it.
import { Elysia } from "elysia";
import { expect, test } from "bun:test";
import { pages } from "../../../../src/adapters/pages/pages.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import { elementText, openPage, sampleBrowse, sampleDeps, sampleDetail } from "../sample.ts";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function asking(messages: readonly object[], more: object = {}): LogDetail {
  return sampleDetail({ request_body: JSON.stringify({ model: "m", messages, ...more }) });
}

const show = (detail: LogDetail, path = "") =>
  openPage(sampleBrowse([detail]), `/request/${detail.id}${path}`);

const long = Array.from({ length: 200 }, (_, index) => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content: `Turn ${index}. ${"word ".repeat(1_000)}`,
}));

test("of a long conversation the last turns are shown, and the ones before are a fold away", async () => {
  const { document } = await show(asking(long));
  const shown = [...document.querySelectorAll(".turn:not(.answer) .text")];
  expect(shown.at(-1)?.textContent).toStartWith("Turn 199.");
  expect(shown.length).toBeLessThanOrEqual(12);
  const links = [...document.querySelectorAll(".turns details[data-fetched] a")];
  const spans = links.map((link) => /turns\/(\d+)-(\d+)$/.exec(link.getAttribute("href") ?? ""));
  expect(spans[0]?.[1]).toBe("0");
  spans.forEach((span, index) => {
    expect(span?.[2]).toBe(spans[index + 1]?.[1] ?? String(200 - shown.length));
  });
  const { document: earlier } = await show(asking(long), "/turns/0-3");
  const fragment = [...earlier.querySelectorAll("#fragment .turn")];
  expect(fragment.map(({ textContent }) => /Turn \d+/.exec(textContent)?.[0])).toEqual([
    "Turn 0",
    "Turn 1",
    "Turn 2",
  ]);
});

test.each(["/turns/5-2", "/turns/x", "/turns/900-990", "/tools"])(
  "%s of a conversation that has none is not found",
  async (path) => {
    expect((await show(asking([{ role: "user", content: "Hi" }]), path)).status).toBe(404);
  },
);

test("Markdown is laid out, and shown as it is where that is asked for", async () => {
  const detail = asking([{ role: "user", content: "Be **bold**" }]);
  const rendered = await show(detail);
  expect(rendered.document.querySelector(".turn.user strong")?.textContent).toBe("bold");
  const plain = await show(detail, "?as=text");
  expect(elementText(plain.document, ".turn.user .text")).toBe("Be **bold**");
});

test("a long text is folded with how much is in it, an answer is not", async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`).join("\n");
  const detail = {
    ...asking([{ role: "user", content: lines }]),
    response_body: JSON.stringify({ choices: [{ message: { content: lines } }] }),
  };
  const { document } = await show(detail);
  expect(elementText(document, ".turn.user .long summary")).toBe(
    "line 0 50 lines · 389 characters",
  );
  expect(document.querySelector(".turn.user .long")?.hasAttribute("open")).toBe(false);
  expect(document.querySelector(".turn.answer .long")?.hasAttribute("open")).toBe(true);
});

test("a result names the tool that was called, and a call without a result says so", async () => {
  const call = (id: string, name: string) => ({
    id,
    type: "function",
    function: { name, arguments: '{"path":"a"}' },
  });
  const { document } = await show(
    asking([
      { role: "assistant", content: "", tool_calls: [call("c1", "read"), call("c2", "list")] },
      { role: "tool", tool_call_id: "c1", content: '{"ok":true}' },
    ]),
  );
  expect(elementText(document, ".tool-result .label")).toBe("result of readc1");
  const calls = [...document.querySelectorAll(".tool-call .label")].map((one) =>
    one.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(calls).toEqual(["calls readc1", "calls listc2no result in this conversation"]);
  expect(document.querySelector(".tool-result pre")?.textContent).toContain('"ok": true');
});

test("parameters stand beside the conversation, and tools with their schemas a fold away", async () => {
  const tools = [{ function: { name: "read", description: "Reads.", parameters: { a: 1 } } }];
  const detail = asking([{ role: "user", content: "Hi" }], { temperature: 0.2, tools });
  const { document } = await show(detail);
  expect(elementText(document, ".parameters")).toBe("temperature0.2");
  expect(elementText(document, "#tools summary")).toBe("1 tool offered read");
  const { document: list } = await show(detail, "/tools");
  expect(elementText(list, ".tool-list")).toContain("Reads.");
  expect(list.querySelector(".tool-list pre")?.textContent).toContain('"a": 1');
});

test("an image of the conversation is shown from the router itself, as what its bytes are", async () => {
  const image = (data: string) => ({
    type: "image_url",
    image_url: { url: `data:text/html;base64,${data}` },
  });
  const page64 = Buffer.from("<script>alert(1)</script>").toString("base64");
  const detail = asking([{ role: "user", content: [image(pixel), image(page64)] }]);
  const { document } = await show(detail);
  const sources = [...document.querySelectorAll("img")].map((img) => img.getAttribute("src"));
  expect(sources).toEqual([`/request/${detail.id}/image/0.0`]);
  const app = new Elysia().use(pages(sampleDeps(sampleBrowse([detail]))));
  const fetched = (place: string) =>
    app.handle(new Request(`http://router.lan/request/${detail.id}/image/${place}`));
  const png = await fetched("0.0");
  expect(png.headers.get("content-type")).toBe("image/png");
  expect(png.headers.get("content-security-policy")).toContain("sandbox");
  expect(Buffer.from(await png.arrayBuffer()).toString("base64")).toBe(pixel);
  for (const place of ["0.1", "0.9", "7.0", "a0.0", "x"])
    expect((await fetched(place)).status).toBe(404);
});

test("a page of a long conversation grows with what is shown, not with what was said", async () => {
  const size = async (detail: LogDetail) =>
    (await show({ ...detail, request_body_truncated: true })).document.querySelector(
      ".conversation",
    )!.innerHTML.length;
  const [all, half] = [await size(asking(long)), await size(asking(long.slice(100)))];
  expect(all / half).toBeLessThan(1.2);
});
