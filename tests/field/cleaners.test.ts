// How models really write their thinking and their fences: what is removed, and what the reference says stays.
import { expect, test } from "bun:test";
import { useFieldLab, textOf } from "../lab/field-lab.ts";
import { completion, done, finish, says, saysWhole, text } from "../lab/sayings.ts";

const lab = useFieldLab(
  { STRIP_JSON_MARKDOWN: "true" },
  ({ one }) => `
  prefilled: { thinking_prefilled: true, instances: [{ url: "${one}", model: m }] }
`,
);

/** The content that a client gets, whole, streamed, streamed letter by letter, and on Ollama's surface. */
async function cleaned(content: string, model = "one/m"): Promise<string> {
  const stream = (pieces: readonly string[]) => says({}, ...pieces.map(text), finish(), done);
  const got: string[] = [];
  for (const said of [stream([content]), stream(Array.from(content))]) {
    lab.one.script([said]);
    got.push(textOf((await lab.ask(model)).text));
  }
  lab.one.script([saysWhole(completion({ content }))]);
  const whole = await lab.ask(model, { stream: false });
  got.push(
    (JSON.parse(whole.text) as { choices: { message: { content: string } }[] }).choices[0]?.message
      .content ?? "",
  );
  lab.one.script([saysWhole(completion({ content }))]);
  const ollama = await lab.ask(model, { path: "/api/chat", stream: false });
  got.push((JSON.parse(ollama.text) as { message: { content: string } }).message.content);
  expect(new Set(got).size).toBe(1);
  return got[0]!;
}

// https://github.com/logancyang/obsidian-copilot/pull/2153
test("a closing tag alone needs thinking_prefilled, and is then right", async () => {
  expect(await cleaned("Hm.\n</think>\n\nYes.", "prefilled")).toBe("Yes.");
  expect(await cleaned("Hm.\n</think>\n\nYes.")).toBe("Hm.\n</think>\n\nYes.");
});

const fence = "```";

// https://github.com/vectorize-io/hindsight/pull/2563
test.each([
  [
    "back-ticks inside the JSON",
    `${fence}json\n{"a": "use ${fence} here"}\n${fence}`,
    `{"a": "use ${fence} here"}`,
  ],
  ["JSON in prose", `Here: {"a": 1} and that is it.`, `Here: {"a": 1} and that is it.`],
  // https://github.com/guardrails-ai/guardrails/pull/1549
  ["four back-ticks", `${fence}\`json\n{"a": "${fence}"}\n${fence}\``, `{"a": "${fence}"}`],
  // https://github.com/NVIDIA-NeMo/labs-OO-Agents/pull/238
  [
    "another language's fence",
    `${fence}python\nprint({})\n${fence}`,
    `${fence}python\nprint({})\n${fence}`,
  ],
  // https://github.com/ItzCrazyKns/Vane/pull/1037
  ["a fence on one line", `${fence}json {"a":1}${fence}`, `${fence}json {"a":1}${fence}`],
])("%s: what is inside stays as it was", async (_name, content, expected) => {
  expect(await cleaned(content)).toBe(expected);
});

// https://github.com/ml-explore/mlx-lm/pull/1867
test.each([
  "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
  "<thought>Hm.</thought>Yes.",
  "<seed:think>Hm.</seed:think>Yes.",
  "◁think▷Hm.◁/think▷Yes.",
  "<THINK>Hm.</THINK>Yes.",
  '<think mode="deep">Hm.</think>Yes.',
])("a tag outside of the list is text: %s", async (content) => {
  expect(await cleaned(content)).toBe(content);
});

// https://github.com/RooCodeInc/Roo-Code/issues/8522
test("[THINK]…[/THINK] is thinking, and so is [think]; mixed case is text", async () => {
  for (const [content, expected] of [
    ["[THINK]Hm.[/THINK]\nYes.", "Yes."],
    ["[think]Hm.[/think]\nYes.", "Yes."],
    ["[Think]Hm.[/Think]\nYes.", "[Think]Hm.[/Think]\nYes."],
  ] as const)
    for (const pieces of [[content], Array.from(content)]) {
      lab.one.script([says({}, ...pieces.map(text), finish(), done)]);
      expect(textOf((await lab.ask("one/m")).text)).toBe(expected);
    }
});
