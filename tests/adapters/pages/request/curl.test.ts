// A logged request as a command, run through a real shell with `curl` replaced by what shows its arguments.
import { expect, test } from "bun:test";
import { curlCommand } from "../../../../src/adapters/pages/request/curl.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import { sampleDetail } from "../sample.ts";

const origin = "http://router.lan:1234";

function argumentsOf(detail: Partial<LogDetail>, needsToken = false): readonly string[] {
  const command = curlCommand(sampleDetail(detail), { origin, needsToken });
  if (command.kind !== "command") throw new Error(command.why);
  const script = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; }\n${command.text}`;
  const run = Bun.spawnSync(["sh", "-c", script], {
    env: { OPENAI_API_KEY: "sk-mine", ANTHROPIC_API_KEY: "sk-ant", SMOLROUTER_TOKEN: "ey.a.b" },
  });
  expect(run.stderr.toString()).toBe("");
  return run.stdout.toString().split("\0").slice(0, -1);
}

test("the body arrives byte by byte, whatever quotes it holds", () => {
  const body = `{"content":"it's $HOME \`id\` \\"x\\" !\\n"}\n'; rm -rf / #`;
  expect(argumentsOf({ request_body: body }).at(-1)).toBe(body);
});

test("the reader's own key stands where the log holds none", () => {
  const given = argumentsOf({
    path: "/v1/models?key=[redacted]&n=1",
    request_headers: [
      ["authorization", "[redacted]"],
      ["x-api-key", "[redacted]"],
    ],
  });
  expect(given).toContain(`${origin}/v1/models?key=sk-mine&n=1`);
  expect(given).toContain("authorization: Bearer sk-mine");
  expect(given).toContain("x-api-key: sk-mine");
});

test.each<[string, LogDetail["request_headers"], readonly string[]]>([
  ["as any client does", [["Authorization", "[redacted]"]], ["Authorization: Bearer ey.a.b"]],
  ["as Anthropic's clients do", [["x-api-key", "[redacted]"]], ["x-api-key: ey.a.b"]],
  [
    "beside an upstream's key",
    [
      ["Authorization", "[redacted]"],
      ["X-SmolRouter-Token", "[redacted]"],
    ],
    ["Authorization: Bearer sk-mine", "X-SmolRouter-Token: ey.a.b"],
  ],
  ["or did not yet", [], ["Authorization: Bearer ey.a.b"]],
])("where calls need a token, one stands where the client showed it: %s", (_, headers, shown) => {
  const given = argumentsOf({ request_headers: headers }, true);
  expect(given.filter((argument) => argument.includes(": "))).toEqual([...shown]);
});

test("the command says which variables it reads, and an Anthropic call reads Anthropic's", () => {
  const headers: LogDetail["request_headers"] = [["X-Api-Key", "[redacted]"]];
  const detail = sampleDetail({ path: "/v1/messages", request_headers: headers });
  expect(curlCommand(detail, { origin, needsToken: false })).toMatchObject({
    reads: ["ANTHROPIC_API_KEY"],
  });
  expect(curlCommand(sampleDetail(), { origin, needsToken: true })).toMatchObject({
    reads: ["SMOLROUTER_TOKEN"],
  });
  expect(curlCommand(sampleDetail(), { origin, needsToken: false })).toMatchObject({ reads: [] });
});

test("a hostile header or path stays one argument", () => {
  const given = argumentsOf({
    path: "/v1/chat?a='$(id)",
    request_headers: [["x-evil", "'; touch /tmp/x; '"]],
  });
  expect(given).toContain(`${origin}/v1/chat?a='$(id)`);
  expect(given).toContain("x-evil: '; touch /tmp/x; '");
});

test("headers that curl or the connection sets are left out", () => {
  const given = argumentsOf({
    request_headers: [
      ["host", "other"],
      ["content-length", "3"],
      ["x-forwarded-for", "1.2.3.4"],
      ["cookie", "[redacted]"],
      ["x-team", "lab"],
    ],
  });
  expect(given.filter((argument) => argument.includes(": "))).toEqual(["x-team: lab"]);
});

test("a call without a body keeps its method", () => {
  const given = argumentsOf({ method: "DELETE", request_body: "", path: "/v1/files/1" });
  expect(given.join(" ")).toContain("-X DELETE");
  expect(given).not.toContain("--data-raw");
});

test.each<[string, Partial<LogDetail>]>([
  ["truncated", { request_body_truncated: true }],
  ["binary", { request_body_encoding: "base64" }],
  ["when the call ends", { request_body: null, state: "inflight" }],
  ["no longer stored", { request_body: null }],
])("a body that cannot be sent again says why: %s", (why, detail) => {
  const command = curlCommand(sampleDetail(detail), { origin, needsToken: false });
  expect(command.kind === "impossible" && command.why).toContain(why);
});
