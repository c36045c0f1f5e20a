// WEBUI_SECURITY × proxied × token: the whole table, and what counts as proxied.
import { describe, expect, test } from "bun:test";
import {
  cameThroughProxy,
  type TokenStanding,
  webPolicy,
  webRefusal,
} from "../../../src/domain/security/web-policy.ts";
import type { WebUiSecurity } from "../../../src/domain/settings.ts";

type Case = readonly [WebUiSecurity, "direct" | "proxied", TokenStanding, "open" | 401 | 403];

/** SPEC section 11, line by line. */
const table: readonly Case[] = [
  ["NONE", "direct", "none", "open"],
  ["NONE", "direct", "bad", "open"],
  ["NONE", "direct", "good", "open"],
  ["NONE", "proxied", "none", "open"],
  ["NONE", "proxied", "bad", "open"],
  ["NONE", "proxied", "good", "open"],
  ["AUTH_WHEN_PROXIED", "direct", "none", "open"],
  ["AUTH_WHEN_PROXIED", "direct", "bad", "open"],
  ["AUTH_WHEN_PROXIED", "direct", "good", "open"],
  ["AUTH_WHEN_PROXIED", "proxied", "none", 403],
  ["AUTH_WHEN_PROXIED", "proxied", "bad", 403],
  ["AUTH_WHEN_PROXIED", "proxied", "good", "open"],
  ["ALWAYS_AUTH", "direct", "none", 401],
  ["ALWAYS_AUTH", "direct", "bad", 401],
  ["ALWAYS_AUTH", "direct", "good", "open"],
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
  const refusal = webRefusal(security, way === "proxied", token, true);
  expect(refusal?.status ?? "open").toBe(verdict);
});

test("a 403 names the variable that would allow it, whether or not there are tokens", () => {
  for (const canSignIn of [true, false])
    expect(webRefusal("AUTH_WHEN_PROXIED", true, "none", canSignIn)?.message).toContain(
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
