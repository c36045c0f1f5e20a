// What a server cannot serve is not asked of it: the next one is, and where none is left the client learns which field is at fault.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { messagesKey, type MessagesServer, startMessagesServer } from "../lab/messages-server.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";

let claude: MessagesServer;
let chat: FakeModel;
beforeAll(async () => {
  claude = startMessagesServer();
  chat = await startFakeModel({ name: "chat", models: ["m"] });
});
afterAll(async () => {
  await Promise.all([claude.stop(), chat.stop()]);
});

const hi = [{ role: "user", content: "Hello there" }];
const two = { n: 2, messages: hi };

async function withBoth(run: (router: TestRouter) => Promise<void>): Promise<void> {
  const routes = `
servers:
  claude: { url: "${claude.url}", type: anthropic, api_key: ${messagesKey} }
  again: { url: "${claude.url}", type: anthropic, api_key: ${messagesKey} }
  chat: "${chat.url}"
aliases:
  both: { instances: ["claude/claude", "chat/m"] }
  neither: { instances: ["claude/claude", "again/claude"] }
  down: { instances: ["chat/down", "claude/claude"], retries: 0 }
`;
  await withRouter({ routes }, run);
}

test("the next candidate serves it, and nothing is counted against the first", async () => {
  await withBoth(async (router) => {
    const answer = await router.post("/v1/chat/completions", { model: "both", ...two });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("chat");
    expect(answer.headers.get("x-smolrouter-protocol")).toBe("native");
    expect(answer.headers.get("x-smolrouter-attempts")).toBe("2");
    expect(await router.row()).toMatchObject({
      protocol: "native",
      attempts: [
        {
          upstream: "claude",
          reason: "cannot",
          error: "n cannot be carried to claude",
          protocol: "chat>messages",
          protocol_reason: "type",
          status: null,
        },
        { upstream: "chat", reason: "served", protocol: "native", protocol_reason: "type" },
      ],
    });
    const { upstreams } = (await (await fetch(`${router.url}/api/upstreams`)).json()) as {
      upstreams: readonly { readonly failures: number }[];
    };
    expect(upstreams.map(({ failures }) => failures)).toEqual([0, 0, 0, 0]);
    expect(claude.asked).toEqual([]);
  });
});

test("one that no candidate can serve gets 400 with field and servers", async () => {
  await withBoth(async (router) => {
    const one = await router.post("/v1/chat/completions", { model: "claude/claude", ...two });
    expect(one.status).toBe(400);
    expect(await one.json()).toEqual({
      error: {
        message: "n cannot be carried to claude",
        type: "invalid_request_error",
        param: null,
        code: "invalid_request",
      },
    });
    const several = await router.post("/v1/chat/completions", { model: "neither", ...two });
    expect(several.status).toBe(400);
    expect(await several.json()).toMatchObject({
      error: {
        message: "n cannot be carried to claude; n cannot be carried to again",
        attempts: [{ reason: "cannot" }, { reason: "cannot" }],
      },
    });
    const [row] = await router.rows();
    expect(row).toMatchObject({ state: "failed", status_code: 400, upstream: "claude" });
  });
});

test("a candidate that was asked and failed says more than one that could not be", async () => {
  await withBoth(async (router) => {
    chat.script([{ kind: "status", status: 503 }]);
    const answer = await router.post("/v1/chat/completions", { model: "down", ...two });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("chat");
    const row = await router.row();
    expect(row).toMatchObject({ status_code: 503, upstream: "chat", protocol: "native" });
    expect(row.attempts.map(({ reason }) => reason)).toEqual(["status", "cannot"]);
  });
});

test("what has no counterpart at all is refused with the protocol that it would take", async () => {
  await withBoth(async (router) => {
    const answer = await router.post("/v1/embeddings", { model: "claude/claude", input: "a" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: "/v1/embeddings cannot be carried to claude" },
    });
    expect(answer.headers.get("x-smolrouter-protocol")).toBeNull();
    expect((await router.row()).attempts).toMatchObject([
      { reason: "cannot", protocol: "chat>", protocol_reason: "type" },
    ]);
  });
});

test("a translated answer says so", async () => {
  await withBoth(async (router) => {
    claude.says({
      content: [{ type: "text", text: "Hi" }],
      usage: { input_tokens: 1, output_tokens: 1 },
    });
    const answer = await router.post("/v1/chat/completions", { model: "both", messages: hi });
    expect(answer.headers.get("x-smolrouter-protocol")).toBe("translated");
    expect(await router.row()).toMatchObject({
      protocol: "chat>messages",
      attempts: [{ protocol: "chat>messages", protocol_reason: "type" }],
    });
  });
});
