import { expect, test } from "bun:test";
import { openerHeaders } from "../../../src/domain/security/answer-headers.ts";

const severed = [["cross-origin-opener-policy", "same-origin"]] as const;

test.each([
  ["page", "none", []],
  ["page", "same-origin", []],
  ["page", "same-site", severed],
  ["page", "cross-site", severed],
  ["page", "a word of a later version", severed],
  ["page", null, severed],
  ["api", "cross-site", severed],
  ["public", null, severed],
  ["openai", "cross-site", []],
  ["health", null, []],
] as const)(
  "a window with %s, asked for by %p, is taken from its opener: %j",
  (surface, site, is) => {
    expect(openerHeaders(surface, site)).toEqual([...is].map(([name, value]) => [name, value]));
  },
);
