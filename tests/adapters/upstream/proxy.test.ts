import { afterEach, beforeEach, expect, test } from "bun:test";
import { type ForwardProxy, startForwardProxy } from "./forward-proxy.ts";
import { freePort } from "../../lab/free-port.ts";
import { blackHolesExist, openBlackHole } from "../../lab/black-hole.ts";
import { selfSigned } from "../../lab/self-signed.ts";
import { withRouter } from "../../lab/start-router.ts";
import { withFakes } from "../../lab/with-fakes.ts";

const chat = { model: "lab/m", messages: [{ role: "user", content: "Hello" }] };

let proxy: ForwardProxy;
/** Without the questions by which the software of a server is found out, whose time is their own. */
const askedThrough = () =>
  proxy.heads
    .map((head) => head.split("\r\n", 1)[0] ?? "")
    .filter((line) => !/\/(?:running|api\/v0\/models) /.test(line));

const saved = process.env["NO_PROXY"];
beforeEach(async () => {
  proxy = await startForwardProxy();
  process.env["NO_PROXY"] = "*";
});
afterEach(async () => {
  if (saved === undefined) delete process.env["NO_PROXY"];
  else process.env["NO_PROXY"] = saved;
  await proxy.stop();
});

test("a server with a proxy is asked through it, whatever NO_PROXY says, calls and lists alike", () =>
  withFakes({ lab: {}, near: {} }, async ({ lab, near }) => {
    const routes = `servers: { lab: { url: "${lab.url}", proxy: "${proxy.url}" } }`;
    await withRouter({ routes, env: { DEFAULT_UPSTREAM: near.url } }, async (router) => {
      const answer = await router.post("/v1/chat/completions?x=1", chat);
      expect(answer.status).toBe(200);
      expect(askedThrough()).toEqual([
        `GET ${lab.url}/v1/models HTTP/1.1`,
        `POST ${lab.url}/v1/chat/completions?x=1 HTTP/1.1`,
      ]);
      expect(process.env["NO_PROXY"]).toBe("*");
      await router.post("/v1/chat/completions", { ...chat, model: "m" });
      expect(askedThrough()).toHaveLength(2);
    });
  }));

test("an https server is asked through a tunnel, with the proxy's user name and password, which are never shown", () =>
  withFakes({ lab: { tls: selfSigned } }, async ({ lab }) => {
    const authority = proxy.url.replace("//", "//me:s3cret%20x@");
    const routes = `servers: { lab: { url: "${lab.url}", insecure: true, proxy: "\${PROXY}" } }`;
    await withRouter({ routes, env: { PROXY: authority } }, async (router) => {
      expect((await router.post("/v1/chat/completions", chat)).status).toBe(200);
      const call = proxy.heads.at(-1) ?? "";
      expect(call).toStartWith(`CONNECT 127.0.0.1:${lab.port} HTTP/1.1`);
      expect(call).toContain(`Proxy-Authorization: Basic ${btoa("me:s3cret x")}`);
      expect(lab.calls()[0]?.headers.map(([name]) => name)).not.toContain("proxy-authorization");
      for (const path of ["/api/upstreams", "/routes", "/upstreams", "/api/logs"])
        expect(await (await fetch(router.url + path)).text()).not.toContain("s3cret");
      expect(router.log.join()).not.toContain("s3cret");
    });
  }));

test.each([
  [
    "a proxy that refuses the tunnel",
    "https",
    "407 Nope",
    "opens no connection to the server (status 407)",
  ],
  ["a proxy that is not there", "http", null, "by way of its proxy: connection refused"],
])("%s is named as the fault", async (_, scheme, refuse, words) => {
  const other = refuse === null ? null : await startForwardProxy(refuse);
  const port = other?.port ?? (await freePort());
  try {
    const routes = `servers: { lab: { url: "${scheme}://127.0.0.1:9", proxy: "http://me:s3cret@127.0.0.1:${port}" } }`;
    await withRouter({ routes }, async (router) => {
      const answer = await router.post("/v1/chat/completions", chat);
      const text = await answer.text();
      expect(answer.status).toBe(502);
      expect(text).toContain(words);
      expect(text).not.toContain("s3cret");
    });
  } finally {
    await other?.stop();
  }
});

test.if(blackHolesExist)(
  "CONNECT_TIMEOUT is for the proxy's address, not the server's",
  async () => {
    const hole = await openBlackHole();
    try {
      const routes = `
servers:
  behind: { url: "http://127.0.0.1:9", proxy: "${hole.url}", connect_timeout: 0.1 }
`;
      await withRouter({ routes }, async (router) => {
        const answer = await router.post("/v1/chat/completions", { ...chat, model: "behind/m" });
        expect(answer.status).toBe(504);
        expect(await answer.text()).toContain("CONNECT_TIMEOUT");
      });
    } finally {
      hole.close();
    }
  },
);
