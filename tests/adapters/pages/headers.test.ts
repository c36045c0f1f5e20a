// What protects the pages, and what lets browsers keep their assets.
import { expect, test } from "bun:test";
import { textResponse } from "../../../src/adapters/pages/compressed.ts";
import { open, sampleBrowse, sampleDetail } from "./sample.ts";

const detail = sampleDetail();
const browse = sampleBrowse([detail]);

const pagesOfAll = ["/", `/request/${detail.id}`, "/upstreams", "/routes?model=x"];

test.each([...pagesOfAll, "/request/unknown"])(
  "%p may run nothing, load nothing foreign, be framed by nobody and stay in no cache",
  async (path) => {
    const { headers } = await open(browse, path);
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
    const { document } = await open(browse, path);
    expect(document.querySelectorAll("style, [style], script:not([src])").length).toBe(0);
    const handlers = [...document.querySelectorAll("*")].flatMap((element) =>
      [...element.attributes].filter(({ name }) => name.startsWith("on")),
    );
    expect(handlers).toEqual([]);
  },
);

test("every asset a page names is there and may be kept for good", async () => {
  const { document } = await open(browse, "/");
  const paths = [...document.querySelectorAll("link, script")].map(
    (element) => element.getAttribute("href") ?? element.getAttribute("src") ?? "",
  );
  expect(paths.length).toBe(3);
  for (const path of paths) {
    const { status, headers } = await open(browse, path);
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
])("a browser that accepts %p gets %p", (accepts, encoding) => {
  const response = textResponse("x".repeat(5_000), accepts, 200, {});
  expect(response.headers.get("content-encoding")).toBe(encoding);
  expect(response.headers.get("vary")).toBe("accept-encoding");
});

test("an asset of another version is not found", async () => {
  expect((await open(browse, "/assets/style-000000000000.css")).status).toBe(404);
});
