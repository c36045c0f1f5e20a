// Carries Ollama calls to servers that speak OpenAI's API: the request translated there, the answer back.
import type { Carriage, FrameEditor } from "./carriage.ts";
import type { IncomingCall } from "./call.ts";
import { withNoThink } from "./clean/no-think.ts";
import { createStreamCleaner } from "./clean/stream-cleaner.ts";
import { cleanWhole } from "./clean/whole-cleaner.ts";
import { isRecord, type JsonRecord, parseJsonBytes } from "./json.ts";
import type { Target } from "./routing/plan.ts";
import type { Policy } from "./routing/types.ts";
import { thinkingPolicy } from "./thinking-policy.ts";
import { answerToOllama, idleAnswer } from "./translate/answer-to-ollama.ts";
import { errorToOllama } from "./translate/error-to-ollama.ts";
import { kindOf, type OllamaKind, type OllamaPath } from "./translate/ollama-path.ts";
import { requestToOpenAi } from "./translate/request-to-openai.ts";
import { serverTraits } from "./translate/server-traits.ts";
import { createStreamTranslator } from "./translate/stream-translator.ts";

const text = new TextEncoder();
const encode = (value: JsonRecord) => text.encode(JSON.stringify(value));

/** @param now epoch ms; durations of the answer are measured by it */
export function translatedCarriage(
  call: IncomingCall,
  path: OllamaPath,
  target: Target,
  now: () => number,
): Carriage {
  const { server, model } = target;
  const policy = thinkingPolicy(call, target.policy);
  const kind = kindOf(path);
  const asked = requestToOpenAi(path, call.json ?? {}, model, serverTraits(server.baseUrl));
  const startedAt = now();
  const named = model ?? call.model ?? "";
  const carriage: Carriage = {
    path: "/v1/chat/completions",
    body: null,
    contentType: "application/json",
    dropped: [],
    instead: null,
    retells: true,
    editor: () => streamEditor(kind, policy, named, startedAt, now),
    client: (wire) => ({
      wire: wire.framing === "none" ? wire : { framing: "ndjson", format: "ndjson" },
      contentType:
        wire.framing === "none" && !call.wantsStream ? "application/json" : "application/x-ndjson",
    }),
    whole(_body, json) {
      const timings = { totalMs: now() - startedAt, ttftMs: null };
      const context = { model: named, createdAt: now(), timings };
      const answer = answerToOllama(kind, isRecord(json) ? json : {}, context);
      return cleanWhole(path, policy, encode(answer), answer);
    },
    error: (status, body) => encode(errorToOllama(status, parseJsonBytes(body) ?? decoded(body))),
  };
  switch (asked.kind) {
    case "request": {
      const body = encode(asked.body);
      const hinted = policy.disableThinking ? withNoThink(asked.path, body, asked.body) : body;
      return { ...carriage, path: asked.path, body: hinted, dropped: asked.dropped };
    }
    case "idle": {
      const body = encode(idleAnswer(kind, asked.reason, named, now()));
      return { ...carriage, ...said, instead: { status: 200, body } };
    }
    case "problem":
      return {
        ...carriage,
        ...said,
        instead: { status: 400, body: encode({ error: asked.message }) },
      };
  }
}

/** What the router says itself is in Ollama's words already. */
const said: Pick<Carriage, "path" | "whole" | "error"> = {
  path: "/api/chat",
  whole: (body) => body,
  error: null,
};

function streamEditor(
  kind: OllamaKind,
  policy: Policy,
  model: string,
  startedAt: number,
  now: () => number,
): FrameEditor | null {
  if (kind !== "chat" && kind !== "generate") return null;
  const translator = createStreamTranslator(kind, { model, startedAt });
  const cleaner = createStreamCleaner("ndjson", policy);

  function send(lines: readonly JsonRecord[]): readonly Uint8Array[] {
    return lines.flatMap((line) => {
      const data = JSON.stringify(line);
      const bytes = text.encode(`${data}\n`);
      return cleaner === null ? [bytes] : cleaner.frame({ bytes, event: null, data }, line);
    });
  }
  return {
    frame({ data }, json) {
      // A comment says nothing that Ollama's clients could be told.
      return data === null ? [] : send(translator.push(json ?? "[DONE]", now()));
    },
    changed: () => true,
    end: (whole) => [...(whole ? send(translator.end(now())) : []), ...(cleaner?.end() ?? [])],
  };
}

function decoded(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
