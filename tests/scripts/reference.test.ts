// docs/reference.md has a line for every error code and every header in the source.
import { expect, test } from "bun:test";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const page = await Bun.file(join(root, "docs/reference.md")).text();
const lines = new Set([...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name));

/** What a pattern's first group finds, by the file it is in. */
async function found(folders: readonly string[], pattern: RegExp): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const folder of folders)
    for await (const path of new Bun.Glob("**/*.{ts,tsx}").scan(join(root, "src", folder))) {
      const text = await Bun.file(join(root, "src", folder, path)).text();
      for (const [, name = ""] of text.matchAll(pattern)) places.set(name.toLowerCase(), path);
    }
  return places;
}

test("every error code in the source has its line", async () => {
  const codes = await found(
    ["domain/http", "domain/protocols", "adapters/http", "app/usecases"],
    /\bcode: (?:\w+ \? )?"([a-z_]+)"/g,
  );
  expect(codes.size).toBeGreaterThan(25);
  // Codes that translated upstreams' statuses become stand in the table of statuses.
  const missing = [...codes].filter(
    ([code]) => !lines.has(code) && !page.includes(`, \`${code}\``),
  );
  expect(missing).toEqual([]);
});

/** Of answers as files, assets and servers of models, which docs/reference.md is not about. */
const asides = new Set([
  "content-disposition",
  "anthropic-version",
  "anthropic-beta",
  "openai-beta",
  "x-smolrouter-parent-span",
]);

test("every header that the source reads or sets has its line", async () => {
  const headers = await found(
    ["domain/http", "domain/security", "domain/call", "domain/failover"].concat([
      "domain/conversation",
      "app/usecases/relay",
      "adapters/http",
      "adapters/pages/login",
    ]),
    /(?:headerValue\([\w.]+, |headers\.(?:get|has|set|append)\(|(?:push|headers: \[|= \[|^ +)\(?\[)"([A-Za-z]+(?:-[A-Za-z]+)*)"(?=[,)])/gm,
  );
  expect(headers.size).toBeGreaterThan(30);
  const prefixed = await found(
    ["domain", "app/usecases", "adapters/http"],
    /"(x-smolrouter-\w[\w-]*)"/g,
  );
  const missing = [...headers, ...prefixed].filter(
    ([name]) => !lines.has(name) && !asides.has(name),
  );
  expect(missing).toEqual([]);
});
