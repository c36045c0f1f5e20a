// Answers as models write them, and what each cleaner must make of them, written by hand.

export interface CorpusText {
  /** The model's family, or what the sample is about. */
  readonly name: string;
  readonly raw: string;
  /** With thinking stripped or moved; absent: as raw. */
  readonly content?: string;
  /** What `move` takes out; absent: nothing. */
  readonly moved?: string;
  /** Thinking kept, JSON unwrapped; absent: as raw. */
  readonly json?: string;
  /** Thinking stripped and JSON unwrapped; absent: as `content`. */
  readonly both?: string;
  /** Where the template pre-fills the opening tag: content and moved; absent: raw, and nothing. */
  readonly prefilled?: readonly [content: string, moved: string];
}

const sample = (
  name: string,
  raw: string,
  expected: Omit<CorpusText, "name" | "raw"> = {},
): CorpusText => ({
  name,
  raw,
  ...expected,
});

const thinking: readonly CorpusText[] = [
  sample("Qwen3: a block, a blank line, the answer", "<think>\nOkay, 2+2.\n</think>\n\nIt is 4.", {
    content: "It is 4.",
    moved: "Okay, 2+2.",
    prefilled: ["It is 4.", "Okay, 2+2."],
  }),
  sample("Qwen3 with /no_think: an empty block", "<think>\n\n</think>\n\nParis.", {
    content: "Paris.",
    prefilled: ["Paris.", ""],
  }),
  sample(
    "Qwen3: paragraphs within the block",
    "<think>\nFirst.\n\nSecond, so 9 < 11.\n</think>\n\n9",
    {
      content: "9",
      moved: "First.\n\nSecond, so 9 < 11.",
      prefilled: ["9", "First.\n\nSecond, so 9 < 11."],
    },
  ),
  sample("Qwen3: cut off while thinking", "<think>\nHmm, the user wants", {
    content: "",
    moved: "Hmm, the user wants",
  }),
  sample("Qwen3: cut off within the closing tag", "<think>\nDone.</thi", {
    content: "",
    moved: "Done.</thi",
  }),
  sample("Qwen3: cut off within the opening tag", "<thin"),
  sample("Qwen3: nothing but a block", "<think>a</think>", {
    content: "",
    moved: "a",
    prefilled: ["", "a"],
  }),
  sample("Qwen3: nothing but a block and white space", "<think>a</think>\n\n", {
    content: "",
    moved: "a",
    prefilled: ["", "a"],
  }),
  sample("DeepSeek-R1: the template has written the opening tag", "Let me see.\n</think>\n\n42", {
    prefilled: ["42", "Let me see."],
  }),
  sample("DeepSeek-R1: pre-filled, and a block later on", "a</think>b <think>c</think> d", {
    content: "a</think>b  d",
    moved: "c",
    prefilled: ["b  d", "a\n\nc"],
  }),
  sample(
    "DeepSeek-R1: the tag within its own thinking",
    "<think>I write </think> when done.</think>X",
    {
      content: "when done.</think>X",
      moved: "I write",
      prefilled: ["when done.</think>X", "I write"],
    },
  ),
  sample(
    "DeepSeek-R1: boxed mathematics",
    "<think>\n\\frac{1}{2}\n</think>\n\n$$\\boxed{\\frac12}$$\n",
    {
      content: "$$\\boxed{\\frac12}$$\n",
      moved: "\\frac{1}{2}",
      prefilled: ["$$\\boxed{\\frac12}$$\n", "\\frac{1}{2}"],
    },
  ),
  sample("DeepSeek-R1: code within the block", "<think>\n```py\nx = 1\n```\nok\n</think>\nDone", {
    content: "Done",
    moved: "```py\nx = 1\n```\nok",
    prefilled: ["Done", "```py\nx = 1\n```\nok"],
  }),
  sample("DeepSeek-R1: a closing tag within code within the block", "<think>`</think>` ends it", {
    content: "` ends it",
    moved: "`",
    prefilled: ["` ends it", "`"],
  }),
  sample("SmolLM3: a block without a break", "<think>Short.</think>Sure!", {
    content: "Sure!",
    moved: "Short.",
    prefilled: ["Sure!", "Short."],
  }),
  sample("SmolLM3: breaks before and after", "\n\n<think>Hm.</think>\n\n\nYes.", {
    content: "Yes.",
    moved: "Hm.",
    prefilled: ["Yes.", "Hm."],
  }),
  sample("SmolLM: `thinking` tags", "<thinking>one\ntwo</thinking>\nthree", {
    content: "three",
    moved: "one\ntwo",
    prefilled: ["three", "one\ntwo"],
  }),
  sample(
    "gpt-oss behind a template of `reasoning` tags",
    "<reasoning>The policy allows it.</reasoning>\n\nHere.",
    {
      content: "Here.",
      moved: "The policy allows it.",
      prefilled: ["Here.", "The policy allows it."],
    },
  ),
  sample("gpt-oss: channel marks are not tags", "<|channel|>analysis<|message|>Hm<|end|>Hello"),
  sample("Mistral: square brackets", "[think]Weighing it.[/think]Bonjour", {
    content: "Bonjour",
    moved: "Weighing it.",
    prefilled: ["Bonjour", "Weighing it."],
  }),
  sample(
    "Magistral: square brackets in upper case",
    "[THINK]Weighing [/think] it.[/THINK]Bonjour",
    {
      content: "Bonjour",
      moved: "Weighing [/think] it.",
      prefilled: ["it.[/THINK]Bonjour", "Weighing"],
    },
  ),
  sample("other spellings are text", "[Think]a[/Think]b <Think>c</Think> <THINK>"),
  sample("two blocks open the answer", "<think>a</think>\n\n<think>b</think>\n\nText", {
    content: "Text",
    moved: "a\n\nb",
    prefilled: ["Text", "a\n\nb"],
  }),
  sample("blocks of two kinds", "<think>a</think>One\n[think]b[/think]\nTwo", {
    content: "One\n\nTwo",
    moved: "a\n\nb",
    prefilled: ["One\n\nTwo", "a\n\nb"],
  }),
  sample(
    "an empty block between two others",
    "<think>a</think>x<think> </think>y<think>b</think>z",
    {
      content: "xyz",
      moved: "a\n\nb",
      prefilled: ["xyz", "a\n\nb"],
    },
  ),
  sample("a block is closed by its own kind only", "<think>a</thinking>b[/think]c</think>d", {
    content: "d",
    moved: "a</thinking>b[/think]c",
    prefilled: ["b[/think]c</think>d", "a"],
  }),
  sample("a block in the middle leaves all white space", "Before\n\n<think>x</think>\n\nAfter", {
    content: "Before\n\n\n\nAfter",
    moved: "x",
    prefilled: ["After", "Before\n\n<think>x"],
  }),
  sample("a block within a sentence", "one <think>x</think> two", {
    content: "one  two",
    moved: "x",
    prefilled: ["two", "one <think>x"],
  }),
  sample("an unclosed block in the middle", "Answer: 4\n<think>wait", {
    content: "Answer: 4\n",
    moved: "wait",
  }),
  sample("nested tags end at the first closing one", "<think>a<think>b</think>c</think>d", {
    content: "c</think>d",
    moved: "a<think>b",
    prefilled: ["c</think>d", "a<think>b"],
  }),
  sample("a closing tag alone is text", "a </think> b [/think]", {
    prefilled: ["b [/think]", "a"],
  }),
  sample("spaces and tabs around the block", " \t<think> \t x \t </think> \t y \t", {
    content: "y \t",
    moved: "x",
    prefilled: ["y \t", "x"],
  }),
  sample("CRLF around the block", "<think>\r\nx\r\n</think>\r\n\r\ny\r\n", {
    content: "y\r\n",
    moved: "x",
    prefilled: ["y\r\n", "x"],
  }),
  sample("leading white space without a block stays", "\n\n  Hello\n"),
  sample("an answer of white space", " \n\t\r\n "),
  sample("an ideographic space is text", "<think>x</think>\u3000段落", {
    content: "\u3000段落",
    moved: "x",
    prefilled: ["\u3000段落", "x"],
  }),
  sample("white space before what is almost a tag stays", "\n <thinker>x"),
];

