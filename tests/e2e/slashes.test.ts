// One slash too many, anywhere: the same security, route, format and answer as without it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chat, everyPath } from "../lab/every-path.ts";
import { type RawRequest, rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

let fake: FakeModel;
let open: TestRouter;
let guarded: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  const routes = `
servers: { v1: "${fake.url}" }
routes: [{ match: { model: by-path, path: /v1/chat/completions }, route: { model: m } }]
`;
  const env = { DEFAULT_UPSTREAM: fake.url };
  open = await startRouter({ env, routes });
  guarded = await startRouter({
    env: { ...env, JWT_SECRET: testSecret, WEBUI_SECURITY: "ALWAYS_AUTH" },
    routes,
  });
});
afterAll(async () => {
  await open.stop();
  await guarded.stop();
  await fake.stop();
});

const spellings: Readonly<Record<string, (path: string) => string>> = {
  "one at the end": (path) => `${path}/`,
  "many at the end": (path) => `${path}///`,
  "two at the start": (path) => `/${path}`,
  "two everywhere": (path) => path.replaceAll("/", "//"),
};
/** A query is left as it is; some paths take it, and some say that they have no parameters. */
const query = "?model=//b/";

/** What tells one answer from another, whatever it says of the moment. */
async function answer(router: TestRouter, request: RawRequest): Promise<unknown> {
  const { status, headers } = await (await rawRequest(router.url, request)).whole();
  const kept = headers.filter(([name]) =>
    /^(?:content-type|allow|x-smolrouter-.*|www-authenticate|content-security-policy)$/i.test(name),
  );
  return { status, headers: kept };
}

describe.each([
  ["open", () => open],
  ["guarded", () => guarded],
])("in a router that is %s", (_name, router) => {
  test.each(everyPath.map((request) => [request.method ?? "", request.path, request] as const))(
    "%s %s is the same with more slashes",
    async (_method, path, request) => {
      // What a router learns of a server by the first answer holds for those that follow.
      await answer(router(), request);
      const plain = await answer(router(), request);
      for (const spell of Object.values(spellings))
        expect(await answer(router(), { ...request, path: spell(path) })).toEqual(plain);
      const filtered = await answer(router(), { ...request, path: path + query });
      expect(await answer(router(), { ...request, path: `${path}///${query}` })).toEqual(filtered);
    },
  );
});

test("servers, rows and rules see the plain path, and the query as it was", async () => {
  await (await open.post("//v1//chat/completions/?a=//b/", { ...chat, model: "by-path" })).text();
  const [row] = await open.rows();
  expect(row).toMatchObject({ route: "rule:1>default", path: "/v1/chat/completions?a=//b/" });
  expect(fake.calls().at(-1)).toMatchObject({
    path: "/v1/chat/completions",
    query: "?a=//b/",
  });
});

test("a token is needed however many slashes there are, and is good with all of them", async () => {
  const authorization = `Bearer ${tokenOf()}`;
  expect((await guarded.post("/v1///chat/completions/", chat)).status).toBe(401);
  expect((await guarded.post("//api//chat//", chat)).status).toBe(401);
  expect((await guarded.post("/v1///chat/completions/", chat, { authorization })).status).toBe(200);
  expect((await fetch(`${guarded.url}//api//stats/`)).status).toBe(401);
});
