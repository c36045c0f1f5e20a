// Anthropic's messages: the calls under /v1/messages.
import { endpoint, type EndpointRow } from "../../call/endpoint.ts";

const protocol = "anthropic-messages";

export const messagesEndpoint = endpoint(
  protocol,
  "messages",
  "takes-json",
  "promises-json",
  "streams",
  "counts-tokens",
);

/** Whole paths, for OpenAI's threads have messages, too. */
export const messagesEndpoints: readonly EndpointRow[] = [
  { path: "/v1/messages", endpoint: messagesEndpoint },
  {
    path: "/v1/messages/count_tokens",
    endpoint: endpoint(protocol, "count-tokens", "takes-json", "promises-json"),
  },
];

/** What else lies below `/v1/messages/`, such as batches. */
export const otherMessages = endpoint(protocol, "other");
