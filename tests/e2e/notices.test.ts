// What a person should act on, from the running program: on every page and in /readyz.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { withRouter } from "../lab/start-router.ts";

interface Ready {
  readonly status: string;
  readonly warnings: readonly string[];
}

const ready = async (url: string): Promise<Ready> =>
  (await (await fetch(`${url}/readyz`)).json()) as Ready;
const everyPage = ["/", "/performance", "/upstreams", "/routes", "/request/none"];
const textsOf = (url: string) =>
  Promise.all(
    everyPage.map(async (path) =>
      (await fetch(url + path, { headers: { accept: "text/html" } })).text(),
    ),
  );

test("an invalid routes file is on every page with its problem, in /readyz without, until put right", async () => {
  await withRouter({ routes: "{}" }, async ({ url, folder }) => {
    expect(await ready(url)).toEqual({ status: "ready", warnings: [] });
    const path = join(folder, "routes.yaml");
    writeFileSync(path, "servers: { s: nowhere }");
    while ((await ready(url)).warnings.length === 0);
    expect((await ready(url)).warnings).toEqual([
      "The routes file on disk is not valid; the one before stays in force.",
    ]);
    for (const text of await textsOf(url)) {
      expect(text).toContain("The routes file on disk is not valid");
      expect(text).toContain("routes.yaml:1:15: ");
    }
    writeFileSync(path, "servers: { s: 'http://127.0.0.1:9' }");
    while ((await ready(url)).warnings.length > 0);
    for (const text of await textsOf(url)) expect(text).not.toContain("is not valid");
  });
});

test("a database that was moved aside is on every page until dismissed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-damaged-"));
  const path = join(folder, "requests.db");
  writeFileSync(path, "this is not a database, whatever its name says. ".repeat(200));
  try {
    await withRouter({ env: { DB_PATH: path } }, async ({ url }) => {
      const { warnings } = await ready(url);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain(folder);
      for (const text of await textsOf(url)) expect(text).toContain(`${path}.`);
      const page = await (await fetch(`${url}/routes`)).text();
      const id = /name="id" value="([^"]+)"/.exec(page)?.[1] ?? "";
      const dismissed = await fetch(`${url}/notices/dismiss`, {
        method: "POST",
        body: new URLSearchParams({ id, next: "/routes" }),
        redirect: "manual",
      });
      expect([dismissed.status, dismissed.headers.get("location")]).toEqual([303, "/routes"]);
      expect((await ready(url)).warnings).toEqual([]);
      for (const text of await textsOf(url)) expect(text).not.toContain("Dismiss");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
