// WEBUI_SECURITY × proxied × token: the whole table, and what counts as proxied.
import { describe, expect, test } from "bun:test";
import {
  cameThroughProxy,
  openPagesWarning,
  type TokenStanding,
  type Approach,
  wayOf,
  webPolicy,
  webRefusal,
} from "../../../src/domain/security/web-policy.ts";
import type { WebUiSecurity } from "../../../src/domain/config/settings.ts";

type Case = readonly [WebUiSecurity, Approach, TokenStanding, "open" | 401 | 403];

/** Each cell, written out by hand. */
const table: readonly Case[] = [
  ["NONE", "direct", "none", "open"],
  ["NONE", "remote", "none", "open"],
  ["NONE", "direct", "bad", "open"],
  ["NONE", "remote", "bad", "open"],
  ["NONE", "direct", "good", "open"],
  ["NONE", "remote", "good", "open"],
  ["NONE", "proxied", "none", "open"],
  ["NONE", "proxied", "bad", "open"],
  ["NONE", "proxied", "good", "open"],
  ["AUTH_WHEN_PROXIED", "direct", "none", "open"],
  ["AUTH_WHEN_PROXIED", "remote", "none", 403],
  ["AUTH_WHEN_PROXIED", "direct", "bad", "open"],
  ["AUTH_WHEN_PROXIED", "remote", "bad", 403],
  ["AUTH_WHEN_PROXIED", "direct", "good", "open"],
  ["AUTH_WHEN_PROXIED", "remote", "good", "open"],
  ["AUTH_WHEN_PROXIED", "proxied", "none", 403],
  ["AUTH_WHEN_PROXIED", "proxied", "bad", 403],
  ["AUTH_WHEN_PROXIED", "proxied", "good", "open"],
  ["ALWAYS_AUTH", "direct", "none", 401],
  ["ALWAYS_AUTH", "remote", "none", 401],
  ["ALWAYS_AUTH", "direct", "bad", 401],
  ["ALWAYS_AUTH", "remote", "bad", 401],
  ["ALWAYS_AUTH", "direct", "good", "open"],
  ["ALWAYS_AUTH", "remote", "good", "open"],
  ["ALWAYS_AUTH", "proxied", "none", 401],
  ["ALWAYS_AUTH", "proxied", "bad", 401],
  ["ALWAYS_AUTH", "proxied", "good", "open"],
];

test("the table has every case there is", () => {
  const cells = Object.values(webPolicy).flatMap((row) =>
    Object.values(row).flatMap((tokens) => Object.values(tokens)),
  );
  expect(table).toHaveLength(cells.length);
  expect(new Set(table.map((row) => row.slice(0, 3).join())).size).toBe(cells.length);
});

test.each(table)("%s, %s, token %s: %p", (security, way, token, verdict) => {
  const refusal = webRefusal(security, way, token, true);
  expect(refusal?.status ?? "open").toBe(verdict);
});

test("a 403 names the variable that would allow it, whether or not there are tokens", () => {
  for (const canSignIn of [true, false])
    expect(webRefusal("AUTH_WHEN_PROXIED", "proxied", "none", canSignIn)?.message).toContain(
      "WEBUI_SECURITY=NONE would allow it",
    );
});

describe("a request came through a proxy if it carries", () => {
  test.each([
    ["x-forwarded-for", true],
    ["x-forwarded-host", true],
    ["x-forwarded-proto", true],
    ["x-forwarded-anything", true],
    ["forwarded", true],
    ["x-real-ip", true],
    ["cf-connecting-ip", true],
    ["via", true],
    ["x-request-id", false],
    ["user-agent", false],
  ])("%s: %p", (name, proxied) => {
    expect(cameThroughProxy([[name, "x"]])).toBe(proxied);
  });
});

test.each<[way: Approach, proxied: boolean, fromHere: boolean, canSignIn: boolean]>([
  ["direct", false, true, true],
  ["direct", false, true, false],
  ["direct", false, false, false],
  ["remote", false, false, true],
  ["proxied", true, true, true],
  ["proxied", true, false, false],
])(
  "a request counts as %s: proxied %p, from this machine %p, tokens %p",
  (way, proxied, here, can) => {
    expect(wayOf(proxied ? [["via", "1.1 x"]] : [], () => here, can)).toBe(way);
  },
);

test("a 403 for another machine says so, and names the variable", () => {
  expect(webRefusal("AUTH_WHEN_PROXIED", "remote", "none", true)?.message).toMatch(
    /^requests from another machine .* WEBUI_SECURITY=NONE would allow it$/,
  );
});

describe("at the start, pages that are open to a network", () => {
  const settings = {
    listen: { host: "0.0.0.0", port: 1 },
    logging: true,
    webUiSecurity: "AUTH_WHEN_PROXIED" as WebUiSecurity,
    jwtSecret: null as string | null,
  };
  test.each<[string, Partial<typeof settings>, boolean]>([
    ["all addresses, no secret", {}, true],
    ["all addresses, IPv6", { listen: { host: "::", port: 1 } }, true],
    ["an address of the network", { listen: { host: "192.168.1.5", port: 1 } }, true],
    ["NONE, whatever the secret", { webUiSecurity: "NONE", jwtSecret: "s" }, true],
    ["a secret", { jwtSecret: "s" }, false],
    ["ALWAYS_AUTH", { jwtSecret: "s", webUiSecurity: "ALWAYS_AUTH" }, false],
    ["loopback", { listen: { host: "127.0.0.1", port: 1 } }, false],
    ["loopback by name", { listen: { host: "localhost", port: 1 } }, false],
    ["loopback, IPv6", { listen: { host: "::1", port: 1 } }, false],
    ["no log, and so no pages", { logging: false }, false],
  ])("%s", (_name, own, warned) => {
    const reported = openPagesWarning({ ...settings, ...own });
    expect(reported !== null).toBe(warned);
    if (reported !== null) expect(reported).toContain("LISTEN_HOST=127.0.0.1");
  });
});
