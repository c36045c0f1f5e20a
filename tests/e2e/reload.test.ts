// A routes file edited while calls are under way.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { createReloadLab } from "../lab/reload-load.ts";
import { withRouter } from "../lab/start-router.ts";

test("an edit is in force without failing or misrouting a call; a broken one changes nothing", async () => {
  const lab = createReloadLab();
  try {
    await withRouter({ routes: lab.routes(0) }, async ({ url, folder, log }) => {
      const path = join(folder, "routes.yaml");
      lab.load(url, 4);
      lab.save(path, 1);
      while ((await lab.seen(url)) < 1);
      lab.inForce(1);
      writeFileSync(path, "servers: { s: nowhere }");
      while (!log.some((line) => line.startsWith(`${path}:1:15: `)))
        expect(await lab.seen(url)).toBe(1);
      // However few calls a busy machine has had time for until then.
      for (let more = 0; more < 50; more++) expect(await lab.seen(url)).toBe(1);
      const { calls, failed } = await lab.stop();
      expect(failed).toEqual([]);
      expect(calls).toBeGreaterThan(50);
    });
  } finally {
    await lab.close();
  }
});
