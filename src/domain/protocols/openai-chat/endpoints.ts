// OpenAI's chat and text completions, embeddings, and everything else under /v1 that no other protocol has.
import { endpoint, type EndpointRow } from "../../call/endpoint.ts";

const protocol = "openai-chat";
const judging = endpoint(protocol, "judging", "takes-json", "promises-json");
const media = endpoint(protocol, "media", "takes-json");

export const chatEndpoint = endpoint(
  protocol,
  "chat",
  "takes-json",
  "promises-json",
  "streams",
  "counts-tokens",
);
export const completionEndpoint = { ...chatEndpoint, kind: "completion" } as const;
export const embeddingsEndpoint = endpoint(
  protocol,
  "embeddings",
  "takes-json",
  "promises-json",
  "counts-tokens",
);
export const otherOpenAi = endpoint(protocol, "other");

/** By what a path ends in: gateways put names of their own before it. */
export const chatEndpoints: readonly EndpointRow[] = [
  { path: "/chat/completions", endpoint: chatEndpoint },
  { path: "/completions", endpoint: completionEndpoint },
  { path: "/embeddings", endpoint: embeddingsEndpoint },
  { path: "/moderations", endpoint: judging },
  { path: "/rerank", endpoint: judging },
  { path: "/images/generations", endpoint: media },
  { path: "/audio/speech", endpoint: media },
  { path: "/audio/transcriptions", endpoint: otherOpenAi },
  { path: "/models", endpoint: otherOpenAi },
];
