// HTTP as clients and proxies really write it: expectations, old versions, interim answers.
import { expect, test } from "bun:test";
import { useFieldLab } from "../lab/field-lab.ts";
import { exchangeBytes } from "../lab/exchange-bytes.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { completion, done, finish, text } from "../lab/sayings.ts";

const lab = useFieldLab();

const body = '{"model":"two/m","messages":[]}';

// https://github.com/spring-cloud/spring-cloud-gateway/issues/273
test("Expect: 100-continue gets its 100 before the body", async () => {
  const exchange = await rawRequest(lab.router.url, {
    path: "/v1/chat/completions",
    method: "POST",
    headers: {
      expect: "100-continue",
      "content-length": String(body.length),
      "content-type": "application/json",
    },
  });
  await exchange.waitFor("HTTP/1.1 100");
  exchange.send(body);
  await exchange.waitFor("HTTP/1.1 200");
  exchange.leave();
});

// https://github.com/oven-sh/bun/issues/34415
test.each([true, false])(
  "a client of HTTP/1.0 gets no chunk framing, and the end by a close; stream %p",
  async (stream) => {
    const said = `{"model":"two/m","stream":${stream},"messages":[]}`;
    const { text: answer } = await exchangeBytes(
      lab.router.url,
      `POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${said.length}\r\n\r\n${said}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.[01] 200/);
    expect(answer.toLowerCase()).not.toContain("transfer-encoding");
    if (stream) expect(answer).toEndWith("data: [DONE]\n\n");
    else expect(answer).toEndWith("}");
  },
);

// https://github.com/snoyberg/http-client/issues/521
test.each(["100 Continue", "102 Processing", "103 Early Hints"])(
  "an upstream's interim %s is skipped",
  async (interim) => {
    for (const stream of [true, false]) {
      const whole = JSON.stringify(completion({ content: "Fine." }));
      lab.one.script([
        {
          kind: "raw",
          chunks: [
            `HTTP/1.1 ${interim}\r\nlink: </x>\r\n\r\n`,
            stream
              ? `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${(text("Fine.") + finish() + done).length}\r\n\r\n${text("Fine.")}${finish()}${done}`
              : `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${whole.length}\r\n\r\n${whole}`,
          ],
        },
      ]);
      const answer = await lab.ask("both", { stream });
      expect(answer).toMatchObject({ status: 200, upstream: "one" });
      expect(answer.text).toContain("Fine.");
    }
  },
);

test("a chunked upload with extensions in its framing is read", async () => {
  const framed = `${body.length.toString(16)};name=value\r\n${body}\r\n0\r\n\r\n`;
  const exchange = await rawRequest(lab.router.url, {
    method: "POST",
    path: "/v1/chat/completions",
    headers: { "transfer-encoding": "chunked", "content-type": "application/json" },
  });
  exchange.send(framed);
  expect((await exchange.whole()).status).toBe(200);
});

test("HEAD to a path of an upstream that answers as an event stream passes, without a 502", async () => {
  lab.one.script(({ method }) =>
    method === "HEAD"
      ? { kind: "raw", chunks: ["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"] }
      : undefined,
  );
  const answer = await fetch(`${lab.router.url}/v1/chat/completions`, { method: "HEAD" });
  expect(answer.status).toBe(200);
});
