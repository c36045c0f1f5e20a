// What a person should act on stands on every page until it is put right or dismissed.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import { pages } from "../../../src/adapters/pages/pages.ts";
import type { Notice } from "../../../src/ports/notices.ts";
import { openPage, sampleBrowse, sampleDeps, sampleDetail, elementText } from "./sample.ts";

const moved: Notice = { id: "moved:1", message: "A fresh log was begun.", details: ["old: x.db"] };
const routes: Notice = {
  id: "routes-file:1",
  message: "The routes file is not valid.",
  details: Array.from({ length: 9 }, (_, line) => `routes.yaml:${line}:1: wrong`),
  endsByItself: true,
};
const notices = { current: () => [moved, routes], dismiss: () => {} };

const { id } = sampleDetail();
const every = ["/", "/performance", `/request/${id}`, "/request/none", "/upstreams", "/routes"];

test.each(every)("%s says it, and offers to dismiss what does not end by itself", async (path) => {
  const { document } = await openPage(sampleBrowse([sampleDetail()]), path, { notices });
  expect(elementText(document, "#notices")).toContain("A fresh log was begun. old: x.db");
  const forms = [...document.querySelectorAll("#notices form")];
  expect(forms).toHaveLength(1);
  const value = (name: string) =>
    forms[0]?.querySelector(`input[name=${name}]`)?.getAttribute("value");
  expect([value("id"), value("next")]).toEqual(["moved:1", path]);
});

test("since when it holds is said, in UTC for those without scripts", async () => {
  const since = Date.parse("2026-03-12T15:58:00Z");
  const one = { current: () => [{ ...routes, since }], dismiss: () => {} };
  const { document } = await openPage(sampleBrowse([]), "/", { notices: one });
  expect(elementText(document, "#notices small")).toBe("since 2026-03-12 15:58:00 UTC");
  const unknown = await openPage(sampleBrowse([]), "/", { notices });
  expect(unknown.document.querySelector("#notices time")).toBeNull();
});

test("a log that cannot be read does not keep the notice away", async () => {
  const browse = { ...sampleBrowse([]), list: () => Promise.reject(new Error("gone")) };
  const { document } = await openPage(browse, "/", { notices });
  expect(elementText(document, "#notices")).toContain("The routes file is not valid.");
});

test("a long list of problems is cut, and says how many more there are", async () => {
  const { document } = await openPage(sampleBrowse([]), "/routes", { notices });
  const lines = [...document.querySelectorAll("#notices .notice:last-child li")];
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)?.textContent).toBe("and 3 more, in the router's own log");
});

async function press(
  form: URLSearchParams | ReadableStream,
): Promise<{ dismissed: readonly string[]; to: string | null }> {
  const dismissed: string[] = [];
  const app = new Elysia().use(
    pages(
      sampleDeps(sampleBrowse([]), {
        notices: { current: () => [], dismiss: (one) => dismissed.push(one) },
      }),
    ),
  );
  const request = new Request("http://router.lan/notices/dismiss", { method: "POST", body: form });
  return { dismissed, to: (await app.handle(request)).headers.get("location") };
}

test("dismissing names the notice and leads back to the page", async () => {
  const form = new URLSearchParams({ id: "moved:1", next: "/routes?model=x" });
  expect(await press(form)).toEqual({ dismissed: ["moved:1"], to: "/routes?model=x" });
});

test("dismissing leads nowhere else, and no form is read that is larger than any can be", async () => {
  const away = new URLSearchParams({ id: "a", next: "//evil.example" });
  expect((await press(away)).to).toBe("/");
  const large = new URLSearchParams({ id: "x".repeat(70_000) });
  expect((await press(large)).dismissed).toEqual([]);
  const drip = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(30_000).fill(120)),
  });
  expect((await press(drip)).dismissed).toEqual([]);
});
