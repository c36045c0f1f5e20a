// Which prompts are marked as cut, and which only look as if they should be.
import { describe, expect, test } from "bun:test";
import { askedTurns } from "../../../src/domain/conversation/asked.ts";
import {
  type CountedPrompt,
  holdsMoreTokens,
  isPromptCut,
  mayBeCut,
  sentCharacters,
} from "../../../src/domain/log/prompt-cut.ts";

const hosted: CountedPrompt = { counted: 0, cached: 0, context: null, isOllama: false };
const ollama = { ...hosted, isOllama: true };

const asks = (content: unknown, more: readonly object[] = []) =>
  askedTurns({ messages: [...more, { role: "user", content }] });
const text = (unit: string, times: number) => asks(unit.repeat(times));

const isCut = (turns: ReturnType<typeof asks>, prompt: CountedPrompt): boolean =>
  mayBeCut(sentCharacters(turns), prompt) && isPromptCut(turns, prompt);

/** 12 words, 13 tokens. */
const prose = "Please look at what the function returns where its list is empty; ";

describe("a prompt that was read whole is never marked", () => {
  /** Texts with the tokens that they are, about: the fewest of gpt2, p50k_base, cl100k_base and o200k_base. */
  const honest: readonly (readonly [name: string, unit: string, times: number, tokens: number])[] =
    [
      ["prose", prose, 400, 5_201],
      ["one short word", "the ", 5_000, 5_001],
      ["single letters", "I a b c ", 3_000, 12_001],
      ["Chinese", "模型服务器会在沉默中截断过长的提示。", 400, 5_600],
      ["Katakana", "コンピュータープログラミングインターフェースアプリケーション", 200, 3_600],
      ["Thai", "เซิร์ฟเวอร์โมเดลจะตัดข้อความที่ยาวเกินไปอย่างเงียบๆ ", 300, 6_900],
      ["Hindi", "मॉडल सर्वर चुपचाप उस प्रॉम्प्ट को काट देते हैं जो फिट नहीं होता। ", 300, 6_400],
      ["Arabic", "تقوم خوادم النماذج بقص المطالبات التي لا تتسع بصمت. ", 300, 6_400],
      ["German compounds", "Donaudampfschifffahrtsgesellschaft überprüft ", 400, 4_500],
      ["a table's rules", "| --- | --- | --- |\n", 2_000, 14_000],
      ["dashes", "-".repeat(64), 1_000, 1_000],
      ["blanks, 114 for a token", " ".repeat(114), 1_000, 1_000],
      ["zeros as base64, 8 for a token", "A".repeat(8), 5_000, 5_000],
      ["hexadecimal", "a3f9c0de71b2", 1_000, 10_000],
      ["digits", "12345, ", 2_000, 6_400],
    ];
  test.each(honest)("%s", (_name, unit, times, tokens) => {
    const turns = text(unit, times);
    expect(holdsMoreTokens(turns, tokens)).toBe(false);
    for (const prompt of [hosted, ollama, { ...hosted, context: tokens + 1 }])
      expect(isCut(turns, { ...prompt, counted: tokens })).toBe(false);
    // By a vocabulary with tokens of several words.
    expect(isCut(turns, { ...hosted, counted: Math.ceil(tokens / 1.5) })).toBe(false);
  });

  const photo = {
    type: "image_url",
    image_url: { url: `data:image/png;base64,${"A".repeat(90_000)}` },
  };
  test.each<[string, ReturnType<typeof asks>, CountedPrompt]>([
    [
      "an image",
      asks([{ type: "text", text: "What is this?" }, photo]),
      { ...hosted, counted: 765 },
    ],
    [
      "what earlier turns thought, which templates leave out",
      asks("Go on.", [
        { role: "assistant", reasoning_content: prose.repeat(900), content: "Yes." },
      ]),
      { ...hosted, counted: 600 },
    ],
    [
      "tools, which are counted though they are no turns",
      askedTurns({
        messages: [{ role: "user", content: "hi" }],
        tools: [{ name: prose.repeat(99) }],
      }),
      { ...hosted, counted: 2_000 },
    ],
    [
      "a cache that is counted beside the prompt",
      text(prose, 1_000),
      { ...hosted, counted: 600, cached: 13_000 },
    ],
    ["what a cache leaves, where nothing says so", text(prose, 1_000), { ...hosted, counted: 40 }],
    ["Ollama before 0.4, with a cache", text(prose, 1_000), { ...ollama, counted: 900 }],
    [
      "Ollama with a larger context",
      text(prose, 1_000),
      { ...ollama, counted: 14_000, context: 32_768 },
    ],
    [
      "Ollama with a cache, in a context that is large enough",
      text(prose, 1_000),
      { ...ollama, counted: 900, context: 16_384 },
    ],
    [
      "a model that was loaded anew with more than its server had said",
      text(prose, 1_000),
      { ...ollama, counted: 14_000, context: 4_096 },
    ],
    ["a count that stands for none", text(prose, 1_000), { ...hosted, counted: 1 }],
  ])("%s", (_name, turns, prompt) => {
    expect(isCut(turns, prompt)).toBe(false);
  });
});

test.each<[string, ReturnType<typeof asks>, CountedPrompt]>([
  ["a third of prose", text(prose, 1_000), { ...hosted, counted: 4_600 }],
  [
    "a tenth of Chinese",
    text("模型服务器会在沉默中截断过长的提示。", 1_000),
    { ...hosted, counted: 1_100 },
  ],
  [
    "an agent's tool results",
    asks(
      "Go on.",
      Array.from({ length: 40 }, () => ({ role: "tool", content: prose.repeat(30) })),
    ),
    { ...hosted, counted: 4_000 },
  ],
  ["Ollama's usual context, to the token", text(prose, 1_000), { ...ollama, counted: 4_096 }],
  [
    "somewhat less than a context that is known",
    text(prose, 1_000),
    { ...ollama, counted: 3_911, context: 4_096 },
  ],
  [
    "what an old Ollama left of it, in such a context",
    text(prose, 1_000),
    { ...ollama, counted: 90, context: 4_096 },
  ],
  ["exactly the context", text(prose, 400), { ...ollama, counted: 5_000, context: 5_000 }],
])("cut: %s", (_name, turns, prompt) => {
  expect(isCut(turns, prompt)).toBe(true);
});
