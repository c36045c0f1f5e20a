// Which path is answered by what, in which API's form, and whether it calls a model.
import { answerMessages } from "./anthropic-messages.ts";
import type { Answerer, Ask, FakeServer } from "./ask.ts";
import { asText } from "./fields.ts";
import {
  answerBlob,
  answerManage,
  answerProgress,
  answerPs,
  answerRoot,
  answerShow,
  answerTags,
  answerVersion,
  noSuchOllamaModel,
  ollamaModel,
} from "./ollama-catalog.ts";
import { answerEmbed, answerOldEmbeddings } from "./ollama-embed.ts";
import { answerOllamaChat, answerOllamaGenerate } from "./ollama-text.ts";
import { answerChat } from "./openai-chat.ts";
import { answerCompletion } from "./openai-completions.ts";
import { answerEmbeddings } from "./openai-embeddings.ts";
import { answerImages, answerSpeech, answerTranscription } from "./openai-media.ts";
import { answerModel, answerModels, noSuchModel } from "./openai-models.ts";
import { answerResponse } from "./openai-responses.ts";
import { errorReply, textReply, type Reply, type FakeSurface } from "./reply.ts";

/** Which APIs a fake has. */
export type FakeKind = "openai" | "ollama" | "both";

interface AnswerRow {
  readonly surface: FakeSurface;
  /** The request's model must be one of the server's, and scripted faults may strike. */
  readonly isCall: boolean;
  readonly answer: Answerer;
}

const call = (surface: FakeSurface, answer: Answerer): AnswerRow => ({
  surface,
  isCall: true,
  answer,
});
const other = (surface: FakeSurface, answer: Answerer): AnswerRow => ({
  surface,
  isCall: false,
  answer,
});

const rows: ReadonlyMap<string, AnswerRow> = new Map<string, AnswerRow>([
  ["POST /v1/chat/completions", call("openai", answerChat)],
  ["POST /v1/completions", call("openai", answerCompletion)],
  ["POST /v1/embeddings", call("openai", answerEmbeddings)],
  ["POST /v1/responses", call("openai", answerResponse)],
  ["POST /v1/audio/transcriptions", call("openai", answerTranscription)],
  ["POST /v1/audio/translations", call("openai", answerTranscription)],
  ["POST /v1/audio/speech", call("openai", answerSpeech)],
  ["POST /v1/images/generations", call("openai", answerImages)],
  ["POST /v1/images/edits", call("openai", answerImages)],
  ["POST /v1/messages", call("anthropic", answerMessages)],
  ["GET /v1/models", other("openai", answerModels)],
  ["POST /api/chat", call("ollama", answerOllamaChat)],
  ["POST /api/generate", call("ollama", answerOllamaGenerate)],
  ["POST /api/embed", call("ollama", answerEmbed)],
  ["POST /api/embeddings", call("ollama", answerOldEmbeddings)],
  ["GET /api/tags", other("ollama", answerTags)],
  ["POST /api/show", other("ollama", answerShow)],
  ["GET /api/ps", other("ollama", answerPs)],
  ["GET /api/version", other("ollama", answerVersion)],
  ["POST /api/pull", other("ollama", answerProgress)],
  ["POST /api/push", other("ollama", answerProgress)],
  ["POST /api/create", other("ollama", answerProgress)],
  ["POST /api/copy", other("ollama", answerManage)],
  ["DELETE /api/delete", other("ollama", answerManage)],
  ["GET /", other("ollama", answerRoot)],
]);

const oneModel = other("openai", answerModel);
const blob = other("ollama", answerBlob);

function find(method: string, path: string): AnswerRow | undefined {
  const plain = rows.get(`${method === "HEAD" ? "GET" : method} ${path}`);
  if (plain !== undefined) return plain;
  if (path.startsWith("/v1/models/") && (method === "GET" || method === "HEAD")) return oneModel;
  if (path.startsWith("/api/blobs/") && (method === "POST" || method === "HEAD")) return blob;
  return undefined;
}

/** The API that a path belongs to: the form its errors take. */
export function fakeSurfaceOf(path: string): FakeSurface {
  if (path === "/v1/messages") return "anthropic";
  return path.startsWith("/v1") ? "openai" : "ollama";
}

/** Whether a request calls a model, as opposed to asking about the server. */
export function isModelCall(method: string, path: string): boolean {
  return find(method, path)?.isCall ?? false;
}

/** The model that a request names, in JSON or a form; empty where it names none. */
export function askedModel(ask: Pick<Ask, "fields" | "form">): string {
  return asText(ask.fields["model"]) || asText(ask.form.get("model"));
}

function notFound(ask: Ask, kind: FakeKind): Reply {
  if (ask.method === "OPTIONS") return textReply("", 204);
  const { path } = ask;
  if (kind === "ollama" || !path.startsWith("/v1")) return textReply("404 page not found", 404);
  return errorReply("openai", 404, `Invalid URL (${ask.method} ${path})`);
}

/** What the server answers, misbehaviour aside. */
export function answerAsk(ask: Ask, server: FakeServer, kind: FakeKind): Reply {
  const row = find(ask.method, ask.path);
  const served =
    row !== undefined && (kind === "both" || (kind === "ollama") === (row.surface === "ollama"));
  if (!served) return notFound(ask, kind);
  if (row.isCall) {
    const asked = askedModel(ask);
    if (row.surface === "ollama") {
      if (asked === "") return errorReply("ollama", 400, "model is required");
      if (ollamaModel(server, asked) === undefined) return noSuchOllamaModel(asked);
    } else {
      if (asked === "") return errorReply(row.surface, 400, "you must provide a model parameter");
      if (!server.models.includes(asked))
        return row.surface === "openai"
          ? noSuchModel(asked)
          : errorReply("anthropic", 404, `model: ${asked}`);
    }
  }
  return row.answer(ask, server);
}
