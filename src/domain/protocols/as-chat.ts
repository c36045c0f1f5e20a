// A logged request of any protocol in the form of Chat Completions, as one that is tried on the router's own page.
import { bodySource } from "../bytes/json-source.ts";
import { isRecord, type JsonRecord, parseJson, parseJsonBytes } from "../bytes/json.ts";
import { jsonBytes } from "../bytes/json-written.ts";
import { endpointOf } from "./endpoint-of.ts";
import { nobody } from "./neutral/addressee.ts";
import type { ConversationRequest } from "./neutral/request.ts";
import { protocols } from "./protocol.ts";
import { serverTraits } from "./server-traits.ts";

export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly request_body: string | null;
}

/** Any server: what one of them cannot take, the call itself will show. */
const anyServer = serverTraits("http://localhost");

/** null: it is no conversation, or its body cannot be read. */
export function asChat({ method, path, request_body: text }: LoggedRequest): JsonRecord | null {
  const asked = endpointOf(method, path.split("?", 1)[0] ?? path);
  const json = text === null ? null : parseJson(text);
  if (text === null || !isRecord(json)) return null;
  if (asked.protocol === "openai-chat") return asked.kind === "chat" ? json : null;
  const call = protocols[asked.protocol].client?.call(asked) ?? null;
  const reading = call?.readRequest(bodySource(new TextEncoder().encode(text), json));
  if (reading?.kind !== "request" || reading.request.kind !== "conversation") return null;
  const model = typeof json["model"] === "string" ? json["model"] : null;
  const written = protocols["openai-chat"].upstream?.writeRequest(
    asSaid(reading.request),
    model,
    anyServer,
    nobody,
  );
  if (written?.kind !== "request") return null;
  const chat = parseJsonBytes(jsonBytes(written.body));
  return isRecord(chat) ? chat : null;
}

/**
 * Without what a protocol means by silence: Messages wants no thinking where it is not asked for, and a switch for
 * that would be refused by a server that has none.
 */
function asSaid(request: ConversationRequest): ConversationRequest {
  const { fields, settings } = request;
  const { thinking } = settings;
  const isSaid = fields.some((field) => field === thinking || field.follows === thinking);
  return isSaid ? request : { ...request, settings: { ...settings, thinking: null } };
}
