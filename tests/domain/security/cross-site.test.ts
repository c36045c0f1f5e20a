// What web pages may do, decision by decision.
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { parseAddressMatcher } from "../../../src/domain/net/address-matcher.ts";
import { type CrossSitePolicy, judgeCrossSite } from "../../../src/domain/security/cross-site.ts";
import { originPattern } from "../../../src/domain/security/origins.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { surfaceOf } from "../../../src/domain/security/surface.ts";

const proxies = parseAddressMatcher(["10.0.0.1"]);
if ("problem" in proxies) throw new Error(proxies.problem);

const policy: CrossSitePolicy = {
  trustedProxies: proxies.matcher,
  allowedOrigins: {
    all: false,
    origins: new Set(["https://chat.example", "http://box:8080"]),
    patterns: ["moz-extension://*", "https://*.example.org", "http://*.lan:8080", "wss://*"].map(
      (text) => originPattern(text)!,
    ),
  },
  acceptedNames: new Set(["router.lan", "desk"]),
  checksHost: true,
};
const open: CrossSitePolicy = {
  ...policy,
  allowedOrigins: { all: true, origins: new Set(), patterns: [] },
};

type Headers = Readonly<Record<string, string>>;

function judge(
  path: string,
  headers: Headers,
  more: Partial<CrossSitePolicy> = {},
  method = "GET",
  peer = "127.0.0.1",
) {
  const list = Object.entries({ host: "localhost:1234", ...headers });
  const knock = {
    method,
    surface: surfaceOf(endpointOf(method, path), method, path, true),
    headers: list,
    peer,
  };
  return judgeCrossSite(knock, { ...policy, ...more });
}
const verdict = (...args: Parameters<typeof judge>) => {
  const judged = judge(...args);
  if (judged.kind !== "passed") return judged.kind;
  return judged.cors.length > 0 ? "passed with CORS" : "passed";
};

describe("an Origin", () => {
  const refused = "refused";
  const cors = "passed with CORS";
  test.each<[string, calls: string, pages: string]>([
    ["http://localhost:1234", cors, "passed"],
    ["https://localhost:1234", cors, "passed"],
    ["http://localhost:3000", cors, refused],
    ["https://localhost", cors, refused],
    ["http://127.0.0.1:5173", cors, refused],
    ["http://127.9.9.9", cors, refused],
    ["http://[::1]:5173", cors, refused],
    ["http://tauri.localhost", cors, refused],
    ["app://obsidian.md", cors, refused],
    ["file://", cors, refused],
    ["tauri://localhost", cors, refused],
    ["vscode-webview://abc123", cors, refused],
    ["vscode-file://vscode-app", cors, refused],
    ["moz-extension://3ab8c2f4", cors, refused],
    ["https://a.example.org", cors, refused],
    ["https://A.B.Example.org", cors, refused],
    ["https://a.example.org:443", cors, refused],
    ["http://chat.lan:8080", cors, refused],
    ["https://example.org", refused, refused],
    ["https://evilexample.org", refused, refused],
    ["https://a.example.org.evil.example", refused, refused],
    ["https://evil.example?.example.org", refused, refused],
    ["https://evil.example/.example.org", refused, refused],
    ["https://evil.example:1.example.org", refused, refused],
    ["https://a.example.org:8443", refused, refused],
    ["http://a.example.org", refused, refused],
    ["http://chat.lan", refused, refused],
    ["moz-extensions://x", refused, refused],
    ["vscode-files://x", refused, refused],
    ["https://chat.example", cors, refused],
    ["https://CHAT.example:443", cors, refused],
    ["http://box:8080", cors, refused],
    ["http://chat.example", refused, refused],
    ["https://chat.example:8443", refused, refused],
    ["https://chat.example.evil.example", refused, refused],
    ["https://evil.example", refused, refused],
    ["http://localhost.evil.example", refused, refused],
    ["http://127.0.0.1.evil.example", refused, refused],
    ["http://evil.example#localhost", refused, refused],
    ["http://localhost@evil.example", refused, refused],
    ["http://10.0.0.5", refused, refused],
    ["chrome-extension://abc", refused, refused],
    ["null", refused, refused],
    ["", refused, refused],
  ])("%p on calls: %s, on pages: %s", (origin, calls, pages) => {
    for (const path of ["/v1/chat/completions", "/api/chat", "/api/tags"])
      expect(verdict(path, { origin })).toBe(calls);
    for (const path of ["/", "/api/logs", "/metrics", "/login", "/nowhere"])
      expect(verdict(path, { origin })).toBe(pages);
  });

  test("that is foreign is refused on health checks, too", () => {
    expect(verdict("/healthz", { origin: "https://evil.example" })).toBe("refused");
  });

  test("of any kind may call where ALLOWED_ORIGINS is *, and see no page all the same", () => {
    for (const origin of ["https://evil.example", "null"]) {
      expect(verdict("/v1/models", { origin }, open)).toBe("passed with CORS");
      expect(verdict("/api/logs", { origin }, open)).toBe("refused");
    }
  });
});

