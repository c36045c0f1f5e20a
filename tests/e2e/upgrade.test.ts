// Offers to change the protocol: ignored, whatever they name, but for a WebSocket.
// https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1079: every Java client begins with one.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

let fake: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url } });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
});

const chat = { model: "m", stream: false, messages: [{ role: "user", content: "hi" }] };
const asked = async (path: string, headers: Record<string, string>, body: object | null = null) => {
  const exchange = await rawRequest(router.url, {
    path,
    headers: {
      ...headers,
      ...(headers["Connection"] === undefined ? { Connection: "close" } : {}),
    },
    ...(body === null ? {} : { body }),
  });
  return exchange.whole();
};

const offers: readonly Record<string, string>[] = [
  {
    Upgrade: "h2c",
    Connection: "Upgrade, HTTP2-Settings",
    "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA",
  },
  { Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA" },
  { Upgrade: "TLS/1.3", Connection: "upgrade" },
  { Upgrade: "anything, at/1.0, all" },
];

describe.each(offers.map((headers) => [headers["Upgrade"] ?? "", headers] as const))(
  "an offer of %s",
  (_name, headers) => {
    test.each<[string, object | null]>([
      ["/v1/chat/completions", chat],
      ["/v1/responses", { model: "m", input: "hi" }],
      ["/api/chat", chat],
      ["/v1/models", null],
      ["/api/tags", null],
      ["/healthz", null],
      ["/api/stats", null],
      ["/", null],
    ])("does not change the answer of %s, and goes no further", async (path, body) => {
      const seen = fake.calls().length;
      expect((await asked(path, headers, body)).status).toBe(200);
      for (const call of fake.calls().slice(seen))
        for (const [name] of call.headers) expect(name).not.toMatch(/^(?:upgrade|http2-settings)$/);
    });
  },
);

describe("a WebSocket", () => {
  const handshake = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
  };

  test("at /v1/responses gets 426, which makes agents speak HTTP, and leaves no row", async () => {
    const before = (await router.rows()).length;
    const response = await asked("/v1/responses", handshake);
    expect(response.status).toBe(426);
    // RFC 9110 §15.5.22
    expect(new Headers(response.headers as [string, string][]).get("upgrade")).toBe("HTTP/1.1");
    expect(JSON.parse(response.body.toString())).toMatchObject({
      error: { code: "upgrade_required" },
    });
    expect(await router.rows()).toHaveLength(before);
    const metrics = await (await fetch(`${router.url}/metrics`)).text();
    expect(metrics).toContain('status="426"');
  });

  test.each(["/v1/realtime", "/v1/responses/x", "/v1/models", "/api/tags", "/api/events", "/"])(
    "at %s gets 501 in words",
    async (path) => {
      const response = await asked(path, handshake);
      expect(response.status).toBe(501);
      expect(response.body.toString()).toContain("WebSocket");
    },
  );
});
