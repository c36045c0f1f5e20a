// Tokens against the clock and against forgers, as the port promises it; over HTTP they are tested in tests/e2e.
import { describe, expect, test } from "bun:test";
import { createTokens } from "../../../src/adapters/tokens/jwt-tokens.ts";
import { badTokens, testSecret, tokenOf } from "../../lab/tokens.ts";

const hour = 3_600_000;
const start = Date.UTC(2030, 0, 1);

function tokensAt(start: number) {
  let now = start;
  const tokens = createTokens(testSecret, { now: () => now });
  return { tokens, wait: (ms: number) => (now += ms) };
}

test("a token signed here is read here, until it expires", async () => {
  const { tokens, wait } = tokensAt(start);
  const token = await tokens.sign("ada", hour);
  expect(await tokens.read(token)).toEqual({ kind: "good", user: "ada", expiresAt: start + hour });
  wait(hour - 1_000);
  expect((await tokens.read(token)).kind).toBe("good");
  wait(1_000);
  expect(await tokens.read(token)).toEqual({ kind: "stale" });
});

test("a token without a lifetime does not expire", async () => {
  const { tokens, wait } = tokensAt(start);
  const token = await tokens.sign("ada", null);
  wait(100 * 365 * 24 * hour);
  expect(await tokens.read(token)).toEqual({ kind: "good", user: "ada", expiresAt: null });
});

test("what is signed here is HS256 and says no more than who it is for and when it was made", async () => {
  const { tokens } = tokensAt(start);
  const [header, payload] = (await tokens.sign("ada", hour))
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString());
  expect(JSON.parse(header!)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(Object.keys(JSON.parse(payload!)).toSorted()).toEqual(["exp", "iat", "sub"]);
});

test("a token that names nobody is good", async () => {
  const { tokens } = tokensAt(start);
  for (const sub of [undefined, "", 7])
    expect(await tokens.read(tokenOf({ payload: { sub } }))).toMatchObject({ user: null });
});

describe("a token of this secret that is not valid now is stale", () => {
  const seconds = start / 1_000;
  test.each<[string, object, "good" | "stale"]>([
    ["exp in this very second", { exp: seconds }, "stale"],
    ["exp a second ahead", { exp: seconds + 1 }, "good"],
    ["exp in 1970", { exp: 0 }, "stale"],
    ["nbf in this very second", { nbf: seconds }, "good"],
    ["nbf a second ahead", { nbf: seconds + 1 }, "stale"],
    ["nbf in the far future", { nbf: 1e15 }, "stale"],
  ])("%s", async (_name, payload, kind) => {
    const { tokens } = tokensAt(start);
    expect((await tokens.read(tokenOf({ payload }))).kind).toBe(kind);
  });

  test("under another secret it is foreign", async () => {
    const { tokens } = tokensAt(start);
    const foreign = tokenOf({ payload: { exp: 0 }, secret: `${testSecret}!` });
    expect(await tokens.read(foreign)).toEqual({ kind: "foreign" });
  });
});

test.each(Object.keys(badTokens))("no token is good %s", async (name) => {
  const { tokens } = tokensAt(Date.now());
  const stale = ["expired", "not valid yet"].includes(name);
  expect(await tokens.read(badTokens[name]!())).toEqual({ kind: stale ? "stale" : "foreign" });
});
