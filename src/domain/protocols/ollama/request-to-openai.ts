// Ollama's requests as OpenAI's (SPEC section 6): what can be said in both is, the rest is named.
import { isRecord } from "../../bytes/json.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import { textMember } from "./call-ids.ts";
import type { OllamaKind } from "./endpoints.ts";
import { createRequestDraft, saysNothing, type RequestDraft } from "./request-draft.ts";
import { translateFormat } from "./request-format.ts";
import { readImages, translateMessages, userContent } from "./request-messages.ts";
import { translateOptions } from "./request-options.ts";
import { translateThink } from "./request-think.ts";
import type { ServerTraits } from "./server-traits.ts";

export type OpenAiPath = "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";

/** Why a request has nothing to ask: Ollama loads or unloads the model then, or embeds nothing. */
export type IdleReason = "load" | "unload" | "empty";

export type TranslatedRequest =
  | {
      readonly kind: "request";
      readonly path: OpenAiPath;
      readonly body: WrittenObject;
      /** Fields that could not be carried, by the names in the table of request fields. */
      readonly dropped: readonly string[];
    }
  /** To be answered without asking anyone: `idleAnswer`. */
  | { readonly kind: "idle"; readonly reason: IdleReason }
  /** Invalid, for a 400. */
  | { readonly kind: "problem"; readonly message: string };

/**
 * Translates a parsed request.
 * @param source an object
 * @param model the name to send upstream; null sends none
 * @param traits of the server that gets it (`serverTraits`)
 */
export function requestToOpenAi(
  kind: OllamaKind,
  source: JsonSource,
  model: string | null,
  traits: ServerTraits,
): TranslatedRequest {
  const request = isRecord(source.value) ? source.value : {};
  const idle = idleReason(kind, request);
  if (idle !== null) return { kind: "idle", reason: idle };
  const to = openAiPath(kind, request);
  const chat = to === "/v1/chat/completions";
  const draft = createRequestDraft(kind, traits, chat);
  if (model !== null) draft.set("model", model);
  draft.dropUncarried(request, "");
  if (to === "/v1/embeddings") translateInput(kind, source, draft);
  else {
    if (kind === "chat") translateChat(source, draft);
    else if (chat) translatePrompt(request, draft);
    else translateCompletion(request, draft);
    translateFormat(source, chat, draft);
    translateThink(source, chat, draft);
    translateLogprobs(source, chat, draft);
    translateStream(request, draft);
  }
  translateOptions(source, draft);
  const message = draft.problem();
  if (message !== null) return { kind: "problem", message };
  return { kind: "request", path: to, body: draft.body(), dropped: draft.dropped() };
}

/** Only completions know a bare prompt and one with a suffix. */
function openAiPath(kind: OllamaKind, request: JsonRecord): OpenAiPath {
  if (kind === "embed" || kind === "embeddings") return "/v1/embeddings";
  const bare = request["raw"] === true || textMember(request, "suffix") !== null;
  return kind === "generate" && bare ? "/v1/completions" : "/v1/chat/completions";
}

function idleReason(kind: OllamaKind, request: JsonRecord): IdleReason | null {
  const asked: Readonly<Record<OllamaKind, readonly unknown[]>> = {
    chat: [request["messages"]],
    generate: [request["prompt"], request["suffix"], request["images"]],
    embed: [request["input"]],
    embeddings: [request["prompt"]],
  };
  if (!asked[kind].every(saysNothing)) return null;
  if (kind === "embed" || kind === "embeddings") return "empty";
  const keep = request["keep_alive"];
  return keep === 0 || (typeof keep === "string" && /^0[a-zµ]*$/.test(keep)) ? "unload" : "load";
}

function translateChat(request: JsonSource, draft: RequestDraft): void {
  const messages = request.member("messages");
  const tools = request.member("tools");
  if (Array.isArray(messages.value))
    draft.set("messages", translateMessages(messages.items(), draft));
  else draft.refuse("messages must be a list");
  if (saysNothing(tools.value)) return;
  if (Array.isArray(tools.value) && (tools.value as readonly unknown[]).every(isRecord))
    draft.set("tools", tools.raw(), "tools");
  else draft.refuse("tools must be a list of objects");
}

function translatePrompt(request: JsonRecord, draft: RequestDraft): void {
  const system = readText(request, "system", draft);
  const prompt = readText(request, "prompt", draft);
  const images = readImages(request["images"], "images", draft);
  draft.set("messages", [
    ...(system === "" ? [] : [{ role: "system", content: system }]),
    { role: "user", content: userContent(prompt, images) },
  ]);
}

function translateCompletion(request: JsonRecord, draft: RequestDraft): void {
  const templated = ["template", "system", "context"].some((key) => !saysNothing(request[key]));
  // Ollama's own words.
  if (request["raw"] === true && templated)
    draft.refuse("raw mode does not support template, system, or context");
  draft.set("prompt", readText(request, "prompt", draft));
  const suffix = readText(request, "suffix", draft);
  if (suffix !== "") draft.set("suffix", suffix);
  for (const key of ["system", "images"]) if (!saysNothing(request[key])) draft.drop(key);
}

function translateInput(kind: OllamaKind, source: JsonSource, draft: RequestDraft): void {
  const request = isRecord(source.value) ? source.value : {};
  if (kind === "embeddings") {
    draft.set("input", readText(request, "prompt", draft));
    return;
  }
  const { input, dimensions } = request;
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (texts.every((text) => typeof text === "string"))
    draft.set("input", typeof input === "string" ? input : texts);
  else draft.refuse("input must be a text or a list of texts");
  if (dimensions === undefined || dimensions === null || dimensions === 0) return;
  if (typeof dimensions !== "number") draft.refuse("dimensions must be a number");
  draft.set("dimensions", source.member("dimensions").raw());
}

function translateLogprobs(request: JsonSource, chat: boolean, draft: RequestDraft): void {
  const top = request.member("top_logprobs");
  const count = top.value ?? 0;
  if (typeof count !== "number") draft.refuse("top_logprobs must be a number");
  if (request.member("logprobs").value !== true) {
    // OpenAI refuses one without the other; Ollama ignores it.
    if (count !== 0) draft.drop("top_logprobs");
    return;
  }
  const wanted: Written | undefined =
    typeof count === "number" && count > 0 ? top.raw() : undefined;
  draft.set("logprobs", chat ? true : (wanted ?? ownNumber(0)), "logprobs");
  if (chat) draft.set("top_logprobs", wanted, "top_logprobs");
}

/** Usage is asked for, since Ollama's last line has it. */
function translateStream(request: JsonRecord, draft: RequestDraft): void {
  const stream = request["stream"] ?? true;
  if (typeof stream !== "boolean") {
    draft.refuse("stream must be true or false");
    return;
  }
  draft.set("stream", stream);
  if (stream) draft.set("stream_options", { include_usage: true });
}

function readText(request: JsonRecord, key: string, draft: RequestDraft): string {
  const value = request[key] ?? "";
  if (typeof value === "string") return value;
  draft.refuse(`${key} must be a text`);
  return "";
}
