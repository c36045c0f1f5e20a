// Which calls share a thread, one case after the other, and that a continuation always joins.
import { describe, expect, test } from "bun:test";
import { array, assert, constantFrom, nat, property, string } from "fast-check";
import { askedTurns } from "../../../src/domain/conversation/asked.ts";
import {
  createThreadFinder,
  sessionHeaders,
  sessionIn,
  type ThreadCall,
  type ThreadFinder,
} from "../../../src/domain/conversation/thread-finder.ts";
import { conversationKeys } from "../../../src/domain/conversation/turn-keys.ts";
import { noon } from "../../lab/log-entries.ts";

const minuteMs = 60_000;
const digest = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
const finder = (mostKnown?: number) =>
  createThreadFinder({ digest, ...(mostKnown === undefined ? {} : { mostKnown }) });

/** Words of a user and of an assistant in turn; null leaves a turn out. */
function keysOf(words: readonly (string | null)[], system: string | null = null) {
  const messages = words.flatMap((content, index) =>
    content === null ? [] : { role: index % 2 === 0 ? "user" : "assistant", content },
  );
  return conversationKeys(askedTurns({ ...(system === null ? {} : { system }), messages }));
}

let calls = 0;
function call(words: readonly (string | null)[], own: Partial<ThreadCall> = {}): ThreadCall {
  const startedAt = own.startedAt ?? noon;
  return {
    id: `call ${calls++}`,
    who: "mara",
    startedAt,
    endedAt: startedAt + 1_000,
    session: null,
    continues: null,
    isWhole: true,
    keys: keysOf(words),
    answer: null,
    ...own,
  };
}

interface Step {
  readonly words: readonly (string | null)[];
  readonly own?: Partial<ThreadCall>;
  /** What the agent is told to be. */
  readonly system?: string;
}

/** Each call's thread as a letter, in the order in which threads come up. */
function lettersOf(threads: ThreadFinder, steps: readonly Step[]): string {
  const letters = new Map<string | null, string>([[null, "-"]]);
  return steps
    .map(({ words, own, system }) => {
      const id = threads.threadOf(call(words, { keys: keysOf(words, system), ...own }));
      const letter = letters.get(id) ?? String.fromCodePoint(96 + letters.size);
      letters.set(id, letter);
      return letter;
    })
    .join("");
}

const after = (minutes: number) => ({ startedAt: noon + minutes * minuteMs });

