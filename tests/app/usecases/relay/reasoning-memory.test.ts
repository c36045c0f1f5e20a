// What is remembered of servers' signatures: its owner's alone, and not without bounds.
import { describe, expect, test } from "bun:test";
import { createReasoningMemory } from "../../../../src/app/usecases/relay/reasoning-memory.ts";
import type { SignedTurn } from "../../../../src/domain/protocols/neutral/signed-turn.ts";
import { madeBy } from "../../../lab/made-by.ts";

const maker = madeBy("anthropic-messages");

function turn(text: string, ...callIds: readonly string[]): SignedTurn {
  const seal = { maker, kind: "signature", data: "s" } as const;
  return { maker, callIds, reasoning: [{ text, seal, said: 0, calls: 0 }] };
}

function memory(limits = { entries: 100, size: 100_000, ageMs: 1_000 }) {
  let now = 0;
  const made = createReasoningMemory({ now: () => now }, limits);
  return { ...made, wait: (ms: number) => void (now += ms) };
}

describe("a turn is known", () => {
  test("by each of its calls, to its owner", () => {
    const kept = memory();
    const said = turn("hm", "a", "b");
    kept.remember("alice", said);
    expect(kept.recall("alice", "a")).toBe(said);
    expect(kept.recall("alice", "b")).toBe(said);
    expect(kept.recall("alice", "c")).toBeNull();
    expect(kept.recall("bob", "a")).toBeNull();
    expect(kept.recall('alice","a', "b")).toBeNull();
  });

  test("until its maker does not take it back", () => {
    const kept = memory();
    const said = turn("hm", "a", "b");
    kept.remember("alice", said);
    kept.remember("bob", said);
    kept.forget("alice", said);
    expect(kept.recall("alice", "a")).toBeNull();
    expect(kept.recall("alice", "b")).toBeNull();
    expect(kept.recall("bob", "a")).toBe(said);
  });

  test("for a while", () => {
    const kept = memory();
    kept.remember("alice", turn("hm", "a"));
    kept.wait(999);
    expect(kept.recall("alice", "a")).not.toBeNull();
    kept.wait(1);
    expect(kept.recall("alice", "a")).toBeNull();
  });
});

describe("what was not used for longest makes room", () => {
  const known = (kept: ReturnType<typeof memory>, ...ids: readonly string[]) =>
    ids.filter((id) => kept.recall("o", id) !== null);

  test("where there are many", () => {
    const kept = memory({ entries: 3, size: 100_000, ageMs: 1_000 });
    for (const id of ["a", "b", "c"]) kept.remember("o", turn("hm", id));
    kept.recall("o", "a");
    kept.remember("o", turn("hm", "d"));
    expect(known(kept, "a", "b", "c", "d")).toEqual(["a", "c", "d"]);
  });

  test("where they are large", () => {
    const kept = memory({ entries: 100, size: 1_000, ageMs: 1_000 });
    for (const id of ["a", "b", "c"]) kept.remember("o", turn("x".repeat(400), id));
    expect(known(kept, "a", "b", "c")).toEqual(["b", "c"]);
    kept.remember("o", turn("x".repeat(2_000), "d"));
    expect(known(kept, "a", "b", "c", "d")).toEqual([]);
    kept.remember("o", turn("x", "e"));
    expect(known(kept, "e")).toEqual(["e"]);
  });

  test("and the same turn, remembered again, takes no more", () => {
    const kept = memory({ entries: 100, size: 1_000, ageMs: 1_000 });
    for (let times = 0; times < 50; times++) kept.remember("o", turn("x".repeat(400), "a"));
    kept.remember("o", turn("x".repeat(400), "b"));
    expect(known(kept, "a", "b")).toEqual(["a", "b"]);
  });
});
