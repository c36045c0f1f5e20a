import { describe, expect, test } from "bun:test";
import {
  type HeaderList,
  redactHeaders,
  redactQuery,
  requestHeaders,
  withoutCredentialQuery,
} from "../../../src/domain/http/headers.ts";
import { outgoingRequest } from "../../../src/domain/http/outgoing.ts";
import { credentialNames } from "../../../src/domain/security/credential-names.ts";
import { shownTokens, withoutToken } from "../../../src/domain/security/credentials.ts";
import { documentedPolicy } from "../../lab/routing-of.ts";

const opening = (headers: HeaderList, calls = true) =>
  shownTokens(headers, calls)
    .filter(({ opens }) => opens)
    .map(({ token }) => token);

test.each<[string, HeaderList, readonly string[]]>([
  ["Bearer", [["authorization", "Bearer a.b.c"]], ["a.b.c"]],
  [
    "the scheme in any case, any number of spaces",
    [["authorization", "bEARER   a.b.c "]],
    ["a.b.c"],
  ],
  ["not another scheme", [["authorization", "Basic a.b.c"]], []],
  ["not without a scheme", [["authorization", "a.b.c"]], []],
  ["not two words", [["authorization", "Bearer a b"]], []],
  ["x-api-key, as Anthropic's clients send it", [["x-api-key", "a.b.c"]], ["a.b.c"]],
  [
    "Authorization before x-api-key",
    [
      ["x-api-key", "second"],
      ["authorization", "Bearer first"],
    ],
    ["first", "second"],
  ],
  [
    "X-SmolRouter-Token and no other",
    [
      ["authorization", "Bearer up"],
      ["x-api-key", "up"],
      ["x-smolrouter-token", " own "],
    ],
    ["own"],
  ],
  ["no cookie on calls", [["cookie", "smolrouter_token=own"]], []],
  ["no other key header", [["api-key", "a.b.c"]], []],
])("a call's token: %s", (_name, headers, tokens) => {
  expect(opening(headers)).toEqual(tokens as string[]);
});

test("a page's token may stand in the cookie, among others, but not where calls have their keys", () => {
  const headers: HeaderList = [
    ["cookie", "a=1; smolrouter_token=x=y; smolrouter_tokenish=z"],
    ["x-api-key", "key"],
  ];
  expect(opening(headers, false)).toEqual(["x=y"]);
});

test("a token is looked for wherever a key may stand, so that it goes no further from there", () => {
  const names = credentialNames
    .filter((row) => row.in === "header" && row.besideOwnKey === "dropped")
    .map(({ name }) => name);
  const headers: HeaderList = names.map((name) => [name, "Bearer t"]);
  expect(
    shownTokens(headers, true)
      .map((shown) => shown.in)
      .toSorted(),
  ).toEqual(names.toSorted());
});

test("the router's token is gone from where it stood; other keys stay, and the names of all", () => {
  const both: HeaderList = [
    ["authorization", "Bearer key"],
    ["x-smolrouter-token", "secret"],
    ["accept", "*/*"],
  ];
  expect(withoutToken(both, new Set())).toEqual([
    ["authorization", "Bearer key"],
    ["x-smolrouter-token", "[redacted]"],
    ["accept", "*/*"],
  ]);
  expect(withoutToken(both, new Set(["authorization"]))[0]).toEqual([
    "authorization",
    "[redacted]",
  ]);
});

test("what is redacted is never sent on", () => {
  const sent = requestHeaders(withoutToken([["x-api-key", "t"]], new Set(["x-api-key"])), {
    apiKey: null,
    keyIn: ["authorization"],
    extra: [],
    via: "v",
    sourceIp: "",
  });
  expect(JSON.stringify(sent)).not.toContain("redacted");
});

describe.each(credentialNames)("$in $name", ({ name, in: place, besideOwnKey }) => {
  const secret = "s3cret";
  test("is redacted in the log", () => {
    const stored =
      place === "header" ? redactHeaders([[name, secret]]) : redactQuery(`?a=b&${name}=${secret}`);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(JSON.stringify(stored)).toContain(name);
  });

  const sent = (server: { apiKey: string | null; headers: HeaderList }) => {
    const call = {
      headers: place === "header" ? [[name, secret]] : [],
      query: place === "query" ? `?${name}=${secret}&x=1` : "?x=1",
      sourceIp: "",
      endpoint: { protocol: "openai-chat" },
    };
    const bridge = { path: "/v1/x", body: null, contentType: null, endpoint: call.endpoint };
    const { url, headers } = outgoingRequest(
      call as never,
      { server: { baseUrl: "http://a", ...server }, policy: documentedPolicy } as never,
      bridge as never,
      "v",
      null,
    );
    return JSON.stringify([url, headers]);
  };

  test("goes nowhere beside a server's own key, however that is written, unless it is not a key", () => {
    const kept = besideOwnKey === "kept" && !/^(?:proxy-|x-smolrouter)/.test(name);
    expect(sent({ apiKey: "own", headers: [] }).includes(secret)).toBe(kept);
    expect(sent({ apiKey: null, headers: [["x-api-key", "own"]] }).includes(secret)).toBe(kept);
    expect(sent({ apiKey: "own", headers: [] })).toContain("?x=1");
  });

  test("goes to a server that has none, unless it is the router's or a proxy's", () => {
    const kept = !/^(?:proxy-|x-smolrouter)/.test(name);
    expect(sent({ apiKey: null, headers: [["x-team", "lab"]] }).includes(secret)).toBe(kept);
  });
});

test.each([
  ["?API_KEY=1&x=2", "?x=2"],
  ["?api%5Fkey=1&x=2", "?x=2"],
  ["?key", ""],
  ["?monkey=1&tokens=2", "?monkey=1&tokens=2"],
  ["?%zz=1", "?%zz=1"],
  ["?", "?"],
])("a query %p keeps %p", (query, kept) => {
  expect(withoutCredentialQuery(query)).toBe(kept);
});
