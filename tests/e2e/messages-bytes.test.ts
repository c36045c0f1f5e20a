// What passes between Anthropic's clients and servers as it is: megabytes, signatures and odd spelling included.
import { expect, test } from "bun:test";
import { messageEvents, messageStream, wholeMessage } from "../lab/messages-answer.ts";
import { createRandom } from "../lab/random.ts";
import { plain, startScriptedServer } from "../lab/scripted-server.ts";
import { withRouter } from "../lab/start-router.ts";

const random = createRandom(16);
/** As long as those of long thoughts. */
const signature = () =>
  Array.from({ length: 400 }, () => random.pick(["a", "B", "3", "+", "/", "x"])).join("") + "==";
const words = () =>
  Array.from({ length: 40 }, () =>
    random.pick(["naïve ", "漢字", "🌦", "\\n", " \\u2028 ", "q"]),
  ).join("");

/** JSON that no writer would write so. */
function turn(at: number): string {
  const call = `toolu_${at}`;
  return `{"role" :"assistant","content":[
  {"type":"thinking","thinking":"${words()}","signature":"${signature()}"},
  {"signature":"${signature()}","thinking":"","type":"thinking"},
  {"type":"redacted_thinking","data":"${signature()}"},
  {"type":"tool_use","id":"${call}","name":"f","input":{"b":1.0,"a":12345678901234567890,"\\u0061":1e-7}}]},
  {"role":"user","content":[ {"type":"tool_result","tool_use_id":"${call}","content":"${words()}"} ]}`;
}

const turns = Array.from({ length: 600 }, (_, at) => turn(at)).join(",\n");
const request = (model: string, stream: boolean) => `{
  "max_tokens": 1e3, "stream":${stream}, "messages":[{"role":"user","content":"hi"},${turns}],
  "model" : "${model}" , "unknown":{"z":1,"a":[1.50]}, "thinking":{"type":"adaptive"}
}`;

const content = Array.from({ length: 400 }, (_, at) => [
  { type: "thinking", thinking: words().repeat(20), signature: signature() },
  { type: "tool_use", id: `toolu_${at}`, name: "f", input: { said: words() } },
]).flat();
const streamed = messageStream(messageEvents({ content }, 300));
const whole = JSON.stringify(wholeMessage({ content })).replace(
  '"output_tokens":5',
  '"output_tokens" :5.0',
);

test.each([true, false])("a megabyte each way, but for the model; streamed %p", async (stream) => {
  const server = startScriptedServer({
    sent: stream ? { type: "text/event-stream", body: streamed } : plain(whole),
  });
  const routes = `
servers: { claude: { url: "${server.url}", type: anthropic } }
aliases: { asked: { instances: [claude/sent] } }`;
  try {
    await withRouter({ routes }, async (router) => {
      const response = await router.post("/v1/messages", request("asked", stream));
      const answer = await response.text();
      expect(response.headers.get("x-smolrouter-protocol")).toBe("native");
      expect(answer === (stream ? streamed : whole)).toBe(true);
      expect(server.lastBody() === request("sent", stream)).toBe(true);
      expect(Math.min(answer.length, server.lastBody().length)).toBeGreaterThan(1_000_000);
    });
  } finally {
    await server.stop();
  }
});
