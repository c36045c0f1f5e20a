// The newest SDKs through the router, before upstreams that misbehave as public threads report it.
import { describe, expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { fieldClients } from "./field-clients.ts";
import { useFieldLab } from "../lab/field-lab.ts";
import {
  chunk,
  completion,
  done,
  event,
  finish,
  says,
  saysWhole,
  text,
  usage,
} from "../lab/sayings.ts";

const failed = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (error: unknown) => `failed: ${String(error)} ${JSON.stringify(error)}`,
  );

describe.each(fieldClients("http://unused").map(({ name }) => name))("%s", (name) => {
  const lab = useFieldLab({ SSE_KEEPALIVE: "0.04" });
  const client = () => fieldClients(lab.router.url).find((one) => one.name === name)!;

  test("reads whole answers and vectors, base64 by default included", async () => {
    expect(await client().whole("two/m")).toBe("from two");
    expect((await client().vector("two/m")).length).toBeGreaterThan(0);
    expect((await client().vector("both")).every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  // https://github.com/BerriAI/litellm/pull/27139
  test("gets what comes after the first finish_reason, unless it stops reading there itself", async () => {
    const gate = createGate();
    lab.one.script([
      says(
        {},
        text("Looking. "),
        finish(),
        { gate },
        text("Found it."),
        finish(),
        usage(7, 9),
        done,
      ),
    ]);
    gate.open();
    expect(await client().streamed("both")).toBe("Looking. Found it.");
  });

  // https://github.com/damianvtran/local-operator/pull/223
  test("never notices an error before the first content, and hears of one after it", async () => {
    const error = {
      ...chunk({ content: "" }, "error"),
      error: { code: 502, message: "provider gone" },
    };
    lab.one.script([
      says({}, event(chunk({ role: "assistant", content: "" })), event(error), done),
    ]);
    expect(await client().streamed("both")).toBe("from two");
    await lab.reset();
    lab.one.script([says({}, text("half"), event(error), done)]);
    // One client reads past the error's words, but not past the reason in which it ends.
    const words = name === "@ai-sdk/openai" ? /^failed: .*error/s : /^failed: .*provider gone/s;
    expect(await failed(client().streamed("both"))).toMatch(words);
  });

  test("never notices a 200 that is a failure", async () => {
    lab.one.script([
      saysWhole({ ...completion({}), choices: [], error: { message: "provider gone" } }),
    ]);
    expect(await client().whole("both")).toBe("from two");
  });

  test("hears of a cut, and never takes half an answer for a whole one", async () => {
    lab.one.script([says({}, text("half"))]);
    expect(await failed(client().streamed("both"))).toStartWith("failed: ");
  });

  // https://github.com/lidge-jun/opencodex/pull/1249, https://github.com/Wei-Shaw/sub2api/issues/2826
  test("reads a stream with empty events, under a wrong label", async () => {
    lab.one.script([
      says(
        { type: "text/plain" },
        "data: \n\n",
        text("It "),
        "data:\n\n",
        text("streams."),
        finish(),
        done,
      ),
    ]);
    expect(await client().streamed("both")).toBe("It streams.");
  });
});

describe("every client at once", () => {
  // How long a finished stream may stay open; nowhere else may a busy machine's silence count.
  const lab = useFieldLab({ SSE_KEEPALIVE: "0.04", REQUEST_TIMEOUT: "2" });
  const all = (): Promise<readonly string[]> =>
    Promise.all(fieldClients(lab.router.url).map((client) => client.streamed("both")));
  const each = (words: string): readonly string[] => fieldClients(lab.router.url).map(() => words);

  // https://github.com/waybarrios/vllm-mlx/issues/101
  test("gets an end where the upstream never ends a finished stream", async () => {
    lab.one.always(says({ end: "open" }, text("All there."), finish()));
    expect(await all()).toEqual(each("All there."));
  });

  // https://github.com/theopenco/llmgateway/pull/2334
  test("reads a numbered stream with pings between its events", async () => {
    const numbered = [`id: 1\n${text("one ")}`, { waitMs: 120 }, `id: 2\n${text("two")}`];
    lab.one.always(says({}, ...numbered, finish(), done));
    expect(await all()).toEqual(each("one two"));
  });
});
