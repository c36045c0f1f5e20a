// What becomes of each documented field, as tables for the documentation: made by sending samples through the codecs,
// so that the page says what the code does.
import { chatSamples } from "./chat-samples.ts";
import { type Fate, fateOf, membersOf, type Route, type Sample } from "./field-fate.ts";
import { messagesSamples, olderMessagesFields } from "./messages-samples.ts";
import { responsesSamples } from "./responses-samples.ts";
import { ollamaChatSamples, ollamaGenerateSamples } from "./ollama-samples.ts";

interface Column extends Omit<Route, "path"> {
  readonly head: string;
}

const anthropic: Column = {
  head: "Anthropic",
  type: "anthropic",
  url: "https://api.anthropic.com",
};

const responses: Column = {
  head: "Responses",
  type: "openai",
  url: "http://10.0.0.9:8000",
  speaks: "responses",
};

const chats: readonly Column[] = [
  { head: "chat, servers that people run", type: "openai", url: "http://10.0.0.9:8000" },
  { head: "chat, OpenAI", type: "openai", url: "https://api.openai.com/v1" },
];

const ollama: Column = { head: "Ollama", type: "ollama", url: "http://10.0.0.9:11434" };

const beforeMessages: readonly Column[] = [...chats, responses, ollama];

const beforeChats: readonly Column[] = [anthropic, responses];

/** @returns a table in Markdown */
export function messagesFieldTable(): string {
  return table("/v1/messages", [...messagesSamples, olderMessagesFields], beforeMessages);
}

export function responsesFieldTable(): string {
  return table("/v1/responses", responsesSamples, [...chats, ollama, anthropic]);
}

export function chatFieldTable(): string {
  return table("/v1/chat/completions", chatSamples, beforeChats);
}

export function ollamaFieldTable(): string {
  const rows = [
    ...rowsOf("/api/chat", ollamaChatSamples, beforeChats),
    ...rowsOf("/api/generate", ollamaGenerateSamples, beforeChats),
  ];
  return written(beforeChats, rows);
}

type Row = readonly string[];

function table(path: string, samples: readonly Sample[], columns: readonly Column[]): string {
  return written(columns, rowsOf(path, samples, columns));
}

function written(columns: readonly Column[], rows: readonly Row[]): string {
  const head = ["", "field", ...columns.map((column) => column.head)];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function rowsOf(
  path: string,
  samples: readonly Sample[],
  columns: readonly Column[],
): readonly Row[] {
  return samples.flatMap((sample) => {
    const cells = (key: string) => columns.map((column) => cell(sample, key, { ...column, path }));
    // Fields with the same fate share a row.
    const groups = Map.groupBy(documented(sample), (key) => cells(key).join(" | "));
    return [...groups].map(([fate, keys], at) => [
      at === 0 ? sample.what : "",
      keys.map((key) => `\`${key}\``).join(", "),
      fate,
    ]);
  });
}

/** What says which type or role it is, is not worth a row beside others. */
function documented(sample: Sample): readonly string[] {
  const members = membersOf(sample);
  const telling = members.filter((key) => key !== "type" && key !== "role");
  return telling.length > 0 ? telling : members;
}

function cell(sample: Sample, key: string, route: Route): string {
  const own = sample.own?.[key];
  if (own !== undefined) return own;
  const fate = fateOf(sample, key, route);
  const quiet = sample.quiet?.[key];
  return fate.kind === "silent" && quiet !== undefined ? quiet : words(fate);
}

function words(fate: Fate): string {
  switch (fate.kind) {
    case "carried":
      return shortened(fate.to);
    case "named":
      return fate.to.length === 0 ? "*named*" : `${shortened(fate.to)}, *named*`;
    case "refused":
      return "*cannot*";
    case "silent":
      return "";
  }
}

/** Places with the same beginning as one. */
function shortened(places: readonly string[]): string {
  const groups = Map.groupBy(places, (place) => place.split(".", 1)[0]);
  return [...groups.values()]
    .map((group) =>
      group
        .map((place) => place.split("."))
        .reduce(common)
        .join("."),
    )
    .map((place) => `\`${place}\``)
    .join(", ");
}

function common(one: readonly string[], other: readonly string[]): string[] {
  const end = one.findIndex((step, at) => step !== other[at]);
  return one.slice(0, end < 0 ? one.length : end);
}
