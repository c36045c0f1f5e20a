// A whole response as the events of a stream; nothing of it is lost.
import { joinBytes } from "../../bytes/join-bytes.ts";
import { isRecord, textMember } from "../../bytes/json.ts";
import { type JsonSource, withValues } from "../../bytes/json-source.ts";
import { ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import { done, EventLog } from "./event-log.ts";

/** What a response has not while it begins. */
const begun: WrittenObject = {
  status: "in_progress",
  output: [],
  usage: null,
  completed_at: null,
  incomplete_details: null,
};

/** null: it has no output. */
export function responseAsEvents(response: JsonSource): Uint8Array | null {
  const { output, status } = response.record;
  if (!Array.isArray(output)) return null;
  const log = new EventLog();
  const first = withValues(response, begun);
  log.emit("response.created", { response: first });
  log.emit("response.in_progress", { response: first });
  for (const [index, item] of response.member("output").items().entries())
    if (isRecord(item.value)) logItem(item, index, log);
  const end = status === "incomplete" ? "incomplete" : "completed";
  log.emit(`response.${end}`, { response: response.raw() });
  return joinBytes([...log.taken(), done]);
}

function logItem(item: JsonSource, index: number, log: EventLog): void {
  const place = { output_index: ownNumber(index) };
  const empty = {
    status: "in_progress",
    content: [],
    summary: [],
    arguments: "",
    input: "",
  };
  log.emit("response.output_item.added", { ...place, item: withValues(item, empty) });
  const at = { item_id: textMember(item.record, "id") ?? "", ...place };
  for (const key of ["summary", "content"])
    for (const [number, part] of item.member(key).items().entries())
      if (isRecord(part.value)) logPart(part, { ...at, [`${key}_index`]: ownNumber(number) }, log);
  for (const [key, name] of calls) {
    const given = item.record[key];
    if (typeof given !== "string") continue;
    if (given !== "") log.emit(`response.${name}.delta`, { ...at, delta: given });
    log.emit(`response.${name}.done`, { ...at, [key]: given });
  }
  log.emit("response.output_item.done", { ...place, item: item.raw() });
}

const calls = [
  ["arguments", "function_call_arguments"],
  ["input", "custom_tool_call_input"],
] as const;

interface PartForm {
  /** The part's name in events, and its text's. */
  readonly part: string;
  readonly text: string;
  /** The member that holds the text. */
  readonly key: "text" | "refusal";
}

const forms: Readonly<Record<string, PartForm>> = {
  output_text: { part: "content_part", text: "output_text", key: "text" },
  refusal: { part: "content_part", text: "refusal", key: "refusal" },
  reasoning_text: { part: "content_part", text: "reasoning_text", key: "text" },
  summary_text: { part: "reasoning_summary_part", text: "reasoning_summary_text", key: "text" },
};

function logPart(part: JsonSource, place: WrittenObject, log: EventLog): void {
  const form = forms[textMember(part.record, "type") ?? ""];
  // A part of a kind that nobody knows comes with its item.
  if (form === undefined) return;
  const { key } = form;
  const text = textMember(part.record, key) ?? "";
  const tokens = form.text === "output_text" ? { logprobs: [] } : {};
  const empty = { [key]: "", annotations: [], logprobs: [] };
  log.emit(`response.${form.part}.added`, { ...place, part: withValues(part, empty) });
  if (text !== "") log.emit(`response.${form.text}.delta`, { ...place, ...tokens, delta: text });
  for (const [number, annotation] of part.member("annotations").items().entries())
    log.emit("response.output_text.annotation.added", {
      ...place,
      annotation_index: ownNumber(number),
      annotation: annotation.raw(),
    });
  const logprobs = part.member("logprobs");
  const whole = Array.isArray(logprobs.value) ? { logprobs: logprobs.raw() } : tokens;
  log.emit(`response.${form.text}.done`, { ...place, [key]: text, ...whole });
  log.emit(`response.${form.part}.done`, { ...place, part: part.raw() });
}
