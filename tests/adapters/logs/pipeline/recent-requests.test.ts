// Keys by way of bytes are those of the turns themselves, whatever clients do to a conversation.
import { expect, test } from "bun:test";
import { createRecentRequests } from "../../../../src/adapters/logs/pipeline/recent-requests.ts";
import { askedTurns } from "../../../../src/domain/conversation/asked.ts";
import { conversationKeys } from "../../../../src/domain/conversation/turn-keys.ts";
import { createRandom } from "../../../lab/random.ts";

const random = createRandom(7);
const pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)]!;

const system = `You help. ${"Rules of the house. ".repeat(30)}`;
const texts = ["", "yes", "ü 漢字 🦊", 'say "so" \\ [1, {2}]', "two\nlines", "x".repeat(700)];
const text = () => `${pick(texts)}${Math.floor(random.next() * 1_000)}`;

function message(at: number): Record<string, unknown> {
  if (at % 3 === 0)
    return { role: "user", content: pick([text(), [{ type: "text", text: text() }]]) };
  if (at % 3 === 1)
    return {
      role: "assistant",
      content: text(),
      tool_calls: [
        {
          id: `c${at}`,
          type: "function",
          function: { name: "read", arguments: JSON.stringify({ path: text() }) },
        },
      ],
    };
  return { role: "tool", tool_call_id: `c${at - 1}`, content: text() };
}

/** As clients write their requests. */
const frames: readonly ((messages: readonly object[]) => object)[] = [
  (messages) => ({
    model: "m",
    messages: [{ role: "system", content: system }, ...messages],
    tools: [{ name: text() }],
    stream: true,
  }),
  (messages) => ({
    system,
    model: "m",
    messages,
    tools: [{ name: text() }],
    metadata: { id: text() },
  }),
  (messages) => ({ model: "m", note: system, messages, system: [{ type: "text", text: text() }] }),
  (messages) => ({
    model: "m",
    instructions: system,
    input: messages.map((one) => ({ type: "message", ...one })),
  }),
];

/** What becomes of a conversation from one request to the next. */
const changes: readonly ((messages: Record<string, unknown>[]) => Record<string, unknown>[])[] = [
  (all) => [...all, message(all.length), message(all.length + 1)],
  (all) => [...all, message(all.length)],
  (all) => all,
  (all) => all.slice(0, -3),
  (all) =>
    all.map((one, at) =>
      at === all.length - 1 ? { ...one, cache_control: { type: "ephemeral" } } : one,
    ),
  (all) => all.with(Math.floor(random.next() * all.length), message(Math.floor(random.next() * 9))),
  (all) => [...all.slice(0, 4), ...all.slice(8)],
];

test("a thousand requests of conversations that go on, branch, shrink and are edited", () => {
  const recent = createRecentRequests();
  const spaces = [undefined, 2] as const;
  for (let conversation = 0; conversation < 12; conversation++) {
    const frame = pick(frames);
    const indent = pick(spaces);
    let messages = Array.from({ length: 14 + conversation }, (_, at) => message(at));
    for (let request = 0; request < 90; request++) {
      messages = (random.chance(0.7) ? changes[0]! : pick(changes))(messages);
      const record = frame(messages);
      const bytes = new TextEncoder().encode(JSON.stringify(record, null, indent));
      const turns = askedTurns(record as Record<string, unknown>);
      const keys = recent.keysOf(
        pick(["anna", "ben"]),
        bytes,
        record as Record<string, unknown>,
        turns,
      );
      const expected = conversationKeys(turns);
      expect([keys?.whole, keys?.opening]).toEqual([expected?.whole, expected?.opening]);
      for (let at = 0; at <= turns.length; at++)
        expect(keys?.prefix(at) === expected?.prefix(at)).toBe(true);
    }
  }
});

test("turns that are known are not read again, and nobody's are known to others", () => {
  const recent = createRecentRequests();
  let reads = 0;
  const readBy = (who: string, length: number) => {
    const messages = Array.from({ length }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: `${system}${at}`,
    }));
    const record = { model: "m", messages };
    const turns = askedTurns(record).map((turn) => ({
      ...turn,
      get parts() {
        reads++;
        return turn.parts;
      },
    }));
    reads = 0;
    recent.keysOf(who, new TextEncoder().encode(JSON.stringify(record)), record, turns);
    return reads;
  };
  const all = readBy("anna", 100);
  expect(readBy("anna", 102)).toBeGreaterThan(all);
  expect(readBy("anna", 104)).toBeLessThan(all / 5);
  expect(readBy("ben", 104)).toBeGreaterThan(all);
});

test("members that are written twice, and lists that are none, do no harm", () => {
  const recent = createRecentRequests();
  const list = (what: string) =>
    JSON.stringify(
      Array.from({ length: 40 }, (_, at) => ({ role: "user", content: `${what} ${at}` })),
    );
  const bodies = [
    `{"system":"${system.trim()}","messages":${list("one")}}`,
    `{"system":"${system.trim()}","messages":${list("one")}}`,
    `{"system":"${system.trim()}","messages":{"a":${list("one")}}}`,
    `{"system":"${system.trim()}","messages":${list("one")},"stream":true}`,
    `{"system":"${system.trim()}","messages":${list("one")},"messages":${list("two")}}`,
    `{"system":"${system.trim()}","messages":${list("one")},"messages":${list("two")}}`,
    `{"system":"${system.trim()}","messages":${list("one")}}`,
    `{"system":"${system.trim()}","messages":[1,2,3],"input":${list("one")}}`,
    `{"system":"${system.trim()}","messages":${list("one")},"suffix":"x"}`,
  ];
  for (const body of bodies) {
    const record = JSON.parse(body);
    const turns = askedTurns(record);
    const keys = recent.keysOf("anna", new TextEncoder().encode(body), record, turns);
    expect(keys?.whole === conversationKeys(turns)?.whole).toBe(true);
  }
});
