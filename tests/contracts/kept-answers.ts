// What every log engine must do with the answers that requests refer to; run on each implementation.
import { describe, expect, test } from "bun:test";
import { answerIdOf } from "../../src/domain/call/answer-id.ts";
import type { LogEngine, OwnedAnswer } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import { idAt, logWrite, noon } from "../lab/log-entries.ts";
import { createRandom } from "../lab/random.ts";

/** @param withEngine runs a test on an engine that was not opened, and clears up after it */
export function keptAnswersContract(
  name: string,
  withEngine: (run: (engine: LogEngine, place: LogPlace) => Promise<void>) => Promise<void>,
): void {
  const onEngine = (run: (engine: LogEngine, place: LogPlace) => Promise<void>) => () =>
    withEngine(async (engine, place) => {
      await engine.open(place, noon);
      await run(engine, place);
    });

  describe(`answers kept ${name}`, () => {
    test(
      "are found by their owners, whole",
      onEngine(async (engine, place) => {
        const answer = answerOf("r1", ["one", "two"], ["three"], { upstream: "a", isStored: true });
        await write(engine, answer);
        const answers = await engine.answers(place);
        const { owner, ...kept } = answer;
        expect(await answers.find(owner, "r1")).toEqual({ ...kept, callId: idAt(1) });
        expect(await answers.find("somebody else", "r1")).toBeNull();
        expect(await answers.find(owner, "r2")).toBeNull();
        expect((await answers.find(null, "r1"))?.callId).toBe(idAt(1));
        // A client may have read the router's own id first.
        expect((await answers.find(owner, answerIdOf(idAt(1))))?.id).toBe("r1");
        expect(await answers.find("somebody else", answerIdOf(idAt(1)))).toBeNull();
        const [, two, three] = [...answer.input, ...answer.output];
        const ids = [two?.id ?? "", three?.id ?? "", "nothing"];
        const items = await answers.items(owner, ids);
        expect(items.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
          { id: "item three", text: '"three"', upstream: "a", isStored: true },
          { id: "item two", text: '"two"', upstream: null, isStored: false },
        ]);
        expect(await answers.items("somebody else", ids)).toEqual([]);
        expect(await answers.items(null, ids)).toHaveLength(2);
      }),
    );

    test(
      "with nothing said, or written twice",
      onEngine(async (engine, place) => {
        const empty = answerOf("r1", [], []);
        await write(engine, empty, answerOf("r2", [], []), empty);
        await write(engine, answerOf("r1", ["now"], ["this"]));
        const answers = await engine.answers(place);
        expect((await answers.find("o", "r2"))?.output).toEqual([]);
        expect((await answers.find("o", "r1"))?.input).toMatchObject([{ text: '"now"' }]);
      }),
    );

    test(
      "are removed one by one, without what others share with them",
      onEngine(async (engine, place) => {
        await write(
          engine,
          answerOf("r1", ["a"], ["b"]),
          answerOf("r2", ["a", "b", "c"], ["d"]),
          answerOf("r3", ["a", "b", "e"], ["f"]),
          { ...answerOf("r1", ["a"], ["b"]), owner: "p" },
        );
        expect(await engine.removeAnswer("o", "r1")).toBeTrue();
        expect(await engine.removeAnswer("o", "r1")).toBeFalse();
        expect(await engine.removeAnswer("q", "r2")).toBeFalse();
        const answers = await engine.answers(place);
        expect(await answers.find("o", "r1")).toBeNull();
        expect(textsOf(await answers.find("o", "r2"))).toEqual(["a", "b", "c", "d"]);
        expect(textsOf(await answers.find("o", "r3"))).toEqual(["a", "b", "e", "f"]);
        expect(textsOf(await answers.find("p", "r1"))).toEqual(["a", "b"]);
      }),
    );

    test(
      "go by their age, the oldest first, in steps",
      onEngine(async (engine, place) => {
        await engine.write(
          [1, 2, 3, 4].map((at) => ({
            ...logWrite({ id: idAt(at), timestamp: noon + at }),
            answer: answerOf(`r${at}`, [`said ${at}`], ["same"]),
          })),
        );
        expect(await engine.upkeep.removeOlderAnswers(noon + 4, 2)).toBeTrue();
        const answers = await engine.answers(place);
        const left = async () => {
          const found = await Promise.all(
            ["r1", "r2", "r3", "r4"].map((id) => answers.find("o", id)),
          );
          return found.map((one) => one !== null);
        };
        expect(await left()).toEqual([false, false, true, true]);
        expect(await engine.upkeep.removeOlderAnswers(noon + 4, 2)).toBeFalse();
        expect(await left()).toEqual([false, false, false, true]);
      }),
    );

    test(
      "of random conversations that branch are as they were said",
      onEngine(async (engine, place) => {
        const random = createRandom(17);
        const said = new Map<string, readonly string[]>([["", []]]);
        for (let turn = 0; turn < 60; turn++) {
          const [parent, before] = random.pick([...said]);
          const owner = parent === "" ? random.pick(["o", "p"]) : (parent.split(" ")[0] ?? "o");
          const some = (most: number, ...of: readonly string[]) =>
            Array.from({ length: random.int(0, most) }, () => random.pick(of));
          const input = [...before, ...some(3, "x", "y", `t${turn}`)];
          const output = some(2, "z", `o${turn}`);
          const id = `${owner} ${turn}`;
          await write(engine, { ...answerOf(id, input, output), owner });
          said.set(id, [...input, ...output]);
          if (!random.chance(0.3)) continue;
          const [gone] = random.pick([...said]);
          if (gone === "") continue;
          said.delete(gone);
          expect(await engine.removeAnswer(gone.split(" ")[0] ?? "", gone)).toBeTrue();
        }
        const answers = await engine.answers(place);
        for (const [id, texts] of said)
          if (id !== "")
            expect(textsOf(await answers.find(id.split(" ")[0] ?? "", id))).toEqual([...texts]);
      }),
    );
  });
}

async function write(engine: LogEngine, ...answers: readonly OwnedAnswer[]): Promise<void> {
  let at = 0;
  for (const answer of answers)
    await engine.write([{ ...logWrite({ id: idAt(++at), timestamp: noon + at }), answer }]);
}

function answerOf(
  id: string,
  input: readonly string[],
  output: readonly string[],
  more: Partial<OwnedAnswer> = {},
): OwnedAnswer {
  const item = (text: string) => ({ id: `item ${text}`, text: JSON.stringify(text) });
  return {
    owner: "o",
    id,
    head: JSON.stringify({ id, output: [] }),
    input: input.map(item),
    output: output.map(item),
    upstream: null,
    isStored: false,
    ...more,
  };
}

function textsOf(
  found: { readonly input: readonly Said[]; readonly output: readonly Said[] } | null,
): readonly unknown[] | null {
  return found === null
    ? null
    : [...found.input, ...found.output].map(({ text }) => JSON.parse(text));
}

interface Said {
  readonly text: string;
}
