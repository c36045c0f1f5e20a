// Calls of Responses that refer to answers before them: what is looked up, for whom, and what comes of it.
import { describe, expect, test } from "bun:test";
import { createContinueCall } from "../../../../src/app/usecases/answers/continue-call.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import type { FoundAnswer, KeptAnswers, MadeItem } from "../../../../src/ports/kept-answers.ts";
import { findText } from "../../../lab/find-text.ts";
import { idAt } from "../../../lab/log-entries.ts";

const address = "address 10.0.0.7";

function callOf(body: object, own: Partial<IncomingCall> = {}): IncomingCall {
  const text = JSON.stringify(body);
  return {
    id: idAt(2),
    receivedAt: 0,
    endpoint: endpointOf("POST", "/v1/responses"),
    method: "POST",
    path: "/v1/responses",
    query: "",
    headers: [],
    sourceIp: "10.0.0.7",
    user: null,
    body: new TextEncoder().encode(text),
    bodyKind: "json",
    json: () => JSON.parse(text) as Record<string, unknown>,
    model: "m",
    modelKey: "model",
    wantsStream: false,
    ...own,
  };
}

const before: FoundAnswer = {
  id: "resp_1",
  callId: idAt(1),
  head: "{}",
  input: [{ id: "i", text: '{"role":"user","content":"One"}' }],
  output: [{ id: "msg_1", text: '{"id":"msg_1","type":"message","role":"assistant"}' }],
  upstream: "a",
  isStored: true,
};
const item: MadeItem = { id: "msg_2", text: '{"id":"msg_2"}', upstream: "b", isStored: true };

function lab(own: Partial<KeptAnswers> = {}) {
  const owners: (string | null)[] = [];
  const answers: KeptAnswers = {
    async find(owner, id) {
      owners.push(owner);
      return id === before.id ? before : null;
    },
    items: async (_, ids) => (ids.includes(item.id) ? [item] : []),
    remove: async () => false,
    ...own,
  };
  return { owners, goOn: createContinueCall({ answers, find: findText }) };
}

const asked = { model: "m", input: "Two", previous_response_id: "resp_1" };

describe("the call itself goes on where nothing is referred to", () => {
  test.each<[string, IncomingCall]>([
    ["another protocol's", callOf(asked, { endpoint: endpointOf("POST", "/v1/chat/completions") })],
    ["one that says all itself", callOf({ model: "m", input: "Two" })],
    ["one whose body is none", callOf(asked, { json: () => null })],
    [
      "a large one, unparsed",
      callOf(
        { model: "m", input: `say \\"previous_response_id\\" ${"x".repeat(4_000)}` },
        {
          json() {
            throw new Error("nobody needs it parsed");
          },
        },
      ),
    ],
  ])("%s", (_, call) => {
    expect(lab().goOn(call)).toBe(call);
  });
});

describe("one that continues an answer", () => {
  test("has all of it, and knows who made it", async () => {
    const { goOn, owners } = lab();
    const call = callOf(asked);
    const next = (await goOn(call)) as IncomingCall;
    expect(owners).toEqual([address]);
    expect(next.body).toBe(call.body);
    expect(next.continues).toMatchObject({ previous: "resp_1", maker: "a", isStored: true });
    expect(next.continues?.whole.json()).toEqual({
      model: "m",
      input: [
        { role: "user", content: "One" },
        { id: "msg_1", type: "message", role: "assistant" },
        { type: "message", role: "user", content: [{ type: "input_text", text: "Two" }] },
      ],
    });
    expect(JSON.stringify(next.continues?.elsewhere().json())).not.toContain("msg_1");
  });

  test("of several servers is nobody's", async () => {
    const input = [{ type: "item_reference", id: "msg_2" }];
    const next = (await lab().goOn(callOf({ ...asked, input }))) as IncomingCall;
    expect(next.continues?.maker).toBeNull();
  });

  test("and is sent again from its page finds it, whosever it is", async () => {
    const { goOn, owners } = lab();
    await goOn(callOf(asked, { resentFrom: idAt(1) }));
    expect(owners).toEqual([null]);
  });

  test("large, with the word in it, is looked into", async () => {
    const next = await lab().goOn(callOf({ ...asked, instructions: "x".repeat(4_000) }));
    expect(next).toHaveProperty("continues");
  });
});

describe("one that refers to what is not there", () => {
  test.each<[string, object, object]>([
    ["an answer", { ...asked, previous_response_id: "resp_2" }, { param: "previous_response_id" }],
    [
      "an item",
      { input: ["?", { type: "item_reference", id: "msg_3" }] },
      { param: "input[1].id", message: expect.stringContaining("msg_3") },
    ],
  ])("%s: 400 that names it", async (_, body, why) => {
    expect(await lab().goOn(callOf(body))).toMatchObject({
      kind: "previous_response_not_found",
      ...why,
    });
  });

  test("where nothing is kept: 400 that says why", () => {
    const goOn = createContinueCall({ answers: null, find: findText });
    expect(goOn(callOf(asked))).toMatchObject({
      kind: "previous_response_not_found",
      message: expect.stringContaining("ENABLE_LOGGING"),
    });
  });

  test("where the log cannot be read: 503, not as if it were not there", async () => {
    const { goOn } = lab({ find: () => Promise.reject(new Error("the disk is gone")) });
    expect(await goOn(callOf(asked))).toMatchObject({
      kind: "answers_unreadable",
      message: "Previous response 'resp_1' cannot be looked up: the disk is gone",
    });
  });
});
