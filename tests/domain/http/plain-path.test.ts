import { expect, test } from "bun:test";
import { plainPath } from "../../../src/domain/http/plain-path.ts";

test.each([
  ["/", "/"],
  ["//", "/"],
  ["////", "/"],
  ["/v1", "/v1"],
  ["/v1/", "/v1"],
  ["//v1///chat/completions//", "/v1/chat/completions"],
  ["/v1/models/org//name/", "/v1/models/org/name"],
  ["/v1/models/org%2Fname", "/v1/models/org%2Fname"],
  ["/v1/%2F/", "/v1/%2F"],
  ["/a.b/~c/", "/a.b/~c"],
])("%p means %p", (written, meant) => {
  expect(plainPath(written)).toBe(meant);
});
