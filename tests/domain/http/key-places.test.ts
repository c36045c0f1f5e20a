// Keys of calls that are translated from one API to another.
import { expect, test } from "bun:test";
import { redacted } from "../../../src/domain/http/headers.ts";
import { inTheirPlaces } from "../../../src/domain/http/key-places.ts";

type Fields = Record<string, string>;

test.each<[string, Fields, Fields]>([
  ["a bearer token", { authorization: "Bearer k" }, { "x-api-key": "k" }],
  ["a key that stands there already", { "x-api-key": "k" }, { "x-api-key": "k" }],
  ["both", { authorization: "Bearer a", "x-api-key": "k" }, { "x-api-key": "k" }],
  ["another scheme", { authorization: "Basic x" }, { authorization: "Basic x" }],
  ["none", { accept: "*/*" }, { accept: "*/*" }],
])("to Anthropic: %s", (_what, headers, sent) => {
  expect(Object.fromEntries(inTheirPlaces(Object.entries(headers), "anthropic-messages"))).toEqual(
    sent,
  );
});

test.each<[string, Fields, Fields]>([
  ["a key", { "x-api-key": "k", "anthropic-version": "1" }, { authorization: "Bearer k" }],
  [
    "a bearer token",
    { authorization: "Bearer k", "anthropic-beta": "b" },
    { authorization: "Bearer k" },
  ],
  ["both", { authorization: "Bearer a", "x-api-key": "k" }, { authorization: "Bearer a" }],
  ["the router's own token", { "x-api-key": redacted }, { "x-api-key": redacted }],
])("from Anthropic's clients: %s", (_what, headers, sent) => {
  expect(Object.fromEntries(inTheirPlaces(Object.entries(headers), "openai-chat"))).toEqual(sent);
});
