// Signing in with a token as people paste it.
import { expect, test } from "bun:test";
import { createLogin } from "../../../src/adapters/pages/login/login.tsx";
import type { Tokens } from "../../../src/ports/tokens.ts";
import { sampleBrowse, sampleDeps } from "./sample.ts";

const good = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";
const stale = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl";

const tokens = {
  read: async (token: string) => {
    if (token === good) return { kind: "good", user: "ada", expiresAt: null } as const;
    return { kind: token === stale ? "stale" : "foreign" } as const;
  },
} as Tokens;

async function signIn(token: string): Promise<Response> {
  const login = createLogin({
    tokens,
    now: () => 0,
    version: "test",
    readForm: async () => ({ fields: new URLSearchParams([["token", token]]) }),
  });
  return login.routes().handle(new Request("http://router.test/login", { method: "POST" }));
}

test.each([
  ["as it is", good],
  ["with line breaks", `${good.slice(0, 10)}\n${good.slice(10, 30)}\r\n${good.slice(30)}`],
  ["with Bearer in front", `Bearer ${good}`],
])("a token pasted %s signs in, and the cookie holds it alone", async (_, pasted) => {
  const response = await signIn(pasted);
  expect(response.status).toBe(303);
  expect(response.headers.get("set-cookie")).toStartWith(`smolrouter_token=${good};`);
});

test.each([
  ["nothing", "  ", "Paste a token"],
  ["a part of one", good.slice(0, 25), "not a whole token"],
  ["a key of another kind", "sk-12345", "not a whole token"],
  ["one that has expired", stale, "has expired"],
  ["another router's", `${good}x`, "not a valid token for this router"],
])("who pastes %s reads why it does not sign in", async (_, pasted, words) => {
  const response = await signIn(pasted);
  expect(response.status).toBe(401);
  expect(response.headers.get("set-cookie")).toBeNull();
  const html = await response.text();
  expect(html).toContain(words);
  expect(html).toMatch(/<p[^>]+role="alert"/);
  expect(html).toContain('aria-invalid="true"');
  if (pasted.trim() !== "") expect(html).not.toContain(pasted);
});

test("the field leaves a token as it is pasted, and is described by what is said above", async () => {
  const login = createLogin({
    tokens,
    now: () => 0,
    version: "test",
    readForm: sampleDeps(sampleBrowse([])).readForm,
  });
  const response = await login.routes().handle(new Request("http://router.test/login"));
  const field = /<input[^>]+id="token"[^>]*>/.exec(await response.text())?.[0] ?? "";
  for (const attribute of [
    'autocapitalize="none"',
    'autocorrect="off"',
    'spellcheck="false"',
    'autocomplete="current-password"',
    'aria-describedby="says"',
  ])
    expect(field).toContain(attribute);
  expect(field).not.toContain("maxlength");
});
