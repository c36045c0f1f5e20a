// A race between candidates over real sockets: who answers, what becomes of the other, and when.
import { describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel, FakeModelOptions } from "../../src/adapters/fake-model/fake-model.ts";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { until, upstreamState } from "../lab/live-view.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const silent: Behaviour = { kind: "stall", when: "before-head" };
/** The loser is let go within that, ms; a busy machine makes single ones late. */
const limitMs = 250;
const calls = 9;

interface Lab {
  readonly slow: FakeModel;
  readonly quick: FakeModel;
  readonly router: TestRouter;
}

/** Two servers of one place each, of which the first is asked first. */
function racing(run: (lab: Lab) => Promise<void>, kind: Partial<FakeModelOptions> = {}) {
  return withFakes({ slow: kind, quick: {} }, async ({ slow, quick }) => {
    const type = kind.kind === "ollama" ? ", type: ollama" : "";
    const router = await startRouter({
      routes: `
servers:
  slow: { url: "${slow.url}", max_concurrency: 1${type} }
  quick: { url: "${quick.url}", max_concurrency: 1 }
aliases:
  both: { race_after: 0.1, instances: [slow/m, quick/m] }`,
    });
    try {
      await run({ slow, quick, router });
    } finally {
      await router.stop();
    }
  });
}

const ask = ({ router }: Lab, stream = true) =>
  rawRequest(router.url, {
    path,
    body: { model: "both", stream, messages: [{ role: "user", content: "hi" }] },
  });

const isFree = async ({ router }: Lab, name: string) =>
  (await upstreamState(router.url, name)).active === 0;

describe("the other answers, and the slow one's socket is closed within 250 ms", () => {
  test.each<[string, Behaviour, boolean]>([
    ["silence before the head", silent, true],
    ["silence before the head, not streamed", silent, false],
    ["an opening event, then silence", { kind: "stall", when: "before-content" }, true],
    ["half of an answer that is not streamed", { kind: "stall", when: "mid-content" }, false],
  ])("%s", async (_what, fault, stream) => {
    await racing(async (lab) => {
      const { slow, router } = lab;
      slow.always(fault);
      const times: number[] = [];
      for (let call = 1; call <= calls; call++) {
        const exchange = await ask(lab, stream);
        await exchange.waitFor('"content"');
        const [first] = exchange.arrivals;
        times.push((await slow.waitForAbort(call)) - first!.at);
        expect((await exchange.whole()).status).toBe(200);
        await until(() => isFree(lab, "slow"));
      }
      expect(times.toSorted((a, b) => a - b)[calls >> 1]).toBeLessThan(limitMs);
      for (const row of await router.rows())
        expect(row).toMatchObject({
          state: "completed",
          upstream: "quick",
          attempts: [
            { upstream: "slow", reason: "outrun", error: "quick answered first" },
            { upstream: "quick", reason: "served" },
          ],
        });
      // Slowness alone speaks against nobody.
      expect(await upstreamState(router.url, "slow")).toMatchObject({ state: "well", failures: 0 });
    });
  });
});

test("where both fail, the client gets the later one's status, and both are free again", async () => {
  await racing(async (lab) => {
    const { slow, quick, router } = lab;
    const gate = createGate();
    slow.always({ kind: "status", status: 500, gate });
    quick.always({ kind: "status", status: 429 });
    const exchange = await ask(lab);
    await quick.waitForRequest(1);
    await until(() => isFree(lab, "quick"));
    gate.open();
    expect((await exchange.whole()).status).toBe(429);
    expect((await router.row()).attempts).toMatchObject([
      { upstream: "slow", status: 500 },
      { upstream: "quick", status: 429 },
    ]);
    expect(await isFree(lab, "slow")).toBe(true);
  });
});

test("a client that leaves ends both", async () => {
  await racing(async (lab) => {
    const { slow, quick, router } = lab;
    slow.always(silent);
    quick.always(silent);
    const exchange = await ask(lab);
    await quick.waitForRequest(1);
    exchange.leave();
    await Promise.all([slow.waitForAbort(1), quick.waitForAbort(1)]);
    await until(async () => (await isFree(lab, "slow")) && (await isFree(lab, "quick")));
    expect(await router.row()).toMatchObject({
      state: "cancelled",
      status_code: 499,
      attempts: [{ reason: "client_gone" }, { reason: "client_gone" }],
    });
  });
});

test("an Ollama that loads the model is kept until its first byte, with its place, while the other answers", async () => {
  await racing(
    async (lab) => {
      const { slow, router } = lab;
      const gate = createGate();
      await until(async () => (await upstreamState(router.url, "slow")).loaded !== null);
      slow.always({ kind: "answer", gate });
      const exchange = await ask(lab);
      expect((await exchange.whole()).status).toBe(200);
      // The answer and its row are complete; the load goes on.
      expect((await router.row()).attempts).toMatchObject([
        { upstream: "slow", reason: "outrun", error: expect.stringContaining("kept") },
        { upstream: "quick", reason: "served" },
      ]);
      const [call] = slow.calls();
      expect(call?.ending).toBe("open");
      expect(await isFree(lab, "slow")).toBe(false);
      gate.open();
      await until(() => isFree(lab, "slow"));
    },
    { kind: "ollama" },
  );
});