describe("the router's own origin", () => {
  const own = (host: string, origin: string, headers: Headers = {}, peer = "127.0.0.1") =>
    verdict("/login", { host, origin, ...headers }, { checksHost: false }, "POST", peer);
  test.each<[string, string, string]>([
    ["router.lan:1234", "http://router.lan:1234", "passed"],
    ["ROUTER.lan.:1234", "http://router.lan:1234", "passed"],
    ["router.lan", "https://router.lan", "passed"],
    ["router.lan:443", "https://router.lan", "passed"],
    ["router.lan", "http://router.lan:80", "passed"],
    ["192.168.1.5:1234", "http://192.168.1.5:1234", "passed"],
    ["[fe80::1]:1234", "http://[fe80::1]:1234", "passed"],
    ["router.lan:1234", "http://router.lan:4321", "refused"],
    ["router.lan:1234", "http://desk:1234", "refused"],
    ["evil.example:1234", "http://evil.example:1234", "refused"],
  ])("called as %s, Origin %s: %s", (host, origin, expected) => {
    expect(own(host, origin)).toBe(expected);
  });

  test("under a name that is not accepted, the refusal names ALLOWED_HOSTS", () => {
    const headers = { host: "new.lan", origin: "http://new.lan" };
    const judged = judge("/login", headers, { checksHost: false }, "POST");
    expect(judged).toMatchObject({ message: expect.stringContaining("ALLOWED_HOSTS") });
  });

  test("is not that of a page without TLS, where the browser itself says so", () => {
    const mixed = { host: "router.lan", origin: "http://router.lan" };
    for (const site of ["cross-site", "same-site"]) {
      const headers = { ...mixed, "sec-fetch-site": site };
      for (const path of ["/login", "/upstreams/check", "/api/inflight/7/cancel"])
        expect(verdict(path, headers, {}, "POST")).toBe("refused");
      expect(verdict("/v1/models", headers)).toBe("passed with CORS");
    }
  });

  test("may be named by X-Forwarded-Host, where a trusted proxy says so", () => {
    const forwarded = { "x-forwarded-host": "router.lan" };
    expect(own("127.0.0.1:1234", "https://router.lan", forwarded, "10.0.0.1")).toBe("passed");
    expect(own("127.0.0.1:1234", "https://router.lan", forwarded, "10.0.0.2")).toBe("refused");
    const chain = { "x-forwarded-host": "evil.example, router.lan" };
    expect(own("127.0.0.1:1234", "https://router.lan", chain, "10.0.0.1")).toBe("passed");
  });
});

describe("a Host", () => {
  test.each<[string, string]>([
    ["localhost", "passed"],
    ["LOCALHOST:1234", "passed"],
    ["127.0.0.1:1234", "passed"],
    ["[::1]:1234", "passed"],
    ["192.168.1.5", "passed"],
    ["router.lan:1234", "passed"],
    ["desk", "passed"],
    ["evil.example", "refused"],
    ["evil.example:1234", "refused"],
    ["localhost.evil.example", "refused"],
    ["127.0.0.1.nip.example", "refused"],
    ["router.lan.evil.example", "refused"],
    ["a b", "refused"],
    ["router.lan/x", "refused"],
    ["user@router.lan", "refused"],
    ["", "refused"],
  ])("%p on pages: %s; on calls and health checks it does not matter", (host, expected) => {
    for (const path of ["/", "/request/1", "/api/logs", "/api/events", "/metrics", "/login"])
      expect(verdict(path, { host })).toBe(expected);
    for (const path of ["/v1/chat/completions", "/api/chat", "/healthz"])
      expect(verdict(path, { host })).toBe("passed");
  });

  test("of any kind is fine where the network is let in anyway", () => {
    expect(verdict("/", { host: "evil.example" }, { checksHost: false })).toBe("passed");
  });

  test("that is refused hears which variable would allow it", () => {
    expect(judge("/", { host: "new.lan:1234" })).toMatchObject({
      message: expect.stringContaining("ALLOWED_HOSTS=new.lan would allow it"),
    });
  });
});

