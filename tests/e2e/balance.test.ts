// Who is asked first where an alias spreads its calls, or wants servers that have the model loaded.
import { expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { upstreamState } from "../lab/live-view.ts";
import { startRouter, withRouter, type TestRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const chat = (model: string) => ({ model, messages: [{ role: "user", content: "hi" }] });

async function askFor(router: TestRouter, model: string): Promise<string | null> {
  const answer = await router.post("/v1/chat/completions", chat(model));
  await answer.text();
  return answer.headers.get("x-smolrouter-upstream");
}

const check = (router: TestRouter) =>
  fetch(`${router.url}/upstreams/check`, { method: "POST", redirect: "manual" });

test("spread: calls at once divide by weight, and those one after the other take turns", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: a.url },
        routes: `
servers: { a: "${a.url}", b: "${b.url}" }
aliases:
  even: { balance: spread, instances: [a/m, b/m] }
  heavy: { balance: spread, instances: [a/m, { server: b, model: m, weight: 3 }] }`,
      },
      async (router) => {
        const got: (string | null)[] = [];
        for (let call = 0; call < 4; call++) got.push(await askFor(router, "even"));
        expect(got).toEqual(["a", "b", "a", "b"]);
        const gate = createGate();
        for (const fake of [a, b]) {
          fake.reset();
          fake.always({ kind: "answer", gate });
        }
        const all = Array.from({ length: 8 }, () => askFor(router, "heavy"));
        await Promise.all([a.waitForRequest(2), b.waitForRequest(6)]);
        const [ofA, ofB] = [
          await upstreamState(router.url, "a"),
          await upstreamState(router.url, "b"),
        ];
        expect([ofA.active, ofB.active]).toEqual([2, 6]);
        const page = await (await fetch(`${router.url}/routes?model=heavy`)).text();
        expect(page).toMatch(/least busy: \d running, weight \d/);
        gate.open();
        const served = await Promise.all(all);
        expect(served.filter((name) => name === "a")).toHaveLength(2);
      },
    ),
  ));

test("spread: a server that fails cools down, and then comes last however idle it is", () =>
  withFakes({ a: { failing: { kind: "status", status: 503 } }, b: {} }, ({ a, b }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: b.url },
        routes: `
servers: { a: "${a.url}", b: "${b.url}" }
aliases: { even: { balance: spread, instances: [a/m, b/m] } }`,
      },
      async (router) => {
        for (let call = 0; call < 8; call++) expect(await askFor(router, "even")).toBe("b");
        expect(a.calls()).toHaveLength(3);
      },
    ),
  ));

test("warm: the server that has the model is asked, until another has it", async () => {
  await withFakes(
    {
      one: { kind: "ollama", models: ["m:latest", "n"] },
      two: { kind: "ollama", models: ["m:latest", "n"] },
    },
    async ({ one, two }) => {
      const router = await startRouter({
        env: { DEFAULT_UPSTREAM: one.url },
        routes: `
servers: { one: { url: "${one.url}", type: ollama }, two: { url: "${two.url}", type: ollama } }
aliases: { warm: { balance: warm, instances: [one/m, two/m] } }`,
      });
      try {
        await check(router);
        expect((await upstreamState(router.url, "two")).loaded).toEqual([]);
        expect(await askFor(router, "two/m")).toBe("two");
        // It has answered, whatever its last list said.
        expect((await upstreamState(router.url, "two")).loaded).toMatchObject([
          { name: expect.stringMatching(/^m(:latest)?$/), state: "loaded" },
        ]);
        expect(await askFor(router, "warm")).toBe("two");
        const page = await (await fetch(`${router.url}/routes?model=warm`)).text();
        expect(page).toContain("has the model loaded");
        await check(router);
        expect(await askFor(router, "warm")).toBe("two");
        two.always({ kind: "status", status: 500 });
        expect(await askFor(router, "warm")).toBe("one");
        expect(await askFor(router, "warm")).toBe("one");
      } finally {
        await router.stop();
      }
    },
  );
});
