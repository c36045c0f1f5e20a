import { expect, test } from "bun:test";
import type { HeaderList } from "../../../src/domain/headers.ts";
import { shownToken, withoutToken } from "../../../src/domain/security/credentials.ts";

test.each<[string, HeaderList, string | null]>([
  ["Bearer", [["authorization", "Bearer a.b.c"]], "a.b.c"],
  ["the scheme in any case, any number of spaces", [["authorization", "bEARER   a.b.c "]], "a.b.c"],
  ["not another scheme", [["authorization", "Basic a.b.c"]], null],
  ["not without a scheme", [["authorization", "a.b.c"]], null],
  ["not two words", [["authorization", "Bearer a b"]], null],
  [
    "X-SmolRouter-Token before it",
    [
      ["authorization", "Bearer up"],
      ["x-smolrouter-token", " own "],
    ],
    "own",
  ],
  ["no cookie on calls", [["cookie", "smolrouter_token=own"]], null],
])("a call's token: %s", (_name, headers, token) => {
  expect(shownToken(headers, false)?.token ?? null).toBe(token);
});

test("a page's token may stand in the cookie, among others", () => {
  const headers: HeaderList = [["cookie", "a=1; smolrouter_token=x=y; smolrouter_tokenish=z"]];
  expect(shownToken(headers, true)).toEqual({ token: "x=y", in: "cookie" });
});

test("the router's token is gone from the headers that go on; an upstream's key stays", () => {
  const both: HeaderList = [
    ["authorization", "Bearer key"],
    ["x-smolrouter-token", "secret"],
    ["accept", "*/*"],
  ];
  expect(withoutToken(both, false)).toEqual([
    ["authorization", "Bearer key"],
    ["x-smolrouter-token", "[redacted]"],
    ["accept", "*/*"],
  ]);
  const names = withoutToken(both, true).map(([name]) => name);
  expect(names).not.toContain("authorization");
  expect(JSON.stringify(withoutToken(both, true))).not.toContain("key");
});
