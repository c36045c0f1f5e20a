// What a call shows of its server's memory, by the model that answered it.
import { expect, test } from "bun:test";
import { observeLoads } from "../../../../src/app/usecases/servers/observe-loads.ts";
import type { LogEntry } from "../../../../src/domain/log/log-entry.ts";
import type { CallProgress } from "../../../../src/ports/observer.ts";

const noBodies = { request: null, response: null };

function lab(isNews = true) {
  const served: string[] = [];
  const changed: string[] = [];
  const board = {
    knows: (name: string) => name === "box",
    served(name: string, model: string) {
      served.push(`${name}/${model}`);
      return isNews;
    },
  };
  return { served, changed, observer: observeLoads(board, (url) => void changed.push(url)) };
}

const entry = (over: Partial<LogEntry>) =>
  ({
    state: "completed",
    path: "/v1/chat/completions",
    upstream: "box",
    upstreamUrl: "http://box",
    mappedModel: "m",
    ...over,
  }) as LogEntry;

test.each<[string, Partial<LogEntry>, readonly string[]]>([
  ["a chat", {}, ["box/m"]],
  ["one with a query", { path: "/v1/chat/completions?a=b" }, ["box/m"]],
  ["Ollama's chat", { path: "/api/chat" }, ["box/m"]],
  ["Ollama's embeddings", { path: "/api/embed?x" }, ["box/m"]],
  ["a removed model", { path: "/api/delete" }, []],
  ["a fetched model", { path: "/api/pull" }, []],
  ["a count of tokens", { path: "/v1/messages/count_tokens" }, []],
  ["a call that failed", { state: "failed" }, []],
  ["a call that its client left", { state: "cancelled" }, []],
  ["a call without a model", { mappedModel: null }, []],
  ["a call that went nowhere", { upstream: null, upstreamUrl: null }, []],
  ["a server that cannot say what it has", { upstream: "other" }, []],
])("%s", (_, over, expected) => {
  const { observer, served, changed } = lab();
  observer.ended(entry(over), noBodies);
  expect(served).toEqual([...expected]);
  expect(changed).toEqual(expected.length === 0 ? [] : ["http://box"]);
});

test("a stream shows it by its first content", () => {
  const { observer, served, changed } = lab(false);
  let contents = 0;
  const server = { name: "box", baseUrl: "http://box" };
  const call = {
    contents: () => contents,
    asked: () => ({ server, model: "m" }),
  } as unknown as CallProgress;
  observer.progressed?.(call);
  expect(served).toEqual([]);
  contents = 1;
  observer.progressed?.(call);
  expect(served).toEqual(["box/m"]);
  expect(changed).toEqual([]);
});
