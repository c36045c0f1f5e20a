// Reloads by signal, a thousand where sweeps are whole, each under load, in a process of its own.
import { join } from "node:path";
import { expect, test } from "bun:test";
import { createReloadLab } from "../lab/reload-load.ts";
import { spawnRouter } from "../lab/spawn-router.ts";
import { sweep } from "../lab/sweep.ts";
import { withTempFolder } from "../lab/temp-folder.ts";

const reloads = sweep(2_000);

test(`${reloads} reloads under load: no call fails, none goes where only another generation would send it`, () =>
  withTempFolder(async (folder) => {
    const lab = createReloadLab();
    const path = join(folder, "routes.yaml");
    lab.save(path, 0);
    const router = await spawnRouter({ env: { ROUTES_CONFIG: path, LOG_LEVEL: "info" } });
    try {
      lab.load(router.url, 8);
      for (let generation = 1; generation <= reloads; generation++) {
        lab.save(path, generation);
        // Now and then nobody tells the router: it must notice by itself.
        if (generation % (reloads / 4) !== 0) process.kill(router.pid, "SIGHUP");
        while ((await lab.seen(router.url)) < generation);
        lab.inForce(generation);
      }
      const { calls, failed } = await lab.stop();
      expect(failed).toEqual([]);
      expect(calls).toBeGreaterThan(reloads * 5);
      console.log(`${reloads} reloads, ${calls} calls, 0 failed, 0 misrouted`);
    } finally {
      await router.stop();
      await lab.close();
    }
  }));
