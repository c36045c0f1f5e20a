// Neutral requests as Anthropic's messages.
import type { CannotServe, WrittenRequest } from "../neutral/codec.ts";
import { ownNumber } from "../../bytes/json-written.ts";
import { createPlacedFields } from "../neutral/placed-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { Addressee } from "../neutral/addressee.ts";
import { createToolNames, namesIn } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { claudeTraits } from "./claude-traits.ts";
import { messagesEndpoint } from "./endpoints.ts";
import { writeSettings } from "./settings-writer.ts";
import { writeTools } from "./tool-writer.ts";
import { writeTurns } from "./turn-writer.ts";

/** Of a tool, in Anthropic's API. */
const longestName = 128;

/** Marks for its cache that Anthropic takes in one request (its documentation of prompt caching). */
const mostMarks = 4;

/** Tokens of an answer to whose request nobody set a limit: Anthropic has no default. */
const defaultMaxTokens = 8192;

/**
 * @param model the name to send; null sends none
 * @param server who gets it
 */
export function writeMessagesRequest(
  request: NeutralRequest,
  model: string | null,
  { maxOutputTokens, refuses }: ServerTraits,
  server: Addressee,
): WrittenRequest | CannotServe {
  switch (request.kind) {
    case "completion":
      return { kind: "cannot", field: (request.suffix ?? request.prompt).path };
    case "embedding":
      return { kind: "cannot", field: request.input.path };
    case "conversation": {
      const marks = request.fields.filter(({ path }) => path === "cache_control");
      // The longest prompts are the ones worth a cache.
      const placed = createPlacedFields(request, marks.slice(0, -mostMarks));
      const names = createToolNames(namesIn(request), longestName);
      const maxTokens = maxOutputTokens ?? defaultMaxTokens;
      const traits = claudeTraits(model, refuses);
      const turns = writeTurns(request.messages, names, server, traits, placed);
      const { system, messages, callsUnthought } = turns;
      const { settings } = request;
      const body = {
        model: model ?? undefined,
        max_tokens: ownNumber(maxTokens),
        ...writeSettings(settings, traits, maxTokens, callsUnthought, placed),
        system: system.length === 0 ? undefined : system,
        messages,
        ...writeTools(request, names, traits, placed),
      };
      if (!request.settings.sampling.some(({ name }) => name === "max_tokens"))
        placed.add("max_tokens");
      // The answer goes on with it where it stands last, whoever asked for that.
      if (request.prefill !== undefined) placed.place(request.prefill);
      const missing = placed.missing();
      if (missing !== null) return { kind: "cannot", field: missing };
      return {
        kind: "request",
        path: "/v1/messages",
        endpoint: messagesEndpoint,
        body,
        dropped: placed.dropped(),
        added: placed.added(),
        ...(names.renamed === undefined ? {} : { renamed: names.renamed }),
      };
    }
  }
}
