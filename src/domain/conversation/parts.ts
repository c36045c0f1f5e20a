// The content of one message, in any of the APIs' forms, as parts.
import { thinkingTags } from "../cleaning/thinking-tags.ts";
import { isRecord } from "../bytes/json.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { base64Size } from "./base64-size.ts";
import { joinCited } from "./join-cited.ts";
import { messageBlocks, type PartReader, sourcesOf, toolOutcome } from "./message-blocks.ts";
import { asJson, listOf, textOrNull } from "./turn.ts";
import type { TurnPart } from "./turn.ts";

/** A message's content: a text, one part, or a list of them. */
export function contentParts(content: unknown): readonly TurnPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (isRecord(content)) return typedPart(content);
  return joinCited(
    listOf(content).flatMap((part) =>
      typeof part === "string" ? contentParts(part) : isRecord(part) ? typedPart(part) : [],
    ),
  );
}

const text: PartReader = (part) => {
  const sources = sourcesOf(part);
  const said = { kind: "text", text: textOrNull(part["text"]) ?? "" } as const;
  return [sources.length === 0 ? said : { ...said, sources }];
};

const thinking: PartReader = (part) => {
  const thought = textOrNull(part["thinking"]) ?? textOrNull(part["text"]);
  return thought === null ? [] : [{ kind: "thinking", text: thought }];
};

const file: PartReader = (part) => {
  const inner = isRecord(part["file"]) ? part["file"] : part;
  return [
    media("file", inner["file_data"] ?? inner["file_url"] ?? null, textOrNull(inner["filename"])),
  ];
};

/** OpenAI's chat and Responses, Anthropic's messages: their names do not clash. */
const readers: Readonly<Record<string, PartReader>> = {
  text,
  input_text: text,
  output_text: text,
  summary_text: thinking,
  reasoning_text: thinking,
  thinking,
  refusal: (part) => [{ kind: "refusal", text: textOrNull(part["refusal"]) ?? "" }],
  image_url: ({ image_url: image }) => [media("image", isRecord(image) ? image["url"] : image)],
  input_image: (part) => [media("image", part["image_url"] ?? null, textOrNull(part["file_id"]))],
  input_audio: ({ input_audio: audio }) => {
    const fields = isRecord(audio) ? audio : {};
    return [
      {
        kind: "media",
        what: "audio",
        label: textOrNull(fields["format"]),
        bytes: base64Size(fields["data"]),
        url: null,
      },
    ];
  },
  file,
  input_file: file,
  ...messageBlocks,
};

function typedPart(part: JsonRecord): readonly TurnPart[] {
  const type = textOrNull(part["type"]) ?? (typeof part["text"] === "string" ? "text" : "");
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return (
    reader?.(part, contentParts) ??
    toolOutcome(part, contentParts) ?? [{ kind: "other", type, json: asJson(part) }]
  );
}

/** Text of a content, for places where nothing else is expected; what is not text comes as JSON. */
export function plainText(content: unknown): string {
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return "";
  const texts = contentParts(content).flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.length > 0 ? texts.join("\n") : asJson(content);
}

/** A tool call as OpenAI (arguments are text) or Ollama (an object) writes it. */
export function toolCallPart(call: unknown): TurnPart {
  const fields = isRecord(call) ? call : {};
  const detail = [fields["function"], fields["custom"]].find(isRecord) ?? fields;
  const given = detail["arguments"] ?? detail["input"];
  return {
    kind: "tool-call",
    id: textOrNull(fields["id"]) ?? textOrNull(fields["call_id"]),
    name: textOrNull(detail["name"]) ?? "",
    arguments: typeof given === "string" ? given : asJson(given),
  };
}

/** An image as Ollama carries it: bare base64. */
export function bareImage(data: unknown): TurnPart {
  const carried = typeof data === "string" ? { data } : {};
  return {
    kind: "media",
    what: "image",
    label: null,
    bytes: base64Size(data),
    url: null,
    ...carried,
  };
}

function media(what: string, address: unknown, name: string | null = null): TurnPart {
  const given = textOrNull(address);
  if (given === null) return { kind: "media", what, label: name, bytes: null, url: null };
  // A data URL is the whole file (RFC 2397); only what stands before its comma is read.
  if (!/^data:/i.test(given)) return { kind: "media", what, label: name, bytes: null, url: given };
  const comma = given.indexOf(",");
  const label = name ?? textOrNull(given.slice("data:".length, comma).split(";", 1)[0]);
  const carried = what === "image" ? { data: given.slice(comma + 1) } : {};
  return { kind: "media", what, label, bytes: base64Size(given, comma + 1), url: null, ...carried };
}

/** An answer's text, with the reasoning block that opens it as a part of its own. */
export function answerTextParts(answer: string): readonly TurnPart[] {
  const start = answer.trimStart();
  for (const { open, close } of thinkingTags) {
    if (!start.startsWith(open)) continue;
    const end = start.indexOf(close, open.length);
    const inside = start.slice(open.length, end < 0 ? undefined : end).trim();
    const after = end < 0 ? "" : start.slice(end + close.length).trimStart();
    return [
      ...(inside === "" ? [] : [{ kind: "thinking", text: inside } as const]),
      ...contentParts(after),
    ];
  }
  return contentParts(answer);
}
