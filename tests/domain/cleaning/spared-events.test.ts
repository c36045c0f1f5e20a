// What a cleaner says it need not be shown, it need not be shown: nothing is another for its not having seen it.
import { expect, test } from "bun:test";
import { createStreamCleaner } from "../../../src/domain/cleaning/stream-cleaner.ts";
import { chatSlots } from "../../../src/domain/protocols/openai-chat/slots.ts";
import { createRandom, type Random } from "../../lab/random.ts";
import { policies } from "./cutting.ts";
import { bytes, decoded } from "./streams.ts";

const marked = (
  "` `` ``` ```json json ~~~ { [ ]} a` [json] [/json] [THINK] < <th ink> think > " +
  "<think> </think> <think> </think> <think> </think>"
)
  .split(" ")
  .concat("\n", "\r\n", "\n\n", "    ", " ");
const plain = [" word", "s", "wörld", '"', "{}", " ", "think>", "json", "/", "~~~", "}"];

/** Mostly plain, so that the cleaner settles between what unsettles it. */
function deltaOf(random: Random): { readonly delta: object; readonly isPlain: boolean } {
  if (random.chance(0.05))
    return { delta: { reasoning_content: random.pick(plain) }, isPlain: false };
  const isPlain = random.chance(0.5);
  return { delta: { content: random.pick(isPlain ? plain : marked) }, isPlain };
}

test.each(policies)("%o", (policy) => {
  const random = createRandom(policies.indexOf(policy) + 11);
  let spared = 0;
  for (let count = 0; count < 1_500; count++) {
    const shownAll = createStreamCleaner(chatSlots, policy);
    const shownSome = createStreamCleaner(chatSlots, policy);
    if (shownAll === null || shownSome === null) throw new Error("nothing to clean");
    const all: string[] = [];
    const some: string[] = [];
    for (let at = random.int(1, 40); at > 0; at--) {
      const { delta, isPlain } = deltaOf(random);
      const json = { choices: [{ index: 0, delta, finish_reason: null }] };
      const data = JSON.stringify(json);
      const frame = { bytes: bytes(`data: ${data}\n\n`), event: null, data };
      const isSpared = isPlain && shownSome.spares() === "plain";
      if (isSpared) spared++;
      all.push(...shownAll.frame(frame, json).map(decoded));
      some.push(...(isSpared ? [frame.bytes] : shownSome.frame(frame, json)).map(decoded));
      expect(some).toEqual(all);
    }
    all.push(...shownAll.end().map(decoded));
    some.push(...shownSome.end().map(decoded));
    expect(some).toEqual(all);
    expect(shownSome.changed()).toBe(shownAll.changed());
  }
  expect(spared).toBeGreaterThan(100);
});
