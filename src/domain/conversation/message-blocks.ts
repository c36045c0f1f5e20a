// The content blocks of Anthropic's messages as parts of a turn.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { base64Size } from "./base64-size.ts";
import { asJson, listOf, textOrNull } from "./turn.ts";
import type { Source, TurnPart } from "./turn.ts";

/** One part of a content; @param content reads what a part itself holds */
export type PartReader = (
  part: JsonRecord,
  content: (inner: unknown) => readonly TurnPart[],
) => readonly TurnPart[];

/** Those whose types only Anthropic has; what its servers' own tools bring goes by `toolOutcome`. */
export const messageBlocks: Readonly<Record<string, PartReader>> = {
  redacted_thinking: () => [{ kind: "thinking", text: "(withheld by the provider)" }],
  image: (block) => [sourceMedia("image", block)],
  document: (block, content) => [sourceMedia("file", block), ...documentText(block, content)],
  search_result: (block, content) => [
    {
      kind: "media",
      what: "search result",
      label: textOrNull(block["title"]),
      bytes: null,
      url: textOrNull(block["source"]),
    },
    ...content(block["content"]),
  ],
  tool_use: toolUse,
  server_tool_use: toolUse,
  mcp_tool_use: toolUse,
  tool_result: (block, content) =>
    toolResult(
      textOrNull(block["tool_use_id"]),
      block["content"],
      block["is_error"] === true,
      content,
    ),
};

/** What a call brought: its texts, or JSON where there are none, and whatever else came with them. */
export function toolResult(
  id: string | null,
  brought: unknown,
  failed: boolean,
  content: (inner: unknown) => readonly TurnPart[],
): readonly TurnPart[] {
  const inner = content(brought);
  const media = inner.filter(({ kind }) => kind === "media");
  const texts = inner.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const isNamed = texts.length > 0 || media.length > 0 || inner.length === 0;
  const text = isNamed ? texts.join("\n") : readableJson(brought);
  return [{ kind: "tool-result", id, text, failed }, ...media];
}

/** What a tool of the server's own has brought; null where the block is none of that. */
export function toolOutcome(
  block: JsonRecord,
  content: (inner: unknown) => readonly TurnPart[],
): readonly TurnPart[] | null {
  if (textOrNull(block["type"])?.endsWith("_tool_result") !== true) return null;
  const { content: brought } = block;
  const type = isRecord(brought) ? textOrNull(brought["type"]) : null;
  return [
    {
      kind: "tool-result",
      id: textOrNull(block["tool_use_id"]),
      text: outcomeText(brought, content),
      failed: block["is_error"] === true || type?.endsWith("_error") === true,
    },
  ];
}

/** Where a text says what it rests on. */
export function sourcesOf(block: JsonRecord): readonly Source[] {
  const cited = [...listOf(block["citations"]), ...listOf(block["annotations"])].filter(isRecord);
  return cited.map(
    ({ title, document_title: document, filename, url, source, cited_text: quote }) => ({
      title: textOrNull(title) ?? textOrNull(document) ?? textOrNull(filename),
      url: textOrNull(url) ?? textOrNull(source),
      quote: textOrNull(quote),
    }),
  );
}

function toolUse(block: JsonRecord): readonly TurnPart[] {
  return [
    {
      kind: "tool-call",
      id: textOrNull(block["id"]),
      name: textOrNull(block["name"]) ?? "",
      arguments: asJson(block["input"]),
    },
  ];
}

function outcomeText(brought: unknown, content: (inner: unknown) => readonly TurnPart[]): string {
  const found = listOf(brought).filter(isRecord);
  if (found.length > 0 && found.every(({ type }) => type === "web_search_result"))
    return found.map(({ title, url }) => `${String(title)} ${String(url)}`).join("\n");
  const texts = content(brought).flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.length > 0 ? texts.join("\n") : readableJson(brought);
}

/** Without what only the server that made it can read. */
function readableJson(value: unknown): string {
  try {
    const text = JSON.stringify(value, (key, member: unknown) =>
      key.startsWith("encrypted_") ? undefined : member,
    );
    return text ?? "";
  } catch {
    return ""; // nested so deeply that only parsing it worked
  }
}

function sourceMedia(what: string, block: JsonRecord): TurnPart {
  const source = isRecord(block["source"]) ? block["source"] : {};
  const { type, media_type: mediaType, file_id: fileId, url, data } = source;
  const label = textOrNull(block["title"]) ?? textOrNull(mediaType) ?? textOrNull(fileId);
  const bytes = type === "text" ? null : base64Size(data);
  const carried = what === "image" && typeof data === "string" ? { data } : {};
  return { kind: "media", what, label, bytes, url: textOrNull(url), ...carried };
}

function documentText(
  block: JsonRecord,
  content: (inner: unknown) => readonly TurnPart[],
): readonly TurnPart[] {
  const source = isRecord(block["source"]) ? block["source"] : {};
  if (source["type"] === "text") return content(source["data"]);
  return source["type"] === "content" ? content(source["content"]) : [];
}
