// The bridge between two protocols knows neither: here both are made up.
import { expect, test } from "bun:test";
import type { IncomingCall } from "../../../src/domain/call/incoming-call.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import type {
  ClientCall,
  ClientCodec,
  UpstreamCodec,
} from "../../../src/domain/protocols/neutral/codec.ts";
import type { EmbeddingRequest } from "../../../src/domain/protocols/neutral/request.ts";
import { translatedBridge } from "../../../src/domain/protocols/translated-bridge.ts";
import type { Target } from "../../../src/domain/routing/plan.ts";
import { translating } from "../../lab/ways.ts";
import { bridgeDeps } from "../../lab/bridge-deps.ts";

const input = { path: "texts", value: "a" };
const request: EmbeddingRequest = {
  kind: "embedding",
  input,
  dimensions: null,
  fields: [input, { path: "size" }],
};

const asked: ClientCall = {
  readRequest: () => ({ kind: "request", request }),
  writer: null,
  writeWhole: (said) => ({ reported: said.map(({ kind }) => kind) }),
};
const client: ClientCodec = {
  keepsSeals: false,
  wire: { framing: "sse", protocol: "anthropic-messages" },
  contentType: "text/event-stream",
  headers: ["wish"],
  call: () => asked,
  gather: null,
  error: (status) => ({ failed: String(status) }),
};
const upstream: UpstreamCodec = {
  signsThinking: false,
  writeRequest: () => ({
    kind: "request",
    path: "/v1/embeddings",
    endpoint: endpointOf("POST", "/v1/embeddings"),
    body: { input: "a" },
    dropped: ["size"],
  }),
  reader: () => ({ event: () => null, whole: () => [{ kind: "vector", vector: null }] }),
};

const body = new TextEncoder().encode("{}");
const call = {
  endpoint: endpointOf("POST", "/v1/messages"),
  path: "/v1/messages",
  headers: [],
  body,
  json: () => ({}),
  model: "m",
  wantsStream: false,
} as unknown as IncomingCall;
const target = {
  server: { name: "s", type: "openai", baseUrl: "http://127.0.0.1:1" },
  model: null,
  policy: { disableThinking: false, stripThinking: "keep", stripJsonMarkdown: false },
} as unknown as Target;

const way = translating("anthropic-messages", "openai-chat");

const read = (bytes: Uint8Array | null): unknown =>
  bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));

test("a request and its answer go by way of the neutral form", () => {
  const bridge = translatedBridge(call, { client, asked, upstream }, target, way, bridgeDeps());
  expect(bridge).toMatchObject({ path: "/v1/embeddings", dropped: ["size"], instead: null });
  expect(read(bridge.body)).toEqual({ input: "a" });
  expect(read(bridge.whole(body, {}))).toEqual({ reported: ["vector"] });
  expect(read(bridge.error?.(502, body) ?? null)).toEqual({ failed: "502" });
});

test("headers that ask for what the server has not are named with the fields", () => {
  const pair = { client, asked, upstream };
  const wishing = { ...call, headers: [["wish", "x"]] } as unknown as IncomingCall;
  const bridge = translatedBridge(wishing, pair, target, way, bridgeDeps());
  expect(bridge.dropped).toEqual(["size", "wish"]);
});

test("a request with what the upstream has no place for, and cannot do without, is not sent", () => {
  const cannot: UpstreamCodec = {
    ...upstream,
    writeRequest: () => ({ kind: "cannot", field: "texts" }),
  };
  const pair = { client, asked, upstream: cannot };
  expect(translatedBridge(call, pair, target, way, bridgeDeps()).cannot).toBe("texts");
  expect(
    translatedBridge(call, { client, asked, upstream }, target, way, bridgeDeps()).cannot,
  ).toBeNull();
});
