// What the packages that speak Responses read of the streams and answers that are made for them, of any answer of a
// server's: OpenAI's own, and the AI SDK's two, without a network between.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenResponses } from "@ai-sdk/open-responses";
import { expect, test } from "bun:test";
import fc from "fast-check";
import OpenAI from "openai";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { answers, type ServedAnswer, servers } from "./over-any-server.ts";

const path = "/v1/responses";
const tools = [{ type: "custom" as const, name: "stop" }];
const plainRequest = { model: "m", input: "hi" };

const failure = { message: "gone", type: "server_error", param: null, code: "upstream_broken" };

/** A fetch that has the request translated, and the answer. @param broken whether the stream breaks before its end */
function fetchOf(
  server: (typeof servers)[number],
  { whole, stream }: ServedAnswer,
  broken = false,
) {
  const answered = (_: unknown, init?: { body?: unknown }) => {
    const request = JSON.parse(String(init?.body)) as JsonRecord;
    const call = translatedCall(path, request, server);
    const streams = request["stream"] === true;
    const cut = stream.slice(0, stream.length / 3);
    const said = !streams
      ? call.wholeText(whole)
      : broken
        ? call.stream(cut, [], false) + call.lastWords(failure)
        : call.stream(stream);
    const type = streams ? "text/event-stream" : "application/json";
    return Promise.resolve(new Response(said, { headers: { "content-type": type } }));
  };
  return answered as typeof fetch;
}

const readers = {
  openai(fetch: typeof globalThis.fetch): Read {
    const client = new OpenAI({ apiKey: "k", baseURL: "http://router", maxRetries: 0, fetch });
    const request = { ...plainRequest, tools };
    const read = ({ output, output_text: text }: OpenAI.Responses.Response): Said => ({
      text,
      calls: output.flatMap((item) =>
        item.type === "function_call"
          ? [[item.name, item.arguments]]
          : item.type === "custom_tool_call"
            ? [[item.name, item.input]]
            : [],
      ),
    });
    return {
      plain: async () => read(await client.responses.create(request)),
      streamed: async () => read(await client.responses.stream(request).finalResponse()),
    };
  },
  "@ai-sdk/openai": (fetch: typeof globalThis.fetch) =>
    byAiSdk(createOpenAI({ apiKey: "k", baseURL: "http://router", fetch }).responses("m")),
  "@ai-sdk/open-responses"(fetch: typeof globalThis.fetch) {
    const provider = createOpenResponses({ name: "r", url: `http://router${path}`, fetch });
    return byAiSdk(provider("m"));
  },
};

interface Said {
  readonly text: string;
  readonly calls: readonly (readonly string[])[];
}

interface Read {
  plain(): Promise<Said>;
  streamed(): Promise<Said>;
}

/** What both have, whose types are those of two versions of the same package. */
interface AiModel {
  doGenerate(asked: AiPrompt): PromiseLike<{ readonly content: readonly AiPart[] }>;
  doStream(asked: AiPrompt): PromiseLike<{ readonly stream: ReadableStream<AiPart> }>;
}

interface AiPrompt {
  readonly prompt: { role: "user"; content: { type: "text"; text: string }[] }[];
}

interface AiPart {
  readonly type: string;
  readonly text?: string;
  readonly delta?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly error?: unknown;
}

function byAiSdk(model: AiModel): Read {
  const asked: AiPrompt = { prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }] };
  const called = ({ toolName = "", input }: AiPart) => [toolName, String(input)];
  return {
    async plain() {
      const { content } = await model.doGenerate(asked);
      return {
        text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
        calls: content.filter(({ type }) => type === "tool-call").map(called),
      };
    },
    async streamed() {
      const { stream } = await model.doStream(asked);
      let text = "";
      const calls: string[][] = [];
      for await (const part of stream)
        if (part.type === "text-delta") text += part.delta;
        else if (part.type === "tool-call") calls.push(called(part));
        else if (part.type === "error") throw part.error;
      return { text, calls };
    },
  };
}

const cases = Object.entries(readers).flatMap(([name, reader]) =>
  servers.map((server) => [name, server, reader] as const),
);

test.each(cases)(
  "%s reads the same of a stream over %s as of a whole answer, and hears of its breaking",
  (_, server, reader) =>
    fc.assert(
      fc.asyncProperty(answers[server]!, async (answer) => {
        const read = reader(fetchOf(server, answer));
        expect(await read.streamed()).toEqual(await read.plain());
        const broken = reader(fetchOf(server, answer, true)).streamed();
        const heard = await broken.catch((error: unknown) => Bun.inspect(error));
        expect(heard).toContain("gone");
      }),
      { numRuns: 8 },
    ),
);
