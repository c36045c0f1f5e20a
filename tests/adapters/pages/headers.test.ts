// What protects the pages, and what lets browsers keep their assets.
import { expect, test } from "bun:test";
import { open, sampleBrowse, sampleDetail } from "./sample.ts";

const detail = sampleDetail();
const browse = sampleBrowse([detail]);

test.each(["/", `/request/${detail.id}`, "/request/unknown"])(
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
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  },
);

test.each(["/", `/request/${detail.id}`])(
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

test("every asset a page names is there, may be kept for good, and is small", async () => {
  const { document } = await open(browse, "/");
  const paths = [...document.querySelectorAll("link, script")].map(
    (element) => element.getAttribute("href") ?? element.getAttribute("src") ?? "",
  );
  expect(paths.length).toBe(3);
  for (const path of paths) {
    const { status, headers, document: asset } = await open(browse, path);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.documentElement.textContent.length).toBeLessThan(13_000);
  }
});

test("an asset of another version is not found", async () => {
  expect((await open(browse, "/assets/style-000000000000.css")).status).toBe(404);
});
