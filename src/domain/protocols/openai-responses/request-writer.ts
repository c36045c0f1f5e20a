// Neutral requests as those of Responses.
import type { Written } from "../../bytes/json-written.ts";
import type { Addressee } from "../neutral/addressee.ts";
import type { CannotServe, WrittenRequest } from "../neutral/codec.ts";
import { createPlacedFields } from "../neutral/placed-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { createToolNames, namesIn } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { responsesEndpoint } from "./endpoints.ts";
import { writeItems } from "./item-writer.ts";
import { writeSettings } from "./settings-writer.ts";
import { writeTools } from "./tool-writer.ts";

/** Of a tool, in OpenAI's API. */
const longestName = 64;

/**
 * @param model the name to send; null sends none
 * @param server who gets it
 */
export function writeResponsesRequest(
  request: NeutralRequest,
  model: string | null,
  traits: ServerTraits,
  server: Addressee,
): WrittenRequest | CannotServe {
  switch (request.kind) {
    case "completion":
      return { kind: "cannot", field: (request.suffix ?? request.prompt).path };
    case "embedding":
      return { kind: "cannot", field: request.input.path };
    case "conversation": {
      const placed = createPlacedFields(request);
      const names = createToolNames(namesIn(request), longestName);
      const body: Readonly<Record<string, Written | undefined>> = {
        model: model ?? undefined,
        input: writeItems(request.messages, names, server, traits, placed),
        ...writeTools(request, names, traits, placed),
        ...writeSettings(request, traits, placed),
      };
      const missing = placed.missing();
      if (missing !== null) return { kind: "cannot", field: missing };
      const { renamed } = names;
      return {
        kind: "request",
        path: "/v1/responses",
        endpoint: responsesEndpoint,
        body,
        dropped: placed.dropped(),
        ...(renamed === undefined ? {} : { renamed }),
      };
    }
  }
}