test.each<[string, string, readonly Step[]]>([
  [
    "turns of one conversation",
    "aaa",
    [
      { words: ["q1"] },
      { words: ["q1", "a1", "q2"] },
      { words: ["q1", "a1", "q2", "a2", "q3"], own: after(600) },
    ],
  ],
  [
    "agents of one client, interleaved",
    "ababab",
    [
      { words: ["map"] },
      { words: ["mend"] },
      { words: ["map", "a", "go on"] },
      { words: ["mend", "a", "go on"] },
      { words: ["map", "a", "go on", "b", "go on"] },
      { words: ["mend", "a", "go on", "b", "go on"] },
    ],
  ],
  [
    "agents that are handed the same task, by what they are told to be",
    "ababab",
    [
      { words: ["build it"], system: "You plan." },
      { words: ["build it"], system: "You review." },
      { words: ["build it", "a plan", "go on"], system: "You plan." },
      { words: ["build it", "a review", "go on"], system: "You review." },
      { words: ["build it", "a plan", "go on", "more", "and on"], system: "You plan." },
      { words: ["build it", "a review", "go on", "more", "and on"], system: "You review." },
    ],
  ],
  [
    "agents whose answers are the same, too",
    "abcabc",
    [
      { words: ["build it"], system: "You plan." },
      { words: ["build it"], system: "You review." },
      { words: ["build it"], system: "You test." },
      { words: ["build it", "yes", "go on"], system: "You plan." },
      { words: ["build it", "yes", "go on"], system: "You review." },
      { words: ["build it", "yes", "go on"], system: "You test." },
    ],
  ],
  [
    "a system prompt that is renewed with every call",
    "aaa",
    [
      { words: ["q1"], system: "It is 12:00." },
      { words: ["q1", "a1", "q2"], system: "It is 12:01." },
      { words: ["q1", "a1", "q2", "a2", "q3"], system: "It is 12:02." },
    ],
  ],
  [
    "the same words without instructions, such as a count of their tokens",
    "aaa",
    [{ words: ["q1"] }, { words: ["q1"], system: "You plan." }, { words: ["q1"] }],
  ],
  [
    "an answer that is named without the session that had it",
    "aa",
    [
      { words: ["q1"], own: { session: "s", answer: "resp_1" } },
      { words: ["q2"], own: { continues: "resp_1", isWhole: false } },
    ],
  ],
  [
    "branches of one conversation",
    "aaaa",
    [
      { words: ["q1"] },
      { words: ["q1", "a1", "q2"] },
      { words: ["q1", "a1", "another"] },
      { words: ["q1", "b1", "q2"] },
    ],
  ],
  [
    "an answer made again within 30 minutes",
    "aaa",
    [{ words: ["q1"] }, { words: ["q1"], own: after(20) }, { words: ["q1"], own: after(40) }],
  ],
  [
    "a later answer made again after hours",
    "aaa",
    [
      { words: ["q1"] },
      { words: ["q1", "a1", "q2"] },
      { words: ["q1", "a1", "q2"], own: after(300) },
    ],
  ],
  [
    "the same opening 31 minutes later, and what follows it",
    "abbb",
    [
      { words: ["hi"] },
      { words: ["hi"], own: after(31) },
      { words: ["hi", "hello", "q2"], own: after(32) },
      { words: ["hi"], own: after(33) },
    ],
  ],
  [
    "two conversations with one opening, each of which goes on",
    "aabba",
    [
      { words: ["hi"] },
      { words: ["hi", "hello", "one"] },
      { words: ["hi"], own: after(31) },
      { words: ["hi", "hey", "two"], own: after(32) },
      { words: ["hi", "hello", "one", "a", "go on"], own: after(33) },
    ],
  ],
  [
    "a compaction that keeps the opening",
    "aaaa",
    [
      { words: ["q1"] },
      { words: ["q1", "a1", "q2"] },
      { words: ["q1", "a summary", "go on"] },
      { words: ["q1", "a summary", "go on", "b", "more"] },
    ],
  ],
  [
    "a sub-agent with words of its own",
    "aba",
    [{ words: ["q1"] }, { words: ["look through the files"] }, { words: ["q1", "a1", "found"] }],
  ],
  [
    "two users with equal words",
    "abab",
    [
      { words: ["q1"] },
      { words: ["q1"], own: { who: "noor" } },
      { words: ["q1", "a1", "q2"] },
      { words: ["q1", "a1", "q2"], own: { who: "noor" } },
    ],
  ],
  [
    "words added before any answer, soon and late",
    "aab",
    [
      { words: ["q1"] },
      { words: ["q1", null, "q2"] },
      { words: ["q1", null, "q2", null, "q3"], own: after(60) },
    ],
  ],
  [
    "a session, over all else",
    "abab-",
    [
      { words: ["q1"] },
      { words: ["q1"], own: { session: "s" } },
      { words: ["q1", "a1", "q2"] },
      { words: ["something else"], own: { session: "s", continues: "resp_1" } },
      { words: [] },
    ],
  ],
  [
    "a session that calls without words have, too",
    "aa",
    [
      { words: ["q1"], own: { session: "s" } },
      { words: [], own: { session: "s" } },
    ],
  ],
  [
    "one session's name of two users",
    "ab",
    [
      { words: ["q1"], own: { session: "s" } },
      { words: ["q1"], own: { session: "s", who: "noor" } },
    ],
  ],
  [
    "answers that are named, though only what was added is sent",
    "aabca",
    [
      { words: ["q1"], own: { answer: "resp_1" } },
      { words: ["yes"], own: { continues: "resp_1", isWhole: false, answer: "resp_2" } },
      { words: ["yes"] },
      { words: ["yes"], own: { continues: "resp_1", isWhole: false, who: "noor" } },
      { words: ["no"], own: { continues: "resp_2", isWhole: false } },
    ],
  ],
  [
    "an answer that is named but not known, twice",
    "aab",
    [
      { words: ["yes"], own: { continues: "resp_1", isWhole: false } },
      { words: ["no"], own: { continues: "resp_1", isWhole: false } },
      { words: ["yes"], own: { continues: "resp_2", isWhole: false } },
    ],
  ],
  [
    "an answer that is named but not known, whose conversation is there",
    "aa",
    [{ words: ["q1"] }, { words: ["q1", "a1", "q2"], own: { continues: "resp_1" } }],
  ],
])("%s", (_, letters, steps) => {
  expect(lettersOf(finder(), steps)).toBe(letters);
});

