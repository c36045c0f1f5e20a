// What it costs to find out which conversation a request goes on with, by its texts alone and by way of its
// bytes: µs of the log's thread, for an agent that sends 200 turns and two more with every request.
// Run it with: bun bench/turn-keys.ts [requests, default 400]
import { createRecentRequests } from "../src/adapters/logs/pipeline/recent-requests.ts";
import { askedTurns } from "../src/domain/conversation/asked.ts";
import { conversationKeys } from "../src/domain/conversation/turn-keys.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { createRandom } from "../tests/lab/random.ts";
import { words } from "./lab/model-server.ts";

const requests = Number(process.argv[2] ?? 400);
const turnsAtFirst = 200;
/** Then another conversation begins. */
const requestsOfOne = 40;
const random = createRandom(5);
const library = words(60_000);

function text(characters: number): string {
  const from = Math.floor(random.next() * (library.length - characters));
  return `${library.slice(from, from + characters)} ${Math.floor(random.next() * 1e9)}`;
}

/** Of an agent: what it calls, and what the tool says, of half to one and a half times so many characters. */
function message(at: number, characters: number): object {
  if (at === 0) return { role: "user", content: text(200) };
  if (at % 2 === 0) {
    const length = Math.floor(characters * (0.5 + random.next()));
    return { role: "tool", tool_call_id: `call-${at - 1}`, content: text(length) };
  }
  const call = { name: "read", arguments: JSON.stringify({ path: text(40) }) };
  const calls = [{ id: `call-${at}`, type: "function", function: call }];
  return { role: "assistant", content: text(80), tool_calls: calls };
}

const tools = Array.from({ length: 15 }, (_, at) => ({
  type: "function",
  function: { name: `tool-${at}`, description: text(700), parameters: { type: "object" } },
}));

interface Times {
  readonly bytes: number;
  readonly byTexts: readonly number[];
  readonly byBytes: readonly number[];
}

function measure(characters: number): Times {
  const recent = createRecentRequests();
  const [byTexts, byBytes]: [number[], number[]] = [[], []];
  let messages: object[] = [];
  let bytes = 0;
  for (let request = 0; request < requests; request++) {
    const isFirst = request % requestsOfOne === 0;
    if (isFirst) messages = [{ role: "system", content: text(6_000) }];
    const more = isFirst ? turnsAtFirst : 2;
    for (let count = 0; count < more; count++)
      messages.push(message(messages.length - 1, characters));
    const json = JSON.stringify({ model: "m", messages, tools, stream: true });
    const body = new TextEncoder().encode(json);
    bytes = Math.max(bytes, body.length);
    // As in the thread: each request is parsed anew, so none of its texts is known by where it lies.
    const read = () => JSON.parse(json) as Record<string, unknown>;
    const [one, other] = [read(), read()];
    const [oneTurns, otherTurns] = [askedTurns(one), askedTurns(other)];
    const start = Bun.nanoseconds();
    const whole = conversationKeys(oneTurns)?.whole;
    const middle = Bun.nanoseconds();
    const same = recent.keysOf("anna", body, other, otherTurns)?.whole;
    const end = Bun.nanoseconds();
    if (whole !== same) throw new Error("the keys differ");
    byTexts.push((middle - start) / 1_000);
    // The first two of a conversation are read in full, either way.
    if (request % requestsOfOne > 1) byBytes.push((end - middle) / 1_000);
  }
  return { bytes, byTexts, byBytes };
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

measure(300); // so that all is compiled
const rows = [300, 1_500, 6_000].map((characters) => {
  const { bytes, byTexts, byBytes } = measure(characters);
  const [before, after] = [quantile(byTexts, 0.5), quantile(byBytes, 0.5)];
  return [
    `${Math.round(bytes / 1_000)} kB`,
    before.toFixed(1),
    after.toFixed(1),
    `${quantile(byTexts, 0.1).toFixed(1)} / ${quantile(byBytes, 0.1).toFixed(1)}`,
    `${(before / after).toFixed(1)} ×`,
  ];
});
printTable(
  "µs for a request, median",
  ["requests of", "by texts", "by bytes", "best tenth", "quicker"],
  rows,
);
