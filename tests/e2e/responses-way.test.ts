// How calls to Responses go to servers of which the routes file says nothing: by what they hold, and by what serves there.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let plain: FakeModel;
let router: TestRouter;
const llamaPaths: string[] = [];
/** As llama.cpp lists its model. */
const llama = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "GET")
      return Response.json({ object: "list", data: [{ id: "m", owned_by: "llamacpp" }] });
    llamaPaths.push(pathname);
    const message = { role: "assistant", content: "hello" };
    return Response.json({ choices: [{ index: 0, message, finish_reason: "stop" }] });
  },
});

beforeAll(async () => {
  plain = await startFakeModel({ name: "plain", models: ["m"] });
  router = await startRouter({
    routes: `servers: { plain: "${plain.url}", llama: "${llama.url.origin}" }`,
  });
  // Lists are fetched when they are asked for, not on a call's way.
  await fetch(`${router.url}/v1/models`);
});

afterAll(async () => {
  await router.stop();
  await plain.stop();
  await llama.stop(true);
});

async function asked(server: string, more: object): Promise<readonly (string | null)[]> {
  const body = { model: `${server}/m`, input: "hi", ...more };
  const answer = await router.post("/v1/responses", body);
  expect(((await answer.json()) as { object: string }).object).toBe("response");
  const [row] = await router.rows();
  const attempt = row?.attempts[0];
  return [attempt?.protocol ?? null, attempt?.protocol_reason ?? null];
}

const custom = { tools: [{ type: "custom", name: "apply_patch" }] };

test("what every server has goes as it comes, more is translated", async () => {
  expect(await asked("plain", {})).toEqual(["native", "contents"]);
  expect(plain.calls().at(-1)?.path).toBe("/v1/responses");
  expect(await asked("plain", custom)).toEqual(["responses>chat", "contents"]);
  expect(plain.calls().at(-1)?.path).toBe("/v1/chat/completions");
});

test("llama.cpp is asked for chats", async () => {
  expect(await asked("llama", {})).toEqual(["responses>chat", "server"]);
  expect(llamaPaths).toEqual(["/v1/chat/completions"]);
});

test("the read API and the pages say so", async () => {
  const said = (await (await fetch(`${router.url}/api/upstreams`)).json()) as {
    upstreams: readonly { name: string; protocols: readonly { protocol: string }[] }[];
  };
  const responses = said.upstreams.map(({ name, protocols }) => [
    name,
    protocols.find(({ protocol }) => protocol === "responses"),
  ]);
  expect(Object.fromEntries(responses)).toMatchObject({
    plain: { way: "native", reason: "contents" },
    llama: { way: "responses>chat", reason: "server" },
  });
  const page = await (await fetch(`${router.url}/upstreams`)).text();
  expect(page).toContain("responses in part");
  expect(page).toContain("responses → chat, as its model list says");
  const explained = `${router.url}/routes?model=llama/m&path=/v1/responses`;
  expect(await (await fetch(explained)).text()).toContain("speaks responses in part");
});

test("a large body that is not JSON is refused here, not by a server that cannot read it", async () => {
  const body = `{"model":"plain/m","input":[${"0,".repeat(2_000)}}`;
  const answer = await fetch(`${router.url}/v1/responses`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("JSON");
});