const codeAboutTags: readonly CorpusText[] = [
  sample("a tag behind a back-tick", "Use `<think>` and `</think>` for that.", {
    prefilled: ["` for that.", "Use `<think>` and `"],
  }),
  sample("only a tag directly behind the back-tick is text", "` <think>x</think>`", {
    content: "` `",
    moved: "x",
    prefilled: ["`", "` <think>x"],
  }),
  sample("a tag within a fenced block", "See:\n```xml\n<think>a</think>\n```\nEnd", {
    prefilled: ["```\nEnd", "See:\n```xml\n<think>a"],
  }),
  sample("a tag behind a fenced block", "```\nx\n```\n<think>a</think>b", {
    content: "```\nx\n```\nb",
    moved: "a",
    prefilled: ["b", "```\nx\n```\n<think>a"],
  }),
  sample("a fence that never closes", "```\n<think>a</think>", {
    prefilled: ["", "```\n<think>a"],
  }),
  sample("a shorter fence does not close", "````\n```\n<think>\n````\n<think>x", {
    content: "````\n```\n<think>\n````\n",
    moved: "x",
  }),
  sample("nor with a space behind it", "````\n``` \n<think>\n````\n<think>x", {
    content: "````\n``` \n<think>\n````\n",
    moved: "x",
  }),
  sample("a closing fence may be indented by three", "```\n<think>\n   ```\n<think>x", {
    content: "```\n<think>\n   ```\n",
    moved: "x",
  }),
  sample("but not by four", "```\n    ```\n<think>x"),
  sample("a fence with text behind it does not close", "```\n``` no\n<think>\n```\n[think]x", {
    content: "```\n``` no\n<think>\n```\n",
    moved: "x",
  }),
  sample("a fence of tildes", "~~~\n<think>\n```\n~~~\n<think>x</think>y", {
    content: "~~~\n<think>\n```\n~~~\ny",
    moved: "x",
    prefilled: ["y", "~~~\n<think>\n```\n~~~\n<think>x"],
  }),
  sample("a fence within a list", "1. Do:\n   ```html\n   <think>\n   ```\n2. <think>x</think>y", {
    content: "1. Do:\n   ```html\n   <think>\n   ```\n2. y",
    moved: "x",
    prefilled: ["y", "1. Do:\n   ```html\n   <think>\n   ```\n2. <think>x"],
  }),
  sample("three back-ticks in a sentence are not a fence", "Type ``` twice.\n<think>x</think>y", {
    content: "Type ``` twice.\ny",
    moved: "x",
    prefilled: ["y", "Type ``` twice.\n<think>x"],
  }),
  sample("code between three back-ticks on one line is not a fence", "```a```\n<think>x</think>y", {
    content: "```a```\ny",
    moved: "x",
    prefilled: ["y", "```a```\n<think>x"],
  }),
  sample("a tag on the line that opens a fence", "```<think>\n```\n<think>x", {
    content: "```<think>\n```\n",
    moved: "x",
  }),
  sample("generics and comparisons", "if (a < b) { const m: Map<string, T[]> = f<T>(x[0]); }"),
  sample("HTML", "<p>a <b>b</b></p>\n<thead><tr></tr></thead>"),
  sample("links and citations", "[think about it](http://x) [1][2] [thinking]"),
  sample(
    "the block comes right before a fence",
    "<think>a</think>\n```js\nlet x = '<think>';\n```",
    {
      content: "```js\nlet x = '<think>';\n```",
      moved: "a",
      prefilled: ["```js\nlet x = '<think>';\n```", "a"],
    },
  ),
];

