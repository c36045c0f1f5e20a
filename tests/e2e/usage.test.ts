// One answer counts the same in the log, in the metrics and in its trace, with a log and without.
import { expect, test } from "bun:test";
import { startCollector } from "../lab/start-collector.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";

const events = (...documents: readonly { readonly type: string }[]) =>
  documents.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");

/** What is read from a cache stands in the first event alone, what was written last in the last. */
const message = events(
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      content: [],
      usage: { input_tokens: 12, cache_read_input_tokens: 5_000, output_tokens: 1 },
    },
  } as { type: string },
  ...Array.from({ length: 3_000 }, () => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "a text of some length, so that the answer is long " },
  })),
  {
    type: "message_delta",
    delta: { stop_reason: "max_tokens" },
    usage: { input_tokens: 12, output_tokens: 40 },
  } as { type: string },
  { type: "message_stop" },
);

async function withUpstream(run: (url: string) => Promise<void>): Promise<void> {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(message, { headers: { "content-type": "text/event-stream" } }),
  });
  try {
    await run(`http://127.0.0.1:${server.port}`);
  } finally {
    await server.stop(true);
  }
}

const ask = async (router: TestRouter) =>
  (
    await router.post("/v1/messages", {
      model: "m",
      stream: true,
      max_tokens: 40,
      messages: [{ role: "user", content: "hi" }],
    })
  ).text();

/** Both counts of the metrics, as soon as they are there. */
async function counted(router: TestRouter): Promise<readonly number[]> {
  for (;;) {
    const text = await (await fetch(`${router.url}/metrics`)).text();
    const counts = ["prompt", "completion"].map(
      (kind) =>
        new RegExp(`^smolrouter_tokens_total\\{.*kind="${kind}"\\} (\\d+)$`, "m").exec(text)?.[1],
    );
    if (counts.every((count) => count !== undefined)) return counts.map(Number);
    await Bun.sleep(10);
  }
}

test("with a log, for row, metrics and trace", () =>
  withUpstream(async (url) => {
    const collector = startCollector();
    const env = { DEFAULT_UPSTREAM: url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    try {
      await withRouter({ env }, async (router) => {
        expect(await ask(router)).toBe(message);
        expect(await router.row()).toMatchObject({
          service_type: "anthropic",
          prompt_tokens: 5_012,
          cached_tokens: 5_000,
          completion_tokens: 40,
          total_tokens: 5_052,
          tokens_estimated: false,
          finish_reason: "length",
        });
        expect(await counted(router)).toEqual([5_012, 40]);
      });
    } finally {
      await collector.stop();
    }
    const used = collector
      .spans()
      .flatMap(({ attributes }) => attributes)
      .filter(({ key }) => key.startsWith("gen_ai.usage"))
      .map(({ key, value }) => [key, value]);
    expect(used).toEqual([
      ["gen_ai.usage.input_tokens", { intValue: "5012" }],
      ["gen_ai.usage.cache_read.input_tokens", { intValue: "5000" }],
      ["gen_ai.usage.output_tokens", { intValue: "40" }],
    ]);
  }));

test("without a log, for the metrics", () =>
  withUpstream((url) =>
    withRouter({ env: { DEFAULT_UPSTREAM: url, ENABLE_LOGGING: "false" } }, async (router) => {
      await ask(router);
      expect(await counted(router)).toEqual([5_012, 40]);
    }),
  ));
