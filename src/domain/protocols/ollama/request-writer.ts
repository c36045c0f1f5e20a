// Neutral requests as Ollama's chats.
import type { CannotServe, WrittenRequest } from "../neutral/codec.ts";
import { createPlacedFields } from "../neutral/placed-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { ServerTraits } from "../server-traits.ts";
import { ollamaChatEndpoint } from "./endpoints.ts";
import { writeMessages } from "./message-writer.ts";
import { writeSettings } from "./settings-writer.ts";

/** @param model the name to send; null sends none */
export function writeOllamaRequest(
  request: NeutralRequest,
  model: string | null,
  traits: ServerTraits,
): WrittenRequest | CannotServe {
  switch (request.kind) {
    // Only clients of Ollama's own ask for these, and they are not translated for it.
    case "completion":
      return { kind: "cannot", field: request.prompt.path };
    case "embedding":
      return { kind: "cannot", field: request.input.path };
    case "conversation": {
      const placed = createPlacedFields(request);
      const body = {
        model: model ?? undefined,
        messages: writeMessages(request.messages, placed),
        ...writeSettings(request, traits, placed),
      };
      // Templates leave the assistant's message open that stands last.
      if (request.prefill !== undefined) placed.place(request.prefill);
      const missing = placed.missing();
      if (missing !== null) return { kind: "cannot", field: missing };
      const dropped = placed.dropped();
      return { kind: "request", path: "/api/chat", endpoint: ollamaChatEndpoint, body, dropped };
    }
  }
}
