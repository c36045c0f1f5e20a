// Who is let in and who is turned away, by where they come from.
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { expect, test } from "bun:test";
import { createAdmissions } from "../../../src/adapters/http/admissions.ts";
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
  const knock = async (path: string, address: string, headers: Record<string, string> = {}) => {
    const request = new Request(`http://router${path}`, {
      headers: { host: "router", ...headers },
    });
    const admitted = async () => Response.json(admissions.of(request));
    return gatekeeper(request, { requestIP: () => ({ address }) }, admitted);
  };
  return { away, knock };
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

test("whoever is turned away is told of with address and reason, as the client was", async () => {
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
    endpoint: endpointOf("GET", "/v1/models"),
    surface: "openai",
    headers: expect.arrayContaining([["authorization", "[redacted]"]]),
    sourceIp: "198.51.100.4",
    peerIp: "10.0.0.1",
    user: "ada",
  });
});
