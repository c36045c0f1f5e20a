// A secret for tests, and tokens of every kind under it and beside it.
import { createHmac } from "node:crypto";

/** Strong enough for the router to start with. */
export const testSecret = "nR7$kQ2!vX9#mB4@wL6%zT1^yP8&cH3*";

interface TokenParts {
  readonly header?: object;
  readonly payload?: object;
  readonly secret?: string;
  readonly hash?: string;
}

const part = (value: object | string): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A JWT made by hand, so that what checks it has not made it; a good one but for what is said otherwise. */
export function tokenOf({
  header = {},
  payload = {},
  secret = testSecret,
  hash = "sha256",
}: TokenParts = {}): string {
  const signed = `${part({ alg: "HS256", typ: "JWT", ...header })}.${part({ sub: "ada", ...payload })}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}

const second = () => Math.floor(Date.now() / 1_000);

export const goodTokens: Readonly<Record<string, () => string>> = {
  "without exp": () => tokenOf(),
  "that has an hour left": () => tokenOf({ payload: { exp: second() + 3_600 } }),
  "whose nbf is past": () => tokenOf({ payload: { nbf: second() - 10 } }),
  "without typ": () => tokenOf({ header: { typ: undefined } }),
};

export const badTokens: Readonly<Record<string, () => string>> = {
  expired: () => tokenOf({ payload: { exp: second() - 1 } }),
  "not valid yet": () => tokenOf({ payload: { nbf: second() + 60 } }),
  "of another secret": () => tokenOf({ secret: `${testSecret}!` }),
  "signed with HS384": () => tokenOf({ header: { alg: "HS384" }, hash: "sha384" }),
  "signed with HS512": () => tokenOf({ header: { alg: "HS512" }, hash: "sha512" }),
  "of another algorithm than it says": () => tokenOf({ hash: "sha512" }),
  "with alg none and no signature": () =>
    tokenOf({ header: { alg: "none" } }).replace(/[^.]*$/, ""),
  "with alg none and a signature": () => tokenOf({ header: { alg: "none" } }),
  "with alg in small letters": () => tokenOf({ header: { alg: "hs256" } }),
  "of RS256 by name": () => tokenOf({ header: { alg: "RS256" } }),
  "whose payload was changed": () => {
    const [head, , signature] = tokenOf().split(".");
    return `${head}.${part({ sub: "root" })}.${signature}`;
  },
  "whose signature was cut": () => tokenOf().slice(0, -1),
  "with an unknown critical header": () => tokenOf({ header: { crit: ["x"], x: 1 } }),
  "whose exp is text": () => tokenOf({ payload: { exp: "soon" } }),
  "that is not a token": () => "abc",
  "that is very long": () => `${"a".repeat(9_000)}.b.c`,
};