const unicode: readonly CorpusText[] = [
  sample("emoji in block and answer", "<think>🤔🏽</think>\n👩‍👩‍👧 ok 🎉", {
    content: "👩‍👩‍👧 ok 🎉",
    moved: "🤔🏽",
    prefilled: ["👩‍👩‍👧 ok 🎉", "🤔🏽"],
  }),
  sample("emoji around tags", "🙂<think>🙃</think>🙂", {
    content: "🙂🙂",
    moved: "🙃",
    prefilled: ["🙂", "🙂<think>🙃"],
  }),
  sample("Chinese", "<think>好的，用户问的是首都。</think>\n\n北京是中国的首都。", {
    content: "北京是中国的首都。",
    moved: "好的，用户问的是首都。",
    prefilled: ["北京是中国的首都。", "好的，用户问的是首都。"],
  }),
  sample("half a surrogate pair", "<think>\ud83d</think>\ude00", {
    content: "\ude00",
    moved: "\ud83d",
    prefilled: ["\ude00", "\ud83d"],
  }),
  sample("quotes, backslashes and control characters", '<think>"\\"</think>"a\\n\u0007\u2028"', {
    content: '"a\\n\u0007\u2028"',
    moved: '"\\"',
    prefilled: ['"a\\n\u0007\u2028"', '"\\"'],
  }),
];

