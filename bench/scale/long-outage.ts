// A database that is away for long, and a router that is killed meanwhile: whether every row and body is
// there afterwards, once, and how soon.
import { runPaced } from "../lab/paced-load.ts";
import { chatBody, countedRows, withModelLab } from "../lab/scale-lab.ts";

const perSecond = 100;

/** @param seconds that the database is away */
export function benchLongOutage(seconds: number): Promise<void> {
  return withModelLab(async (lab) => {
    const { routes } = lab;
    const router = await lab.router("one", routes);
    const load = { perSecond, seconds: seconds / 2, body: chatBody };
    const warm = await runPaced(router.url, { ...load, seconds: 2 });
    lab.server.stop("immediate");
    const first = await runPaced(router.url, load);
    // What was answered in the last 100 ms may be gone.
    await Bun.sleep(200);
    process.kill(router.pid, "SIGKILL");
    await router.exited;
    const again = await lab.router("one", routes);
    const second = await runPaced(again.url, load);
    const ids = [warm, first, second].flatMap((report) => report.ids);
    const failed = [warm, first, second].flatMap((report) => report.failed);
    lab.server.start();
    const since = performance.now();
    for (;;) {
      const { rows } = await countedRows(lab.client).catch(() => ({ rows: 0 }));
      if (rows >= ids.length || performance.now() - since > 120_000) break;
      await Bun.sleep(100);
    }
    const took = (performance.now() - since) / 1_000;
    const { rows, figures } = await countedRows(lab.client);
    const there = new Set(
      (await lab.client.run<{ id: string }>("select id from requests")).map(({ id }) => id),
    );
    const missing = ids.filter((id) => !there.has(id));
    let bodies = 0;
    for (const id of ids.filter((_, at) => at % Math.ceil(ids.length / 500) === 0)) {
      const row = (await (await fetch(`${again.url}/api/logs/${id}`)).json()) as {
        request_body: string | null;
        response_body: string | null;
      };
      if (row.request_body === null || row.response_body === null) bodies++;
    }
    console.log(
      `away ${seconds} s at ${perSecond} calls/s, killed once: ${ids.length} answered, ${failed.length} failed; ` +
        `all there ${took.toFixed(1)} s after it: ${rows} rows, ${missing.length} missing, figures ${figures}; ` +
        `of 500 looked at ${bodies} without bodies`,
    );
  });
}
