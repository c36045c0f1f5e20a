// An address that stands for a configured server, as default upstream or as a URL, is that server.
import { expect, test } from "bun:test";
import type { Upstreams } from "../../src/ports/browse.ts";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = (model: string) => ({ model, messages: [{ role: "user", content: "Hello" }] });

async function upstreams(router: TestRouter) {
  const answer = await fetch(`${router.url}/api/upstreams`);
  return ((await answer.json()) as Upstreams).upstreams;
}

test("the default upstream at a configured server's address has its name, its key and its place in lists", () =>
  withFakes({ home: {}, other: { models: ["m", "n"] } }, ({ home, other }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: `${home.url}/v1/` },
        routes: `
servers:
  other: "${other.url}"
  home: { url: "${home.url}", api_key: own-key }
`,
      },
      async (router) => {
        const list = await (await fetch(`${router.url}/v1/models`)).json();
        expect(list).toMatchObject({
          data: [
            { id: "m", owned_by: "other" },
            { id: "n", owned_by: "other" },
          ],
        });
        expect((await upstreams(router)).map(({ name }) => name)).toEqual(["other", "home"]);
        // Both list it: the default upstream comes before discovery.
        const answer = await router.post(path, chat("m"), { authorization: "Bearer mine" });
        expect(answer.headers.get("x-smolrouter-upstream")).toBe("home");
        expect(home.calls()[0]?.headers).toContainEqual(["authorization", "Bearer own-key"]);
        const { route, upstream } = await router.row();
        expect([route, upstream]).toEqual(["default", "home"]);
      },
    ),
  ));

test("one limit and one line hold for a server, whichever way calls are sent to it", () =>
  withFakes({ home: {} }, ({ home }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: home.url },
        routes: `
servers: { home: { url: "${home.url}", max_concurrency: 1, max_queue: 0 } }
aliases: { a: { instances: [{ url: "${home.url}", model: m }] } }
routes: [{ match: { model: ruled }, route: { upstream: "${home.url}/v1", model: m } }]
`,
      },
      async (router) => {
        const until = createGate();
        home.script([{ kind: "stall", when: "before-head", until }]);
        const first = router.post(path, chat("m"));
        await home.waitForRequest(1);
        for (const model of ["home/m", "a", "ruled", "unheard-of"]) {
          const answer = await router.post(path, chat(model));
          expect([model, answer.status]).toEqual([model, 503]);
        }
        expect(await upstreams(router)).toMatchObject([{ name: "home", active: 1 }]);
        until.open();
        expect((await first).status).toBe(200);
      },
    ),
  ));

test("two names at one address share its health, but each has its own limit", () =>
  withFakes({ box: {} }, ({ box }) =>
    withRouter(
      {
        routes: `
servers:
  one: { url: "${box.url}", max_concurrency: 1 }
  two: { url: "${box.url}/v1", max_concurrency: 2 }
`,
      },
      async (router) => {
        box.always({ kind: "status", status: 500 });
        for (const model of ["one/m", "two/m", "one/m"]) await router.post(path, chat(model));
        expect(await upstreams(router)).toMatchObject([
          { name: "one", state: "resting", max_concurrency: 1 },
          { name: "two", state: "resting", max_concurrency: 2 },
          { name: "default", state: "well" },
        ]);
      },
    ),
  ));

test("a server that nobody has reached is not called healthy", () =>
  withFakes({ box: {} }, ({ box }) =>
    withRouter(
      { env: { DEFAULT_UPSTREAM: "http://127.0.0.1:1" }, routes: `servers: { box: "${box.url}" }` },
      async (router) => {
        await (await fetch(`${router.url}/v1/models`)).json();
        expect(
          (await upstreams(router)).map(({ name, state, contact }) => ({ name, state, contact })),
        ).toEqual([
          { name: "box", state: "well", contact: "reached" },
          { name: "default", state: "well", contact: "not-reached" },
        ]);
        const page = await (await fetch(`${router.url}/upstreams`)).text();
        expect(page).toContain("2 servers, 1 not reached");
      },
    ),
  ));
