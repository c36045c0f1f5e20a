// Who may save the routes file where nobody can sign in.
import { expect, test } from "bun:test";
import { createMayEdit } from "../../../src/adapters/http/may-edit.ts";
import type { Admission } from "../../../src/adapters/http/admissions.ts";

interface Knock {
  readonly allowed?: boolean;
  readonly sourceIp?: string;
  readonly peerIp?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask({ allowed = true, sourceIp = "127.0.0.1", peerIp, headers }: Knock) {
  const admission = { sourceIp, peerIp: peerIp ?? null } as Admission;
  return createMayEdit({
    allowed,
    tokens: null,
    admissions: { of: () => admission },
    isThisMachine: (address) => address === "127.0.0.1",
    acceptedNames: new Set(["box"]),
  })(new Request("http://x/routes", { headers: { host: "localhost:1234", ...headers } }));
}

test.each<[string, Knock, boolean]>([
  ["this machine", {}, true],
  ["this machine by a name of its own", { headers: { host: "box:1234" } }, true],
  ["this machine where it is not allowed at all", { allowed: false }, false],
  ["another machine", { sourceIp: "10.0.0.7" }, false],
  ["another machine by way of a proxy here", { headers: { "x-forwarded-for": "10.0.0.7" } }, false],
  ["one that says by a trusted proxy to be here", { peerIp: "10.0.0.9" }, false],
  ["a page of this machine's browser that took over a name", { headers: { host: "e.vil" } }, false],
])("%s", async (_, knock, may) => {
  expect(await ask(knock)).toBe(may);
});