describe("what a browser says of a request without Origin", () => {
  const from = (site: string, mode = "no-cors", dest = "image") => ({
    "sec-fetch-site": site,
    "sec-fetch-mode": mode,
    "sec-fetch-dest": dest,
  });
  test.each<[string, Headers, calls: string, pages: string]>([
    ["the address bar", from("none", "navigate", "document"), "passed", "passed"],
    ["the router's own page", from("same-origin", "cors", "empty"), "passed", "passed"],
    ["a link that was followed", from("cross-site", "navigate", "document"), "passed", "passed"],
    ["an image in a foreign page", from("cross-site"), "refused", "refused"],
    ["a script in a foreign page", from("cross-site", "no-cors", "script"), "refused", "refused"],
    ["a frame in a foreign page", from("cross-site", "navigate", "iframe"), "refused", "refused"],
    ["an image in a page of this machine", from("same-site"), "passed", "refused"],
  ])("%s on calls: %s", (_name, headers, calls, pages) => {
    expect(verdict("/v1/models", headers)).toBe(calls);
    for (const path of ["/", "/api/logs", "/metrics"]) expect(verdict(path, headers)).toBe(pages);
  });

  test("a form that a foreign page sends is refused even without Origin", () => {
    const headers = from("cross-site", "navigate", "document");
    expect(verdict("/upstreams/check", headers, {}, "POST")).toBe("refused");
    expect(verdict("/v1/chat/completions", headers, {}, "POST")).toBe("refused");
  });
});

describe("a preflight", () => {
  const ask = { origin: "https://chat.example", "access-control-request-method": "POST" };
  const headersOf = (headers: Headers, more = {}) => {
    const judged = judge("/v1/chat/completions", headers, more, "OPTIONS");
    if (judged.kind !== "preflight") throw new Error(judged.kind);
    return Object.fromEntries(judged.headers);
  };

  test("of an allowed page hears what it may send", () => {
    const asked = { ...ask, "access-control-request-headers": "authorization, x-stainless-os" };
    expect(headersOf(asked)).toMatchObject({
      "access-control-allow-origin": "https://chat.example",
      "access-control-allow-headers": "authorization, x-stainless-os",
      "access-control-allow-methods": expect.stringContaining("POST"),
      vary: expect.stringContaining("Origin"),
    });
    expect(headersOf(asked)).not.toContainKey("access-control-allow-credentials");
  });

  test("from a public page towards a home network is answered, too", () => {
    const asked = { ...ask, "access-control-request-private-network": "true" };
    expect(headersOf(asked)["access-control-allow-private-network"]).toBe("true");
    expect(headersOf(ask)).not.toContainKey("access-control-allow-private-network");
  });

  test("cannot put a line of its own into the answer", () => {
    const asked = { ...ask, "access-control-request-headers": "a\r\nset-cookie: x" };
    expect(
      headersOf({ ...asked, "access-control-request-method": "X\r\nY: z" }),
    ).not.toContainValue(expect.stringContaining("\n"));
  });

  test("of a foreign page is refused, on calls and on pages", () => {
    const foreign = { ...ask, origin: "https://evil.example" };
    expect(verdict("/v1/models", foreign, {}, "OPTIONS")).toBe("refused");
    expect(verdict("/api/logs", foreign, {}, "OPTIONS")).toBe("refused");
    expect(verdict("/api/logs", ask, {}, "OPTIONS")).toBe("refused");
  });

  test("is one only with Access-Control-Request-Method", () => {
    expect(verdict("/v1/x", { origin: "https://chat.example" }, {}, "OPTIONS")).toBe(
      "passed with CORS",
    );
  });
});

test("every refusal names the variable that would allow it, or says that none does", () => {
  const refused = [
    judge("/v1/models", { origin: "https://evil.example" }),
    judge("/api/logs", { origin: "http://localhost:3000" }),
    judge("/", { host: "evil.example" }),
    judge("/", { host: "a/b" }),
    judge("/v1/models", { "sec-fetch-site": "cross-site" }),
    judge("/", { "sec-fetch-site": "cross-site" }),
  ];
  for (const one of refused)
    expect(one).toMatchObject({ message: expect.stringMatching(/ALLOWED_(ORIGINS|HOSTS)/) });
});

test("a page's script may read every header by which the router says how a call went", async () => {
  const judged = judge("/v1/models", { origin: "http://localhost:3000" });
  const cors = new Map(judged.kind === "passed" ? judged.cors : []);
  const exposed = new Set(cors.get("access-control-expose-headers")?.toLowerCase().split(", "));
  const reference = await Bun.file(join(import.meta.dir, "../../../docs/reference.md")).text();
  const [, table = ""] = reference.split(/<!-- \/?set-headers.*-->/);
  const own = [...table.matchAll(/^\| `(x-smolrouter-[\w-]+)`/gm)].map(([, name = ""]) => name);
  expect(own.length).toBeGreaterThan(5);
  for (const name of [...own, "x-request-id", "request-id", "retry-after"])
    expect(exposed).toContain(name);
  expect(exposed).toContain("x-ratelimit-remaining-tokens");
  expect(exposed).toContain("anthropic-ratelimit-input-tokens-reset");
});
