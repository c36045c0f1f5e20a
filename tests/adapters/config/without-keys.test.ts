// What those see of a routes file who may not edit it.
import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { withoutKeys } from "../../../src/adapters/config/without-keys.ts";

test("keys, headers of servers and passwords in URLs go; references and all else stay as written", () => {
  const text = `# my servers
servers:
  hosted: { url: "https://api.example.com/v1", api_key: sk-literal, max_concurrency: 4 } # fast
  other:
    url: https://b.example.com
    api_key: \${OTHER_KEY}
    headers:
      Authorization: Bearer \${OTHER_KEY}
      X-Team: 's3cret one'
    proxy: http://me:s3cret@proxy:3128
routes:
  - match: { headers: { x-team: red } }
    route: { upstream: hosted }
`;
  expect(withoutKeys(text)).toBe(
    text
      .replace("sk-literal", '"[redacted]"')
      .replace("'s3cret one'", '"[redacted]"')
      .replace("http://me:s3cret@proxy:3128", '"http://[redacted]@proxy:3128"'),
  );
});

describe.each([
  ["a block", "servers:\n  a:\n    api_key: >-\n      s3cret\n    url: http://a\n"],
  ["a quoted text", 'servers: { a: { "api_key": "s3cret", url: "http://a" } }'],
  ["an anchor", "servers: { a: { url: &k s3cret, api_key: *k } }"],
  ["an anchor of headers", "x: &h { A: s3cret }\nservers: { a: { headers: *h } }"],
  ["an anchor that contains itself", "x: &h { headers: *h, api_key: s3cret }"],
  ["a merge", "x: &b { api_key: s3cret }\nservers: { a: { <<: *b, url: http://a } }"],
  ["a reference and more", "servers: { a: { api_key: '${A}s3cret' } }"],
  ["a misspelt key", "servers: { a: { api-key: s3cret } }"],
  ["a number", "servers: { a: { api_key: 53237 } }"],
  ["a list", "servers: { a: { headers: [s3cret] } }"],
  ["a comment", "servers: {} # api_key: s3cret"],
  ["a comment of a line", "#   Authorization: s3cret\nservers: {}"],
  ["JSON", '{"servers":{"a":{"api_key":"s3cret"}}}'],
])("%s", (_, text) => {
  test("hides its key and stays YAML", () => {
    const shown = withoutKeys(text);
    expect(shown).not.toBeNull();
    expect(shown).not.toMatch(/s3cret|53237/);
    expect(() => parse(shown ?? "") as unknown).not.toThrow();
  });
});

test("a text with a mistake of syntax is not shown at all", () => {
  expect(withoutKeys("servers: { a: { api_key: s3cret }")).toBeNull();
});
