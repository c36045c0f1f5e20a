// How soon a row of one router is seen at another.
import { quantile, runPaced } from "../lab/paced-load.ts";
import { chatBody, withModelLab } from "../lab/scale-lab.ts";

const perSecond = 500;
/** Between two of the calls whose rows are waited for. */
const everyMs = 50;
/** A program that has just been started still compiles what it runs; said apart. */
const warmUpMs = 3_000;

/** @param seconds of load */
export function benchFresh(seconds: number): Promise<void> {
  return withModelLab(async (lab) => {
    const { routes } = lab;
    const one = await lab.router("one", routes);
    const other = await lab.router("other", routes);
    const load = runPaced(one.url, { perSecond, seconds, body: chatBody });
    const [first, took]: [number[], number[]] = [[], []];
    const warmAt = performance.now() + warmUpMs;
    const endAt = performance.now() + seconds * 1_000 - 500;
    while (performance.now() < endAt) {
      const response = await fetch(`${one.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: chatBody(1),
      });
      await response.arrayBuffer();
      const id = response.headers.get("x-request-id") ?? "";
      const answeredAt = performance.now();
      while ((await fetch(`${other.url}/api/logs/${id}`)).status !== 200) await Bun.sleep(5);
      (answeredAt < warmAt ? first : took).push(performance.now() - answeredAt);
      await Bun.sleep(everyMs);
    }
    const { took: answered, failed } = await load;
    console.log(
      `${perSecond} calls/s (${answered.length} answered, ${failed.length} failed): a row at another router ` +
        `p50 ${quantile(took, 0.5).toFixed(0)}, p99 ${quantile(took, 0.99).toFixed(0)}, most ${quantile(took, 1).toFixed(0)} ms after its answer, of ${took.length}; ` +
        `in the first ${warmUpMs / 1_000} s after the start most ${quantile(first, 1).toFixed(0)} ms`,
    );
  });
}
