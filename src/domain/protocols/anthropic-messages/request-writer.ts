// Neutral requests as Anthropic's messages.
import type { CannotServe, WrittenRequest } from "../neutral/codec.ts";
import { createPlacedFields } from "../neutral/placed-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { messagesEndpoint } from "./endpoints.ts";
import { writeSettings } from "./settings-writer.ts";
import { writeTools } from "./tool-writer.ts";
import { writeTurns } from "./turn-writer.ts";

/** @param model the name to send; null sends none */
export function writeMessagesRequest(
  request: NeutralRequest,
  model: string | null,
): WrittenRequest | CannotServe {
  switch (request.kind) {
    case "completion":
      return { kind: "cannot", field: (request.suffix ?? request.prompt).path };
    case "embedding":
      return { kind: "cannot", field: request.input.path };
    case "conversation": {
      const placed = createPlacedFields(request);
      const { system, messages } = writeTurns(request.messages, placed);
      const body = {
        model: model ?? undefined,
        ...writeSettings(request.settings, placed),
        system: system.length === 0 ? undefined : system,
        messages,
        ...writeTools(request, placed),
      };
      const missing = placed.missing();
      if (missing !== null) return { kind: "cannot", field: missing };
      return {
        kind: "request",
        path: "/v1/messages",
        endpoint: messagesEndpoint,
        body,
        dropped: placed.dropped(),
      };
    }
  }
}
