import { describe, expect, test } from "bun:test";
import {
  headerSafe,
  type HeaderList,
  redactHeaders,
  redactQuery,
  requestHeaders,
  responseHeaders,
  withoutCredentialQuery,
  type ForwardingContext,
} from "../../../src/domain/http/headers.ts";

const context: ForwardingContext = {
  apiKey: null,
  keyIn: ["authorization"],
  extra: [],
  via: "smolrouter-abc",
  sourceIp: "10.0.0.5",
};
const sent = (client: HeaderList, more: object = {}) =>
  Object.fromEntries(requestHeaders(client, { ...context, ...more }));

describe("a request's headers on their way upstream", () => {
  test.each([
    ["host", "router:1234"],
    ["content-length", "10"],
    ["connection", "keep-alive"],
    ["transfer-encoding", "chunked"],
    ["expect", "100-continue"],
    ["x-smolrouter-thinking", "keep"],
    ["x-smolrouter-thread", "chapter 4"],
    ["x-smolrouter-token", "secret"],
  ])("%s stays here", (name, value) => {
    expect(sent([[name, value]])[name]).toBeUndefined();
  });

  test.each([
    ["user-agent", "curl/8"],
    ["content-type", "application/json"],
    ["openai-organization", "org"],
    ["authorization", "Bearer client"],
    ["x-api-key", "client"],
  ])("%s goes on as it is", (name, value) => {
    expect(sent([[name, value]])[name]).toBe(value);
  });

  test("what Connection names goes with the connection", () => {
    const out = sent([
      ["connection", "X-Hop, close"],
      ["x-hop", "1"],
    ]);
    expect(out["x-hop"]).toBeUndefined();
  });

  test("a server's own key replaces every credential of the client's", () => {
    const out = sent(
      [
        ["authorization", "Bearer client"],
        ["x-api-key", "a"],
        ["api-key", "b"],
      ],
      { apiKey: "own" },
    );
    expect(out).toMatchObject({ authorization: "Bearer own" });
    expect(Object.keys(out)).not.toContain("x-api-key");
    expect(Object.keys(out)).not.toContain("api-key");
  });

  test("a server's fixed headers win over the client's and over its key", () => {
    const out = requestHeaders([["x-team", "client"]], {
      ...context,
      apiKey: "own",
      extra: [
        ["x-team", "lab"],
        ["authorization", "Basic x"],
      ],
    });
    expect(out.filter(([name]) => name === "x-team")).toEqual([["x-team", "lab"]]);
    expect(out.filter(([name]) => name === "authorization")).toEqual([
      ["authorization", "Basic x"],
    ]);
  });

  test("the way so far is appended to, not replaced", () => {
    const out = sent([
      ["x-forwarded-for", "1.2.3.4"],
      ["via", "1.0 proxy"],
    ]);
    expect(out["x-forwarded-for"]).toBe("1.2.3.4, 10.0.0.5");
    expect(out["via"]).toBe("1.0 proxy, 1.1 smolrouter-abc");
    expect(out["accept-encoding"]).toBe("identity");
  });

  test("the router's cookies stay, that of the reader's time zone included; others go on as they came", () => {
    expect(sent([["cookie", "a=1; smolrouter_token=x; b=2"]])["cookie"]).toBe("a=1; b=2");
    expect(sent([["cookie", "smolrouter_token=x"]])["cookie"]).toBeUndefined();
    const both = "smolrouter_zone=Europe/Berlin; smolrouter_token=x";
    expect(sent([["cookie", both]])["cookie"]).toBeUndefined();
    expect(sent([["cookie", `${both};a=1`]])["cookie"]).toBe("a=1");
    expect(sent([["cookie", "a=1;b=2"]])["cookie"]).toBe("a=1;b=2");
    expect(sent([["cookie", "not_smolrouter_zone=1; b=2"]])["cookie"]).toBe(
      "not_smolrouter_zone=1; b=2",
    );
  });
});

test("an answer's headers: the message's go on, the connection's and the router's own do not", () => {
  const out = responseHeaders(
    [
      ["content-type", "text/event-stream"],
      ["transfer-encoding", "chunked"],
      ["x-request-id", "theirs"],
      ["x-smolrouter-upstream", "forged"],
      ["access-control-allow-origin", "*"],
      ["x-ratelimit-remaining", "3"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["set-cookie", "smolrouter_token=theirs"],
      ["set-cookie", "smolrouter_zone=theirs"],
    ],
    "GET",
  );
  expect(out).toEqual([
    ["content-type", "text/event-stream"],
    ["x-ratelimit-remaining", "3"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
});

test.each([
  ["?key=abc", ""],
  ["?key=abc&alt=sse", "?alt=sse"],
  ["?alt=sse&key=abc", "?alt=sse"],
  ["?monkey=1", "?monkey=1"],
  ["", ""],
])("a query %p loses its key to a server that has its own: %p", (query, kept) => {
  expect(withoutCredentialQuery(query)).toBe(kept);
});

test("secrets never reach the log", () => {
  const names = [
    "authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-smolrouter-token",
    "proxy-authorization",
  ];
  for (const name of names)
    expect(redactHeaders([[name, "s3cret"]])).toEqual([[name, "[redacted]"]]);
  expect(redactHeaders([["accept", "*/*"]])).toEqual([["accept", "*/*"]]);
  expect(redactQuery("?key=s3cret&api_key=s3cret&x=1&access_token=s3cret")).toBe(
    "?key=[redacted]&api_key=[redacted]&x=1&access_token=[redacted]",
  );
});

test.each([
  ["plain-ascii/1.2", "plain-ascii/1.2"],
  ["two words", "two%20words"],
  ["line\r\nbreak", "line%0D%0Abreak"],
  ["ü", "%C3%BC"],
  ["x".repeat(300), "x".repeat(256)],
  [`${"x".repeat(255)}ü`, "x".repeat(255)],
])("%p becomes a header value that no client can trip over", (value, safe) => {
  expect(headerSafe(value)).toBe(safe);
});
