// Who is let in and who is turned away, by where they come from.
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { expect, test } from "bun:test";
import { type Admission, createAdmissions } from "../../../src/adapters/http/admissions.ts";
import { createGatekeeper, type GatekeeperDeps } from "../../../src/adapters/http/gatekeeper.ts";
import type { TurnedAway } from "../../../src/adapters/http/refusal.ts";
import { parseAddressMatcher } from "../../../src/domain/net/address-matcher.ts";
import type { TokenReading } from "../../../src/ports/tokens.ts";

const proxies = parseAddressMatcher(["10.0.0.1"]);
if ("problem" in proxies) throw new Error(proxies.problem);
const trustedProxies = proxies.matcher;

const good: TokenReading = { kind: "good", user: "ada", expiresAt: null };

function door(over: Partial<GatekeeperDeps> = {}) {
  const away: TurnedAway[] = [];
  const admissions = createAdmissions();
  const gatekeeper = createGatekeeper({
    policy: {
      trustedProxies,
      allowedOrigins: { all: false, origins: new Set(), patterns: [] },
      acceptedNames: new Set(),
      checksHost: false,
    },
    webUi: "AUTH_WHEN_PROXIED",
    tokens: {
      read: async (token) => (token === "good" ? good : { kind: "foreign" }),
      sign: async () => "",
    },
    admissions,
    isThisMachine: (address) => address === "127.0.0.1",
    refused: (one) => void away.push(one),
    askToSignIn: async (_request, status, message) => new Response(message, { status }),
    ...over,
  });
  const come = async (request: Request, address: string) => {
    let plain: Admission | null = null;
    const response = await gatekeeper(
      request,
      { requestIP: () => ({ address }) },
      {
        async plainCall(_, admission) {
          plain = admission;
          return Response.json(admission);
        },
        route: () => Response.json(admissions.of(request)),
      },
    );
    return { response, plain };
  };
  const ask = (path: string, method: string, headers: Record<string, string>) =>
    new Request(`http://router${path}`, { method, headers: { host: "router", ...headers } });
  const knock = async (path: string, address: string, headers: Record<string, string> = {}) =>
    (await come(ask(path, "GET", headers), address)).response;
  const call = (path: string, headers: Record<string, string> = {}, method = "POST") =>
    come(ask(path, method, headers), "10.0.0.1");
  return { away, knock, call };
}

test("another machine sees pages with a token only, where there are tokens", async () => {
  const { knock } = door();
  expect((await knock("/api/stats", "127.0.0.1")).status).toBe(200);
  expect((await knock("/api/stats", "192.168.1.7")).status).toBe(403);
  expect((await knock("/api/stats", "")).status).toBe(403);
  const authorization = "Bearer good";
  expect((await knock("/api/stats", "192.168.1.7", { authorization })).status).toBe(200);
  expect((await knock("/v1/models", "192.168.1.7", { authorization })).status).toBe(200);
  expect((await knock("/healthz", "192.168.1.7")).status).toBe(200);
  expect((await door({ tokens: null }).knock("/api/stats", "192.168.1.7")).status).toBe(200);
  expect((await door({ webUi: "NONE" }).knock("/api/stats", "192.168.1.7")).status).toBe(200);
});

test("whoever is turned away is reported with address and reason, as the client was", async () => {
  const { away, knock } = door();
  const forwarded = { "x-forwarded-for": "198.51.100.4" };
  for (const [path, address, headers] of [
    ["/v1/models", "192.168.1.7", {}],
    ["/v1/models", "10.0.0.1", forwarded],
    ["/api/logs", "::ffff:192.168.1.7", {}],
    ["/routes", "192.168.1.7", { accept: "text/html" }],
    ["/v1/models", "192.168.1.7", { origin: "https://evil.example" }],
  ] as const) {
    const response = await knock(path, address, headers);
    const last = away.at(-1);
    expect(response.status).toBe(last?.status ?? 0);
    expect(await response.text()).toContain(last?.reason.slice(0, 40) ?? "");
  }
  expect(away.map(({ status, address }) => [status, address])).toEqual([
    [401, "192.168.1.7"],
    [401, "198.51.100.4"],
    [403, "192.168.1.7"],
    [403, "192.168.1.7"],
    [403, "192.168.1.7"],
  ]);
});

test("who is let in is known by address and name, and the token's text is gone", async () => {
  const { knock } = door();
  const headers = { authorization: "Bearer good", "x-forwarded-for": "198.51.100.4" };
  expect(await (await knock("/v1/models", "10.0.0.1", headers)).json()).toEqual({
    method: "GET",
    path: "/v1/models",
    query: "",
    endpoint: endpointOf("GET", "/v1/models"),
    surface: "openai",
    headers: expect.arrayContaining([["authorization", "[redacted]"]]),
    sourceIp: "198.51.100.4",
    peerIp: "10.0.0.1",
    user: "ada",
  });
});

const plainDoor = () =>
  door({
    tokens: null,
    policy: {
      trustedProxies: null,
      allowedOrigins: { all: false, origins: new Set(), patterns: [] },
      acceptedNames: new Set(),
      checksHost: true,
    },
  });

test("a call that shows nothing to judge goes to whoever answers it, admitted as by the full judgement", async () => {
  const plain = await plainDoor().call("//v1/chat/completions/", { "x-forwarded-for": "10.9.9.9" });
  expect(plain.plain).toMatchObject({
    endpoint: endpointOf("POST", "/v1/chat/completions"),
    surface: "openai",
    headers: expect.arrayContaining([["x-forwarded-for", "10.9.9.9"]]),
    sourceIp: "10.0.0.1",
    peerIp: null,
    user: null,
  });
  const judged = await plainDoor().call("/v1/chat/completions", {
    "x-forwarded-for": "10.9.9.9",
    "sec-fetch-site": "none",
  });
  expect(judged.plain).toBeNull();
  const { headers: _, ...rest } = (await judged.response.json()) as Admission;
  expect(plain.plain).toMatchObject(rest);
});

test.each([
  ["a page's call", "/v1/chat/completions", { origin: "https://evil.example" }, 403],
  ["what a page loads", "/v1/chat/completions", { "sec-fetch-site": "cross-site" }, 403],
  ["a WebSocket", "/v1/responses", { upgrade: "websocket", connection: "upgrade" }, 426],
  ["two hosts", "/v1/chat/completions", { host: "a, b" }, 400],
  ["an action", "/calls/1/cancel", {}, 403],
  ["a call in Ollama's form", "/api/chat", {}, 200],
  ["all of /v1 itself", "/v1/", {}, 200],
])("%s is judged in full", async (_, path, headers, status) => {
  const { plain, response } = await plainDoor().call(path, headers);
  expect(plain).toBeNull();
  expect(response.status).toBe(status);
});

test("where tokens or proxies are known, and for other methods, every call is judged in full", async () => {
  expect((await door().call("/v1/chat/completions")).response.status).toBe(401);
  expect((await door({ tokens: null }).call("/v1/chat/completions")).plain).toBeNull();
  expect((await plainDoor().call("/v1/models", {}, "GET")).plain).toBeNull();
});
