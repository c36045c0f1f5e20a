// Stored requests that are sent once more.
import { expect, test } from "bun:test";
import { entryOf, notBegun } from "../../../src/domain/log/log-entry.ts";
import {
  callAgain,
  keyIsMissing,
  type StoredRequest,
  whyNotAgain,
} from "../../../src/domain/call/resend.ts";

const stored = (own: Partial<StoredRequest> = {}): StoredRequest => ({
  id: "old",
  state: "completed",
  method: "POST",
  path: "/v1/chat/completions",
  source_ip: "10.0.0.5",
  auth_user: "mara",
  request_headers: [["content-type", "application/json"]],
  request_size: 40,
  request_body: '{ "model":"m", "seed": 1.0, "stream":true }',
  request_body_truncated: false,
  ...own,
});
const text = new TextEncoder();
const again = (own: Partial<StoredRequest>, how: { model?: string; key?: string } = {}) => {
  const request = stored(own);
  return callAgain(
    request,
    text.encode(request.request_body ?? ""),
    { model: how.model ?? null, key: how.key ?? null },
    { id: "new", now: 7 },
  );
};
const bodyOf = (call: ReturnType<typeof again>) => new TextDecoder().decode(call?.body);

test("the same bytes go out as the same client's call, which knows the first", () => {
  const call = again({});
  expect(bodyOf(call)).toBe(stored().request_body!);
  expect(call).toMatchObject({
    id: "new",
    receivedAt: 7,
    method: "POST",
    path: "/v1/chat/completions",
    query: "",
    sourceIp: "10.0.0.5",
    user: "mara",
    model: "m",
    wantsStream: true,
    resentFrom: "old",
    headers: [["content-type", "application/json"]],
  });
});

test("a message is read as one, and logged as what it is", () => {
  const call = again({ path: "/v1/messages?beta=true" });
  expect(call).toMatchObject({ path: "/v1/messages", query: "?beta=true" });
  expect(call === null ? null : entryOf(call, notBegun).service).toBe("anthropic");
});

test("another model takes the place of the first one, and of nothing else", () => {
  const call = again({}, { model: 'o"ther' });
  expect(call?.model).toBe('o"ther');
  expect(bodyOf(call)).toBe('{ "model":"o\\"ther", "seed": 1.0, "stream":true }');
});

test("in a form, too", () => {
  const form = (model: string) =>
    `--x\r\ncontent-disposition: form-data; name="model"\r\n\r\n${model}\r\n--x--\r\n`;
  const call = again(
    {
      path: "/v1/audio/transcriptions",
      request_headers: [["content-type", "multipart/form-data; boundary=x"]],
      request_body: form("whisper-1"),
    },
    { model: "other" },
  );
  expect(bodyOf(call)).toBe(form("other"));
});

const secrets: Partial<StoredRequest> = {
  path: "/v1/chat/completions?a=1&key=[redacted]",
  request_headers: [
    ["authorization", "[redacted]"],
    ["x-api-key", "[redacted]"],
    ["cookie", "[redacted]"],
    ["x-smolrouter-token", "[redacted]"],
    ["x-team", "lab"],
  ],
};

test("what was redacted is left out, not sent as it stands", () => {
  const call = again(secrets);
  expect(call?.query).toBe("?a=1");
  expect(call?.headers.map(([name]) => name)).toEqual(["x-team"]);
});

test("a key goes where the client's was, for this call", () => {
  const call = again(secrets, { key: "k&1" });
  expect(call?.query).toBe("?a=1&key=k%261");
  expect(call?.headers).toEqual([
    ["authorization", "Bearer k&1"],
    ["x-api-key", "k&1"],
    ["x-team", "lab"],
  ]);
});

test.each<[Partial<StoredRequest>, boolean]>([
  [{}, false],
  [{ auth_user: null, request_headers: [["authorization", "[redacted]"]] }, true],
  // Who showed a token, and one key only, showed the token there.
  [{ auth_user: "ada", request_headers: [["authorization", "[redacted]"]] }, false],
  [
    {
      auth_user: "ada",
      request_headers: [
        ["authorization", "[redacted]"],
        ["x-smolrouter-token", "[redacted]"],
      ],
    },
    true,
  ],
  [
    {
      auth_user: "ada",
      request_headers: [
        ["authorization", "[redacted]"],
        ["x-api-key", "[redacted]"],
      ],
    },
    true,
  ],
  [{ request_headers: [["cookie", "[redacted]"]] }, false],
  [{ path: "/v1/models?key=[redacted]" }, true],
])("whether a key is missing from %j: %p", (own, missing) => {
  expect(keyIsMissing(stored(own))).toBe(missing);
});

test.each<[Partial<StoredRequest>, string | null]>([
  [{}, null],
  [{ request_body: null, request_size: 0 }, null],
  [{ state: "failed" }, null],
  [{ state: "inflight" }, "still under way"],
  [{ request_body_truncated: true }, "truncated"],
  [{ request_body: null }, "no longer stored"],
])("why not again, of %j: %p", (own, why) => {
  if (why === null) expect(whyNotAgain(stored(own))).toBeNull();
  else expect(whyNotAgain(stored(own))).toContain(why);
});

test("a body that is not what its path takes is not sent", () => {
  expect(again({ request_body: "no JSON" })).toBeNull();
});
