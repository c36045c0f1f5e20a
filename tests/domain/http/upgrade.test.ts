import { expect, test } from "bun:test";
import { webSocketProblem } from "../../../src/domain/http/upgrade.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";

const at = (path: string) => endpointOf("GET", path);

test.each([
  ["h2c", null],
  ["h2c, TLS/1.2", null],
  ["IRC/6.9", null],
  ["", null],
  ["websockets", null],
  ["x-websocket", null],
  ["websocket", 501],
  ["WebSocket", 501],
  ["websocket/13", 501],
  ["h2c, websocket", 501],
])("an offer of %p is ignored unless it names a WebSocket", (upgrade, status) => {
  const reported = webSocketProblem([["upgrade", upgrade]], at("/v1/chat/completions"));
  expect(reported?.kind ?? null).toBe(status === null ? null : "upgrade_unsupported");
});

test("agents that try a WebSocket at responses are told to use HTTP at once, and only there", () => {
  const kind = (path: string) => webSocketProblem([["upgrade", "websocket"]], at(path))?.kind;
  expect(kind("/v1/responses")).toBe("upgrade_required");
  expect(kind("/v1/responses/resp_1")).toBe("upgrade_unsupported");
  expect(kind("/v1/realtime")).toBe("upgrade_unsupported");
  expect(webSocketProblem([], at("/v1/responses"))).toBeNull();
});
