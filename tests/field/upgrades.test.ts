// Offers to change the protocol are ignored, as HTTP allows: Java's client makes one with every first request.
import { describe, expect, test } from "bun:test";
import { exchangeBytes } from "../lab/exchange-bytes.ts";
import { useFieldLab } from "../lab/field-lab.ts";
import { rawRequest } from "../lab/raw-request.ts";

const lab = useFieldLab();

const body = '{"model":"two/m","messages":[]}';

// https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1079, https://github.com/langchain4j/langchain4j/issues/2758
describe("an offer to upgrade", () => {
  /** The head of Java's HttpClient (17) on its first request, in its order. */
  const java = (path: string): string =>
    `POST ${path} HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: ${body.length}\r\nHost: 127.0.0.1:1234\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\nUpgrade: h2c\r\nUser-Agent: Java-http-client/17.0.15\r\nContent-Type: application/json\r\n\r\n${body}`;

  test.each([
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/files",
    "/api/chat",
    "/api/generate",
    "/api/embed",
  ])("by Java's own client is answered over HTTP/1.1 on %s", async (path) => {
    const { response } = await exchangeBytes(lab.router.url, java(path));
    // The scripted server has no files: what counts is that it was asked.
    expect(response.status).toBe(path === "/v1/files" ? 404 : 200);
    expect(new Headers(response.headers as [string, string][]).get("x-smolrouter-upstream")).toBe(
      "two",
    );
  });

  test.each([
    { upgrade: "h2c", connection: "Upgrade, HTTP2-Settings", "http2-settings": "AAMAAABkAAQAAP__" },
    { upgrade: "h2c" },
    { upgrade: "TLS/1.2", connection: "upgrade" },
    { upgrade: "h2c, foo/2", connection: "keep-alive, Upgrade" },
  ])("is ignored, and not forwarded: %j", async (headers) => {
    for (const path of ["/v1/chat/completions", "/api/chat"]) {
      const exchange = await rawRequest(lab.router.url, {
        path,
        body,
        headers: { connection: "close", ...headers },
      });
      const answer = await exchange.whole();
      expect(answer.status).toBe(200);
      const sent = new Headers(lab.two.calls().at(-1)?.headers as [string, string][]);
      expect(sent.has("upgrade")).toBe(false);
      expect(sent.has("http2-settings")).toBe(false);
    }
  });

  test("is ignored for GET, too", async () => {
    for (const path of ["/v1/models", "/api/tags", "/healthz"]) {
      const exchange = await rawRequest(lab.router.url, {
        path,
        headers: { upgrade: "h2c", connection: "Upgrade" },
      });
      await exchange.waitFor("\r\n\r\n");
      expect(exchange.response().status).toBe(200);
      exchange.leave();
    }
  });

  test("to a web socket is refused: 426 on /v1/responses, without a row, 501 elsewhere", async () => {
    const headers = {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const status = async (path: string): Promise<number> => {
      const exchange = await rawRequest(lab.router.url, { path, headers });
      await exchange.waitFor("\r\n\r\n");
      exchange.leave();
      return exchange.response().status;
    };
    const rows = (await lab.router.rows()).length;
    expect(await status("/v1/responses")).toBe(426);
    expect((await lab.router.rows()).length).toBe(rows);
    expect(await status("/v1/realtime?model=m")).toBe(501);
  });
});
