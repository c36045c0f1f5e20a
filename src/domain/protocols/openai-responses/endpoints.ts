// OpenAI's Responses: its one call that models answer.
import { endpoint, type EndpointRow } from "../../call/endpoint.ts";

export const responsesEndpoint = endpoint(
  "openai-responses",
  "responses",
  "takes-json",
  "promises-json",
  "streams",
  "counts-tokens",
);

/** By what a path ends in, as all of OpenAI's. */
export const responsesEndpoints: readonly EndpointRow[] = [
  { path: "/responses", endpoint: responsesEndpoint },
];
