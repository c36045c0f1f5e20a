// Carries Ollama calls to servers that speak OpenAI's API: the request translated there, the answer back.
import type { Bridge, FrameEditor, Wire } from "./bridge.ts";
import type { Endpoint } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import { lineJson, sseJson } from "../bytes/event-json.ts";
import { withNoThink } from "../cleaning/no-think.ts";
import { createStreamCleaner } from "../cleaning/stream-cleaner.ts";
import { cleanWhole } from "../cleaning/whole-cleaner.ts";
import { joinBytes } from "../bytes/join-bytes.ts";
import { endpointOf } from "./endpoint-of.ts";
import { hintPlace, protocols, slotsOf } from "./protocol.ts";
import { frameJson } from "./stream-reader.ts";
import { isRecord, parseJsonBytes } from "../bytes/json.ts";
import { bodySource, type JsonSource, jsonSource } from "../bytes/json-source.ts";
import { jsonBytes, jsonLine, type WrittenObject } from "../bytes/json-written.ts";
import type { Target } from "../routing/plan.ts";
import type { Policy } from "../routing/types.ts";
import { thinkingPolicy } from "../routing/thinking-policy.ts";
import { answerToOllama, idleAnswer } from "./ollama/answer-to-ollama.ts";
import { errorToOllama } from "./ollama/error-to-ollama.ts";
import { gatherLines } from "./ollama/gather-lines.ts";
import type { OllamaKind } from "./ollama/endpoints.ts";
import { type OpenAiPath, requestToOpenAi } from "./ollama/request-to-openai.ts";
import { serverTraits } from "./ollama/server-traits.ts";
import { createStreamTranslator, type StreamTranslator } from "./ollama/stream-translator.ts";

/** @param now epoch ms; durations of the answer are measured by it */
export function translatedBridge(
  call: IncomingCall,
  kind: OllamaKind,
  target: Target,
  now: () => number,
): Bridge {
  const { server, model } = target;
  const policy = thinkingPolicy(call, target.policy);
  const request = bodySource(call.body, call.json ?? {});
  const asked = requestToOpenAi(kind, request, model, serverTraits(server.baseUrl));
  const startedAt = now();
  const named = model ?? call.model ?? "";
  const lost = new Set<string>();
  const lose = (field: string) => void lost.add(field);
  const streams = kind === "chat" || kind === "generate";

  function lines(): OllamaLines | null {
    if (!streams) return null;
    const translator = createStreamTranslator(kind, { model: named, startedAt, lose });
    return createOllamaLines(translator, policy, now);
  }

  const bridge: Bridge = {
    path: "/v1/chat/completions",
    endpoint: endpoints["/v1/chat/completions"],
    body: null,
    contentType: "application/json",
    dropped: [],
    lost: () => [...lost],
    instead: null,
    retells: true,
    editor: (wire) => lines()?.editor(wire) ?? null,
    gather: ({ framing }) =>
      streams && framing !== "none" && !call.wantsStream ? gatherLines : null,
    client: (wire) => ({
      wire: wire.framing === "none" ? wire : { framing: "ndjson", protocol: "ollama" },
      contentType:
        wire.framing === "none" && !call.wantsStream ? "application/json" : "application/x-ndjson",
    }),
    whole(body, json) {
      if (!isRecord(json) || !Array.isArray(json[streams ? "choices" : "data"])) return null;
      const answer = bodySource(body, json);
      const told = call.wantsStream ? lines() : null;
      if (told !== null) return joinBytes(told.whole(answer));
      const timings = { totalMs: now() - startedAt, ttftMs: null };
      const context = { model: named, createdAt: now(), timings, lose };
      const translated = answerToOllama(kind, answer, context);
      return cleanWhole(slotsOf(call.endpoint), policy, jsonBytes(translated), translated);
    },
    error: (status, body) =>
      jsonBytes(errorToOllama(status, parseJsonBytes(body) ?? decoded(body))),
  };
  // What the router says itself is in Ollama's words already.
  const said: Pick<Bridge, "path" | "endpoint" | "whole" | "error"> = {
    path: call.path,
    endpoint: call.endpoint,
    whole: (body) => body,
    error: null,
  };
  switch (asked.kind) {
    case "request": {
      const body = jsonBytes(asked.body);
      const endpoint = endpoints[asked.path];
      const place = policy.disableThinking ? hintPlace(endpoint, asked.body) : null;
      const hinted = withNoThink(body, place);
      return { ...bridge, path: asked.path, endpoint, body: hinted, dropped: asked.dropped };
    }
    case "idle": {
      const body = jsonBytes(idleAnswer(kind, asked.reason, named, now()));
      return { ...bridge, ...said, instead: { status: 200, body } };
    }
    case "problem":
      return {
        ...bridge,
        ...said,
        instead: { status: 400, body: jsonBytes({ error: asked.message }) },
      };
  }
}

/** What the paths of the translated requests stand for. */
const endpoints: Record<OpenAiPath, Endpoint> = {
  "/v1/chat/completions": endpointOf("POST", "/v1/chat/completions"),
  "/v1/completions": endpointOf("POST", "/v1/completions"),
  "/v1/embeddings": endpointOf("POST", "/v1/embeddings"),
};

/** The client's lines, cleaned. */
interface OllamaLines {
  /** Makes them of an upstream's events, as these come. */
  editor(wire: Wire): FrameEditor;
  /** Makes them of an answer that came whole. */
  whole(answer: JsonSource): readonly Uint8Array[];
}

function createOllamaLines(
  translator: StreamTranslator,
  policy: Policy,
  now: () => number,
): OllamaLines {
  const cleaner = createStreamCleaner(protocols.ollama.slots, policy);

  function send(lines: readonly WrittenObject[]): readonly Uint8Array[] {
    return lines.flatMap((line) => {
      const data = jsonLine(line);
      const bytes = encoder.encode(`${data}\n`);
      return cleaner === null ? [bytes] : cleaner.frame({ bytes, event: null, data }, line);
    });
  }

  return {
    whole: (answer) => [...send(translator.whole(answer, now())), ...(cleaner?.end() ?? [])],
    editor: ({ framing }) => ({
      frame(frame, json) {
        // A comment says nothing that Ollama's clients could be told.
        if (frame.data === null) return [];
        if (frame.data.trim() === "[DONE]") return send(translator.push("[DONE]", now()));
        const value = json ?? frameJson(frame);
        if (value === null) return [];
        const locate = framing === "ndjson" ? lineJson : sseJson;
        const event = jsonSource(value, () => locate(frame));
        return send(translator.push(event, now()));
      },
      changed: () => true,
      end: (whole) => [...(whole ? send(translator.end(now())) : []), ...(cleaner?.end() ?? [])],
    }),
  };
}

const encoder = new TextEncoder();

function decoded(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