const json: readonly CorpusText[] = [
  sample("a json fence", '```json\n{"a": 1}\n```', { json: '{"a": 1}' }),
  sample("a json fence with its break behind it", '```json\n{"a": 1}\n```\n', {
    json: '{"a": 1}\n',
  }),
  sample("a json fence among text", 'Here:\n\n```json\n{\n  "a": 1\n}\n```\n\nDone.', {
    json: 'Here:\n\n{\n  "a": 1\n}\n\nDone.',
  }),
  sample("two json fences", "```json\n1\n```\nand\n```json\n[2]\n```\n", { json: "1\nand\n[2]\n" }),
  sample("a bare fence around an object", '```\n{"a":1}\n```', { json: '{"a":1}' }),
  sample("a bare fence around an array", "```\n[1,\n2]\n```\n", { json: "[1,\n2]\n" }),
  sample("a bare fence around text", "```\nls -l\n{\n```\n"),
  sample("a bare fence with a blank line first", '```\n\n{"a":1}\n```'),
  sample("another language", "```js\n{}\n```\n```jsonc\n{}\n```\n```json5\n{}\n```"),
  sample("back-ticks inside strings", '```json\n{"md": "```js\\nx\\n```", "b": "`"}\n```', {
    json: '{"md": "```js\\nx\\n```", "b": "`"}',
  }),
  sample("an upper-case name, spaces, CRLF", "``` JSON \r\n[]\r\n``` \r\nok", { json: "[]\r\nok" }),
  sample("a longer fence around a shorter one", "````json\n```\n{}\n```\n````", {
    json: "```\n{}\n```",
  }),
  sample("a json fence within another fence", "````md\n```json\n{}\n```\n````\n```json\n{}\n```", {
    json: "````md\n```json\n{}\n```\n````\n{}",
  }),
  sample("a fence in the middle of a line", "Here: ```json\n{}\n```"),
  sample("JSON on the fence's line", '```json {"a":1}\n```'),
  sample("a fence that never closes", '```json\n{"a": [1,', { json: '{"a": [1,' }),
  sample("an opening line alone", "```json"),
  sample("an empty fence", "a\n```json\n```\nb", { json: "a\n\nb" }),
  sample("a closing fence with text behind it", "```json\n{}\n``` ok\n```", {
    json: "{}\n``` ok",
  }),
  sample("an indented fence", "  ```json\n  {}\n  ```\n   ```\n   [1]\n   ```", {
    json: "  {}\n   [1]",
  }),
  sample("blank lines inside and around", "\n```json\n\n{}\n\n```\n\n", { json: "\n\n{}\n\n\n" }),
  sample("marker lines", '[json]\n{"a": "[json]"}\n[json]\n', { json: '{"a": "[json]"}\n' }),
  sample("markers beside the JSON", '[json] {"a": "x [json]"} [json]', {
    json: '{"a": "x [json]"}',
  }),
  sample("markers and text behind them", '[json]{"a":[1]}[/json] that is it', {
    json: '{"a":[1]} that is it',
  }),
  sample(
    "a fence behind a closing marker is in the middle of a line",
    "[json]{}[json]```\n```json\n[]\n```",
    {
      json: "{}```\n[]",
    },
  ),
  sample("a marker within a line, and one around no JSON", "x [json] y\n[json] files\n[json]: no"),
  sample("thinking, then a json fence", '<think>\nJSON it is.\n</think>\n\n```json\n{"a":1}\n```', {
    content: '```json\n{"a":1}\n```',
    moved: "JSON it is.",
    json: '<think>\nJSON it is.\n</think>\n\n{"a":1}',
    both: '{"a":1}',
    prefilled: ['```json\n{"a":1}\n```', "JSON it is."],
  }),
  sample("thinking right before a json fence", "<think>x</think>```json\n[]\n```", {
    content: "```json\n[]\n```",
    moved: "x",
    both: "[]",
    prefilled: ["```json\n[]\n```", "x"],
  }),
  sample("thinking about json fences", "<think>```json\n{}\n```</think>{}", {
    content: "{}",
    moved: "```json\n{}\n```",
    prefilled: ["{}", "```json\n{}\n```"],
  }),
  sample("tags within JSON", '```json\n{"a": "<think>x</think>"}\n```', {
    json: '{"a": "<think>x</think>"}',
    prefilled: ['"}\n```', '```json\n{"a": "<think>x'],
  }),
  sample("plain JSON", '{"a": [1, "`<think>`"]}'),
  sample("plain text", "The quick brown fox.\n\n- one\n- two\n\n| a | b |\n| - | - |"),
  sample("an empty answer", ""),
];

export const corpus: readonly CorpusText[] = [...thinking, ...codeAboutTags, ...unicode, ...json];