test("a call that is read twice has one thread, though it began that thread", () => {
  const threads = finder();
  threads.threadOf(call(["hi"]));
  const again = call(["hi"], after(31));
  expect(threads.threadOf(again)).toBe(threads.threadOf(again));
});

test("routers that know nothing of each other come to one id, a UUID of version 8", () => {
  const [one, other] = [finder(), finder()];
  const first = one.threadOf(call(["q1"]));
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(other.threadOf(call(["q1", "a1", "q2"]))).toBe(first);
  expect(one.threadOfSession("mara", "s")).toBe(other.threadOf(call(["q1"], { session: "s" })));
  expect(one.threadOfSession("mara", null)).toBeNull();
});

test("what is remembered is bounded, and what goes on stays known", () => {
  const threads = finder(4);
  threads.threadOf(call(["hi"]));
  const own = threads.threadOf(call(["hi"], after(31)));
  const words = ["hi"];
  for (let turn = 0; turn < 20; turn++) {
    words.push(`a${turn}`, `q${turn}`);
    expect(threads.threadOf(call(words, after(32 + turn)))).toBe(own);
    threads.threadOf(call([`other ${turn}`]));
  }
});

describe("random conversations", () => {
  const word = string({ minLength: 1, maxLength: 12 });

  test("that continue join, whoever else talks and however long they pause", () => {
    assert(
      property(
        array(array(word, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 4 }),
        array(nat(3), { minLength: 1, maxLength: 30 }),
        array(constantFrom(0, 29, 31, 600), { minLength: 30, maxLength: 30 }),
        (conversations, order, pauses) => {
          const threads = finder();
          // Openings differ; what follows may be equal.
          const texts = conversations.map((said, index) => [`${index}`, ...said]);
          const lengths = texts.map(() => 1);
          const ids = new Map<number, string | null>();
          let minutes = 0;
          for (const [step, chosen] of order.entries()) {
            const index = chosen % texts.length;
            const length = lengths[index] ?? 1;
            if (length > (texts[index]?.length ?? 0)) continue;
            minutes += pauses[step] ?? 0;
            const id = threads.threadOf(
              call((texts[index] ?? []).slice(0, length), after(minutes)),
            );
            expect(id).toBe(ids.get(index) ?? id);
            ids.set(index, id);
            lengths[index] = length + 2;
          }
          expect(new Set(ids.values()).size).toBe(ids.size);
        },
      ),
    );
  });
});

describe("a session's header", () => {
  test("counts in its order", () => {
    const all = sessionHeaders.map((name) => [name, `by ${name}`] as const);
    for (let from = 0; from < all.length; from++)
      expect(sessionIn(all.slice(from).toReversed())).toBe(`by ${sessionHeaders[from]}`);
  });

  test("that is empty names none", () => {
    expect(sessionIn([["session_id", " "]])).toBeNull();
    expect(
      sessionIn([
        ["session_id", ""],
        ["x-smolrouter-thread", " mine "],
      ]),
    ).toBe("mine");
    expect(sessionIn([["x-session", "s"]])).toBeNull();
  });
});
