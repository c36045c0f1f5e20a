// What the APIs have in common: a prompt, and what the model says to it.
import { asFields, asList, asText } from "./fields.ts";
import { sampleValue } from "./sample-value.ts";

export interface Tool {
  readonly name: string;
  /** JSON schema of its arguments. */
  readonly parameters: unknown;
}

/** A request for text, whichever API it came through. */
export interface Prompt {
  readonly model: string;
  /** Everything in it that is text, for counting. */
  readonly allText: string;
  readonly lastUserText: string;
  readonly images: number;
  /** The tool's answer, where the conversation ends with one. */
  readonly toolResult?: string | undefined;
  /** The tools that may be called. */
  readonly tools: readonly Tool[];
  /** A JSON schema or, for JSON of any shape, true. */
  readonly json?: unknown;
  /** Where a thinking model's thoughts go: into the text, beside it, nowhere. */
  readonly thinking: "inline" | "apart" | "none";
  readonly maxTokens?: number | undefined;
  /** Said instead of the usual sentence. */
  readonly content?: string | undefined;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

export interface Said {
  /** The text, cut into tokens: words with the white space that follows them. */
  readonly tokens: readonly string[];
  /** Thoughts, apart from the text. */
  readonly reasoning: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly finish: "stop" | "length" | "tool_calls";
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Cuts text into words, each with the white space that follows it; joined, they are the text. */
export function splitTokens(text: string): readonly string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** A short name that is always the same for the same text: for ids. */
export function idOf(text: string): string {
  return Bun.hash(text).toString(36);
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const start = Array.from(line).slice(0, 60).join("");
  return start === line ? `“${line}”` : `“${start}…”`;
}

function sentence(server: string, prompt: Prompt): string {
  const { model, images, toolResult } = prompt;
  const seen = images === 0 ? "" : ` I see ${images} ${images === 1 ? "image" : "images"}.`;
  const heard =
    toolResult === undefined
      ? `You said ${quote(prompt.lastUserText)}.`
      : `The tool said ${quote(toolResult)}.`;
  return `Hello, this is ${model} on ${server}. ${heard}${seen}`;
}

function textOf(server: string, prompt: Prompt): string {
  if (prompt.content !== undefined) return prompt.content;
  const fenced = prompt.model.includes("json");
  if (prompt.json === undefined && !fenced) return sentence(server, prompt);
  const value =
    typeof prompt.json === "object" && prompt.json !== null
      ? sampleValue(prompt.json)
      : { server, model: prompt.model, said: prompt.lastUserText };
  const json = JSON.stringify(value);
  return prompt.json === undefined ? `\`\`\`json\n${json}\n\`\`\`` : json;
}

function callTools(prompt: Prompt): readonly ToolCall[] {
  if (prompt.content !== undefined || prompt.toolResult !== undefined) return [];
  const called = prompt.model.includes("parallel") ? prompt.tools : prompt.tools.slice(0, 1);
  return called.map((tool, index) => ({
    id: `call_${idOf(`${index}${tool.name}${prompt.allText}`)}`,
    name: tool.name,
    arguments: sampleValue(tool.parameters),
  }));
}

/**
 * What a server's model says to a prompt; the same prompt always gets the same. A model whose name
 * contains `think` thinks first, `json` answers fenced JSON, `parallel` calls every tool at once.
 */
export function say(server: string, prompt: Prompt): Said {
  const promptTokens = splitTokens(prompt.allText).length;
  const toolCalls = callTools(prompt);
  if (toolCalls.length > 0) {
    const completionTokens = 8 * toolCalls.length;
    const finish = "tool_calls";
    return { tokens: [], reasoning: [], toolCalls, finish, promptTokens, completionTokens };
  }
  const thinks =
    prompt.model.includes("think") &&
    prompt.thinking !== "none" &&
    prompt.content === undefined &&
    !prompt.lastUserText.trimEnd().endsWith("/no_think");
  const thought = thinks
    ? `The user said ${quote(prompt.lastUserText)}; a short answer will do.`
    : "";
  const inline = thinks && prompt.thinking === "inline" ? `<think>\n${thought}\n</think>\n\n` : "";
  const reasoning = prompt.thinking === "apart" ? splitTokens(thought) : [];
  const all = splitTokens(inline + textOf(server, prompt));
  const tokens = all.slice(0, prompt.maxTokens ?? all.length);
  const finish = tokens.length < all.length ? "length" : "stop";
  const completionTokens = reasoning.length + tokens.length;
  return { tokens, reasoning, toolCalls, finish, promptTokens, completionTokens };
}

/** The text of a message's content: a string, or parts of which some are text. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return asList(content)
    .map((part) => asText(asFields(part)["text"]))
    .join("");
}

/** What a chat's messages come to, in OpenAI's and in Ollama's form alike. */
export function promptMessages(
  list: unknown,
): Pick<Prompt, "allText" | "lastUserText" | "images" | "toolResult"> {
  const messages = asList(list).map(asFields);
  const lastUser = messages.findLast((message) => message["role"] === "user");
  const last = messages.at(-1);
  const parts = messages.flatMap((message) => asList(message["content"])).map(asFields);
  const isImage = (type: unknown): boolean =>
    type === "image_url" || type === "input_image" || type === "image";
  return {
    allText: messages.map((message) => contentText(message["content"])).join(" "),
    lastUserText: contentText(lastUser?.["content"]),
    images:
      parts.filter((part) => isImage(part["type"])).length +
      messages.reduce((sum, message) => sum + asList(message["images"]).length, 0),
    toolResult: last?.["role"] === "tool" ? contentText(last["content"]) : undefined,
  };
}

/** The tools a request offers, in the form `{type: 'function', function: {…}}` or flat. */
export function readTools(list: unknown): readonly Tool[] {
  return asList(list).flatMap((item) => {
    const tool = asFields(item);
    const described = "function" in tool ? asFields(tool["function"]) : tool;
    const name = asText(described["name"]);
    const parameters = described["parameters"] ?? described["input_schema"];
    return name === "" ? [] : [{ name, parameters }];
  });
}
