// What protects the pages, and what lets browsers keep their assets.
import { expect, test } from "bun:test";
import { constants, gunzipSync } from "node:zlib";
import { Elysia } from "elysia";
import { textResponse } from "../../../src/adapters/pages/shared/compressed.ts";
import { pages } from "../../../src/adapters/pages/pages.ts";
import type { LogPage } from "../../../src/ports/browse.ts";
import { openPage, sampleBrowse, sampleDeps, sampleDetail, elementText } from "./sample.ts";

const detail = sampleDetail();
const browse = sampleBrowse([detail]);

const pagesOfAll = ["/", `/request/${detail.id}`, "/upstreams", "/routes?model=x"];

test.each([...pagesOfAll, "/request/unknown"])(
  "%p may run nothing, load nothing foreign, be framed by nobody and stay in no cache",
  async (path) => {
    const { headers } = await openPage(browse, path);
    const policy = headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
  },
);

test.each(pagesOfAll)(
  "%p has no inline script or style, which its own policy would block",
  async (path) => {
    const { document } = await openPage(browse, path);
    expect(document.querySelectorAll("style, [style], script:not([src])").length).toBe(0);
    const handlers = [...document.querySelectorAll("*")].flatMap((element) =>
      [...element.attributes].filter(({ name }) => name.startsWith("on")),
    );
    expect(handlers).toEqual([]);
  },
);

test("every asset a page names is there and may be kept for good", async () => {
  const { document } = await openPage(browse, "/");
  const paths = [...document.querySelectorAll("link, script")].map(
    (element) => element.getAttribute("href") ?? element.getAttribute("src") ?? "",
  );
  expect(paths.length).toBe(4);
  for (const path of paths) {
    const { status, headers } = await openPage(browse, path);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  }
});

test.each<[string | null, string | null]>([
  ["gzip, deflate, br", "gzip"],
  ["br;q=1.0, gzip;q=0.5", "gzip"],
  ["gzip;q=0, br", null],
  ["identity", null],
  [null, null],
])("a browser that accepts %p gets %p", async (accepts, encoding) => {
  const response = await textResponse("x".repeat(5_000), accepts, 200, {});
  expect(response.headers.get("content-encoding")).toBe(encoding);
  expect(response.headers.get("vary")).toBe("accept-encoding");
});

test.each([5_000, 5_000_000])("a text of %d letters arrives whole", async (length) => {
  const text = "ü".repeat(length);
  const response = await textResponse(text, "gzip", 200, {});
  expect(gunzipSync(await response.bytes()).toString()).toBe(text);
});

test("a browser that opens a page has its frame before the log is read", async () => {
  const log = Promise.withResolvers<LogPage>();
  const app = new Elysia().use(pages(sampleDeps({ ...browse, list: () => log.promise })));
  const headers = { accept: "text/html", "accept-encoding": "gzip" };
  const response = await app.handle(new Request("http://router.lan/", { headers }));
  const reader = response.body!.getReader();
  const chunks: Uint8Array[] = [];
  const readable = () =>
    gunzipSync(Buffer.concat(chunks), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  do chunks.push((await reader.read()).value);
  while (!readable().includes("</nav>"));
  log.resolve(await browse.list({ limit: 1 }));
  for (let next = await reader.read(); !next.done; next = await reader.read())
    chunks.push(next.value);
  const whole = await app.handle(new Request("http://router.lan/", { headers: { accept: "*/*" } }));
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(await whole.text());
});

test("a log that cannot be read is reported within the page that has begun", async () => {
  const broken = { ...browse, list: () => Promise.reject(new Error("secret detail")) };
  const unreadable = { ...broken, performance: broken.list, threads: broken.list };
  for (const path of ["/", "/threads", "/performance"]) {
    const { status, document } = await openPage(unreadable, path, {}, { accept: "text/html" });
    expect(status).toBe(200);
    expect(elementText(document, ".notice.bad")).toContain("The log cannot be read right now");
    expect((await openPage(unreadable, path)).status).toBe(503);
  }
});

test("a bug in what stands below the frame is reported there and in the log, and the page ends as others do", async () => {
  const faults: unknown[] = [];
  const broken = { ...browse, threads: () => Promise.resolve({ threads: [null!], next: null }) };
  const fault = (error: unknown) => void faults.push(error);
  const { document } = await openPage(broken, "/threads", { fault }, { accept: "text/html" });
  expect(elementText(document, ".notice.bad")).toContain("an internal error");
  expect(elementText(document, "footer")).toContain("SmolRouter");
  expect(faults).toEqual([expect.any(TypeError)]);
});

test("an asset of another version is not found", async () => {
  expect((await openPage(browse, "/assets/style-000000000000.css")).status).toBe(404);
});
