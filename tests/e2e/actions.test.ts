// What changes something is done for the router's own pages only: every action there is, behind the real door.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { apiRoutes } from "../../src/adapters/http/api-routes.ts";
import { createLogin } from "../../src/adapters/pages/login/login.tsx";
import { pages } from "../../src/adapters/pages/pages.ts";
import { sampleBrowse, sampleDeps } from "../adapters/pages/sample.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const allowed = "https://chat.example";

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter({ env: { ALLOWED_ORIGINS: allowed } });
});
afterAll(() => router.stop());

const sample = sampleDeps(sampleBrowse([]));
const login = createLogin({
  tokens: null,
  now: () => 0,
  version: "test",
  readForm: sample.readForm,
});
const readApi = apiRoutes({
  browse: sample.browse,
  events: { open: () => new ReadableStream() },
  clock: { now: () => 0 },
  version: "1.2.3",
  cancel: () => false,
});
const { routes } = new Elysia().use(readApi).use(pages(sample)).use(login.routes());
const actions = routes
  // Under every method the read API says which one is right.
  .filter(({ method }) => !["GET", "HEAD", "ALL"].includes(method))
  .map(({ method, path }) => [method, path.replaceAll(/:\w+/g, "some-id")] as const);

const own = () => router.url;
const senders: Readonly<Record<string, [taken: boolean, headers: () => Record<string, string>]>> = {
  "the router's own page": [true, () => ({ origin: own(), "sec-fetch-site": "same-origin" })],
  "its page in an old browser": [true, () => ({ origin: own() })],
  "a person by hand": [true, () => ({ "sec-fetch-site": "none" })],
  "a program": [true, () => ({})],
  "a foreign page": [
    false,
    () => ({ origin: "https://evil.example", "sec-fetch-site": "cross-site" }),
  ],
  "a foreign page in an old browser": [false, () => ({ origin: "https://evil.example" })],
  "a foreign page that hides its origin": [false, () => ({ origin: "null" })],
  "a foreign page whose origin is left out": [false, () => ({ "sec-fetch-site": "cross-site" })],
  "a page of this machine": [false, () => ({ origin: "http://localhost:1" })],
  "a page of this machine whose origin is left out": [
    false,
    () => ({ "sec-fetch-site": "same-site" }),
  ],
  "a page that may call": [false, () => ({ origin: allowed })],
  "its namesake without TLS": [false, () => ({ origin: own(), "sec-fetch-site": "cross-site" })],
};

test("each is documented", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/api.md")).text();
  const missing = actions
    .map((action) => action.join(" ").replace("some-id", "{id}"))
    .filter((action) => !page.includes(`| \`${action}\` |`));
  expect(missing).toEqual([]);
});

test("these are the actions", () => {
  expect(actions.map((action) => action.join(" ")).toSorted()).toEqual([
    "POST /api/inflight/some-id/cancel",
    "POST /login",
    "POST /logout",
    "POST /notices/dismiss",
    "POST /request/some-id/again",
    "POST /routes",
    "POST /try",
    "POST /upstreams/check",
    "POST /upstreams/memory",
  ]);
});

describe.each(actions)("%s %s", (method, path) => {
  test.each(Object.entries(senders))("sent by %s", async (_name, [taken, headers]) => {
    const response = await fetch(router.url + path, {
      method,
      headers: headers(),
      redirect: "manual",
    });
    if (taken) expect(response.status).not.toBe(403);
    else expect(response.status).toBe(403);
  });
});
