// The router behind nginx and Caddy as the examples in docs/ set them up: streaming, addresses, sign-in, odd traffic.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { oddRequests } from "../lab/odd-requests.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { sendOdd } from "../lab/send-odd.ts";
import { type SpawnedRouter, spawnRouter } from "../lab/spawn-router.ts";
import { selfSigned } from "../lab/self-signed.ts";
import { sweep } from "../lab/sweep.ts";
import { hasProxy, type ProxyName, type RunningProxy, startProxy } from "./start-proxy.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";

const path = "/v1/chat/completions";
const body = { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] };
const count = sweep(100_000);
const seed = Number(process.env["SMOLROUTER_TEST_SEED"] ?? Date.now() % 2 ** 31);
const names = (["nginx", "caddy"] as const).filter(hasProxy);

test("at least one of the proxies is there to be tested with", () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each<ProxyName>(names)("%s", (name) => {
  let fake: FakeModel;
  let router: SpawnedRouter;
  let proxy: RunningProxy;
  beforeAll(async () => {
    fake = await startFakeModel({ name: "a", models: ["m"], keepRequests: false });
    router = await spawnRouter({
      env: {
        DEFAULT_UPSTREAM: fake.url,
        JWT_SECRET: testSecret,
        TRUSTED_PROXIES: "127.0.0.1",
        ALLOWED_HOSTS: "router.example.com",
      },
    });
    proxy = await startProxy(name, Number(new URL(router.url).port));
  });
  afterAll(async () => {
    await proxy.stop();
    await router.stop();
    await fake.stop();
  });
  const authorization = `Bearer ${tokenOf()}`;

  test("events reach the client as they come, not at the end", async () => {
    fake.script([{ kind: "answer", betweenMs: 60 }]);
    const exchange = await rawRequest(proxy.url, { path, body, headers: { authorization } });
    const response = await exchange.whole();
    expect(response.status).toBe(200);
    expect(response.body.toString()).toContain("data: [DONE]");
    const events = exchange.arrivals.filter(({ bytes }) => bytes.includes("data: "));
    expect(events.length).toBeGreaterThan(3);
    expect(events.at(-1)!.at - events[0]!.at).toBeGreaterThan(150);
  });

  test("a client that leaves is noticed through it", async () => {
    fake.script([{ kind: "answer", betweenMs: 300 }]);
    const exchange = await rawRequest(proxy.url, { path, body, headers: { authorization } });
    await exchange.waitFor("data: ");
    exchange.leave();
    const headers = { authorization };
    for (let tries = 0; tries < 100; tries++) {
      const seen = await fetch(`${router.url}/api/logs?state=cancelled`, { headers });
      const { logs } = (await seen.json()) as { logs: { status_code: number }[] };
      if (logs.length > 0) {
        expect(logs[0]!.status_code).toBe(499);
        return;
      }
      await Bun.sleep(20);
    }
    throw new Error("the call was never cancelled");
  });

  test("the log has the client's address, and the upstream sees the whole way", async () => {
    const headers = { authorization, "x-forwarded-for": "203.0.113.9" };
    await (
      await fetch(proxy.url + path, { method: "POST", headers, body: JSON.stringify(body) })
    ).text();
    const seen = await fetch(`${router.url}/api/logs?limit=1`, { headers: { authorization } });
    const { logs } = (await seen.json()) as { logs: { source_ip: string }[] };
    // Where the client itself is a trusted address, what it says is believed; Caddy believes nobody.
    expect(logs[0]!.source_ip).toBe(name === "nginx" ? "203.0.113.9" : "127.0.0.1");
  });

  test("over TLS pages, calls and streams work, and who signs in gets a Secure cookie", async () => {
    const { secureUrl } = proxy;
    const tls = { ca: selfSigned.cert };
    const call = async (stream: boolean) => {
      const init = { method: "POST", headers: { authorization }, tls };
      const sent = JSON.stringify({ ...body, stream });
      const response = await fetch(secureUrl + path, { ...init, body: sent });
      return [response.status, (await response.text()).includes(stream ? "[DONE]" : "choices")];
    };
    expect(await call(false)).toEqual([200, true]);
    expect(await call(true)).toEqual([200, true]);
    expect((await fetch(`${secureUrl}/routes`, { tls })).status).toBe(403);
    const signedIn = await fetch(`${secureUrl}/login`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: secureUrl, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ token: tokenOf() }),
      tls,
    });
    expect(signedIn.status).toBe(303);
    const [pair, ...flags] = signedIn.headers.get("set-cookie")!.split("; ");
    expect(flags).toContain("Secure");
    const act = (origin: string) =>
      fetch(`${secureUrl}/upstreams/check`, {
        method: "POST",
        redirect: "manual",
        headers: { origin, cookie: pair! },
        tls,
      });
    expect((await fetch(`${secureUrl}/routes`, { headers: { cookie: pair! }, tls })).status).toBe(
      200,
    );
    expect((await act(secureUrl)).status).toBe(303);
    expect((await act("https://evil.example")).status).toBe(403);
  });

  test("pages ask for a token, and signing in works on the name that browsers use", async () => {
    const host = "router.example.com";
    expect((await fetch(`${proxy.url}/routes`, { headers: { host } })).status).toBe(403);
    const signedIn = await fetch(`${proxy.url}/login`, {
      method: "POST",
      redirect: "manual",
      headers: { host, origin: `http://${host}` },
      body: new URLSearchParams({ token: tokenOf() }),
    });
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
    expect((await fetch(`${proxy.url}/routes`, { headers: { host, cookie } })).status).toBe(200);
    const foreign = { host, cookie, origin: "https://evil.example" };
    expect((await fetch(`${proxy.url}/api/logs`, { headers: foreign })).status).toBe(403);
  });

  test(`${count} odd requests bring no 5xx of the router's making (SMOLROUTER_TEST_SEED=${seed})`, async () => {
    const tally = await sendOdd(proxy.port, oddRequests(seed), count, 64);
    console.log(name, JSON.stringify([...tally.statuses].toSorted(([a], [b]) => a - b)));
    expect(tally.bad.slice(0, 5)).toEqual([]);
    expect((await fetch(`${router.url}/healthz`)).status).toBe(200);
  });
});
