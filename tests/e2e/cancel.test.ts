// Ending a call on the pages: the upstream is let go, the client hears of it, the row says so.
import { expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import type { InFlight, LogDetail } from "../../src/ports/browse.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { sseEvents } from "../lab/split-events.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = (stream: boolean) => ({
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  stream,
});
const cancelled = "cancelled on the router's pages";

async function only(router: TestRouter): Promise<InFlight["inflight"][number]> {
  const { inflight } = (await (await fetch(`${router.url}/api/inflight`)).json()) as InFlight;
  if (inflight.length !== 1) throw new Error(`${inflight.length} calls in flight instead of one`);
  return inflight[0]!;
}

const cancel = (router: TestRouter, id: string, headers: Record<string, string> = {}) =>
  fetch(`${router.url}/api/inflight/${id}/cancel`, { method: "POST", headers });

test("a call that waits for its answer ends with an error that nobody asks again after", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const gate = createGate();
      a.script([{ kind: "answer", gate }]);
      const answer = router.post(path, chat(false));
      await gate.reached;
      const { id, upstream, elapsed_ms: elapsed } = await only(router);
      expect(upstream).toBe("default");
      expect(elapsed).toBeGreaterThanOrEqual(0);
      expect(await (await cancel(router, id)).json()).toEqual({ cancelled: id });
      const response = await answer;
      expect(response.status).toBe(499);
      expect(await response.json()).toMatchObject({
        error: { message: cancelled, code: "cancelled" },
      });
      expect(await router.row()).toMatchObject({
        state: "cancelled",
        status_code: 499,
        error_message: cancelled,
        attempts: [{ reason: "client_gone", error: cancelled }],
      });
      gate.open();
    }),
  ));

test("a stream is ended by an error event, never properly; until then its page shows what came", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const gate = createGate();
      a.script([{ kind: "stall", when: "mid-content", until: gate }]);
      const exchange = await rawRequest(router.url, { path, body: chat(true) });
      await gate.reached;
      await exchange.waitFor('"content"');
      const { id, tokens_so_far: tokens } = await only(router);
      expect(tokens).toBeGreaterThan(0);
      const detail = (await (await fetch(`${router.url}/api/logs/${id}`)).json()) as LogDetail;
      expect(detail.state).toBe("inflight");
      expect(detail.request_body).toBe(JSON.stringify(chat(true)));
      expect(exchange.text()).toContain(detail.response_body!.trim().split("\n\n")[0]!);
      await cancel(router, id);
      await exchange.whole();
      const last = JSON.parse(sseEvents(exchange.text()).at(-1)!.data);
      expect(last).toMatchObject({ error: { code: "cancelled" } });
      expect(await router.row()).toMatchObject({ state: "cancelled", error_message: cancelled });
      gate.open();
    }),
  ));

test("a call in a queue is taken out of it", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter(
      {
        routes: `servers: { one: { url: "${a.url}", max_concurrency: 1 } }
routes: [{ match: {}, route: { upstream: one } }]`,
      },
      async (router) => {
        const gate = createGate();
        a.script([{ kind: "answer", gate }]);
        const first = router.post(path, chat(false));
        await gate.reached;
        const second = router.post(path, chat(false));
        const waiting = await waitingCall(router);
        expect(waiting).toMatchObject({ upstream: "one", position: 1 });
        await cancel(router, waiting.id);
        expect((await second).status).toBe(499);
        gate.open();
        expect((await first).status).toBe(200);
        expect(a.calls()).toHaveLength(1);
      },
    ),
  ));

/** The second call, once it stands in line. */
async function waitingCall(router: TestRouter): Promise<InFlight["inflight"][number]> {
  for (;;) {
    const { inflight } = (await (await fetch(`${router.url}/api/inflight`)).json()) as InFlight;
    const found = inflight.find(({ position }) => position !== null);
    if (found !== undefined) return found;
  }
}

test("nobody's page but the router's own can cancel, and what is not under way is not found", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const gate = createGate();
      a.script([{ kind: "answer", gate }]);
      const answer = router.post(path, chat(false));
      await gate.reached;
      const { id } = await only(router);
      const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
      expect((await cancel(router, id, foreign)).status).toBe(403);
      expect((await cancel(router, "nothing")).status).toBe(404);
      gate.open();
      expect((await answer).status).toBe(200);
      expect((await cancel(router, id)).status).toBe(404);
    }),
  ));
