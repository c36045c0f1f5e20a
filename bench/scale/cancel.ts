// How soon a call ends that is cancelled by way of another router.
import { quantile } from "../lab/paced-load.ts";
import { chatBody, withModelLab } from "../lab/scale-lab.ts";

const times = 20;

export function benchCancel(): Promise<void> {
  return withModelLab(async (lab) => {
    const { routes, model } = lab;
    const one = await lab.router("one", routes);
    const other = await lab.router("other", routes);
    model.always({ kind: "stall", when: "before-head" });
    const took: number[] = [];
    const known = new Set<string>();
    for (let turn = 0; turn < times; turn++) {
      const answer = fetch(`${one.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: chatBody(1),
      });
      const id = await seenAt(other.url, known);
      known.add(id);
      const at = performance.now();
      const cancelled = await fetch(`${other.url}/api/inflight/${id}/cancel`, {
        method: "POST",
        headers: { origin: other.url },
      });
      if (!cancelled.ok) throw new Error(`cancel: ${cancelled.status} ${await cancelled.text()}`);
      await (await answer).arrayBuffer();
      took.push(performance.now() - at);
    }
    console.log(
      `cancelled at another router: ended p50 ${quantile(took, 0.5).toFixed(0)}, most ${quantile(took, 1).toFixed(0)} ms after it, of ${times}`,
    );
  });
}

/** The id of a call in flight, once a router knows of it; it may know those before for a moment longer. */
async function seenAt(url: string, known: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const { inflight } = (await (await fetch(`${url}/api/inflight`)).json()) as {
      inflight: readonly { id: string }[];
    };
    const call = inflight.find(({ id }) => !known.has(id));
    if (call !== undefined) return call.id;
    await Bun.sleep(20);
  }
}
