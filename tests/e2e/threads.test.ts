// Calls of one conversation or session share a thread: rows say which, and the list is filtered by it.
import { afterAll, describe, expect, test } from "bun:test";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogPage } from "../../src/ports/browse.ts";
import { startRouter } from "../lab/start-router.ts";

const seen: Headers[] = [];
const box = Bun.serve({
  port: 0,
  fetch(request) {
    seen.push(request.headers);
    return Response.json({
      choices: [{ message: { role: "assistant", content: "said" }, finish_reason: "stop" }],
    });
  },
});
const fake = await startFakeModel({ name: "fake", models: ["m"], kind: "openai" });
const router = await startRouter({
  routes: `
servers:
  box: { url: "http://127.0.0.1:${box.port}" }
  fake: { url: "${fake.url}", speaks: [chat] }`,
});

afterAll(async () => {
  await router.stop();
  await Promise.all([box.stop(true), fake.stop()]);
});

const user = (content: string) => ({ role: "user", content });
const said = { role: "assistant", content: "said" };

async function ask(path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await router.post(path, body, headers);
  expect(answer.status).toBe(200);
  const { id } = (await answer.json()) as { id?: string };
  return { call: answer.headers.get("x-request-id") ?? "", answer: id };
}

const chat = async (messages: readonly object[], headers: Record<string, string> = {}) =>
  (await ask("/v1/chat/completions", { model: "box/m", messages }, headers)).call;

async function threadOf(call: string): Promise<string> {
  const thread = (await router.rows()).find(({ id }) => id === call)?.thread_id;
  if (typeof thread !== "string") throw new Error("the row has no thread");
  return thread;
}

async function callsOf(thread: string): Promise<readonly string[]> {
  const answer = await fetch(`${router.url}/api/logs?thread=${thread}`);
  return ((await answer.json()) as LogPage).logs.map(({ id }) => id);
}

describe("a thread", () => {
  test("is the calls of one conversation among others, and its rows lead to the list of them", async () => {
    const first = await chat([user("one")]);
    await chat([user("another")]);
    const second = await chat([user("one"), said, user("two")]);
    const thread = await threadOf(first);
    expect(await callsOf(thread)).toEqual([second, first]);
    const headers = { accept: "text/html" };
    const page = await (await fetch(`${router.url}/?thread=${thread}`, { headers })).text();
    const listed = [...page.matchAll(/href="\/request\/([0-9a-f-]+)/g)].map(([, id]) => id);
    expect([...new Set(listed)]).toEqual([second, first]);
    expect(page.split(`href="/thread/${thread}" title="Read this`)).toHaveLength(3);
  });

  test("reads as one conversation, in which each call stands before its answer", async () => {
    const first = await chat([user("seven")]);
    const second = await chat([user("seven"), said, user("eight")]);
    const aside = await chat([user("seven"), said, user("nine")]);
    const last = await chat([user("seven"), said, user("eight"), said, user("ten")]);
    const page = await fetch(`${router.url}/thread/${await threadOf(first)}`);
    expect(page.status).toBe(200);
    const [line = "", branches = ""] = (await page.text()).split('id="branches-title"');
    const linked = (html: string) => [
      ...new Set([...html.matchAll(/href="\/request\/([0-9a-f-]+)/g)].map(([, id]) => id)),
    ];
    expect(linked(line)).toEqual([first, second, last]);
    expect(linked(branches)).toEqual([aside]);
  });

  test("is a session's calls, whose name the router keeps where it is its own", async () => {
    seen.length = 0;
    const session = { "x-smolrouter-thread": "chapter 4" };
    const calls = [await chat([user("three")], session), await chat([user("four")], session)];
    expect(await callsOf(await threadOf(calls[0] ?? ""))).toEqual(calls.toReversed());
    await chat([user("five")], { session_id: "s" });
    expect(seen.map((headers) => headers.get("x-smolrouter-thread"))).toEqual([null, null, null]);
    expect(seen.at(-1)?.get("session_id")).toBe("s");
  });

  test("is the answers of Responses that follow each other", async () => {
    const first = await ask("/v1/responses", { model: "fake/m", input: "six" });
    const next = { model: "fake/m", input: "go on", previous_response_id: first.answer };
    const second = await ask("/v1/responses", next);
    expect(await callsOf(await threadOf(first.call))).toEqual([second.call, first.call]);
  });
});
