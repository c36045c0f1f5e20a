// The items of a response while they come: each added once, done once, its text between; calls may be open side by side.
import { ownNumber, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import type { CallPiece, CitationEvent, SealEvent, WriterContext } from "../neutral/answer.ts";
import { customInput } from "../neutral/custom-tool.ts";
import { sealText } from "../neutral/seal.ts";
import { type ToolForm, toolForms } from "./declared-tools.ts";
import type { EventLog } from "./event-log.ts";
import { type ItemStatus, partForm, type SpokenItem } from "./spoken-item.ts";
import { createStreamedInput, type StreamedInput } from "./streamed-input.ts";

export interface OutputItems {
  text(text: string): void;
  refusal(text: string): void;
  logprobs(tokens: readonly WrittenObject[]): void;
  /** Of the text just before. */
  citation(event: CitationEvent): void;
  thinking(text: string): void;
  seal(event: SealEvent): void;
  calls(pieces: readonly CallPiece[]): void;
  /** Ends all that is open. @param status of what was: an answer that was cut short leaves its last item so */
  close(status: "completed" | "incomplete"): void;
  /** All so far, those that are open as far as they have come. */
  written(): readonly Written[];
  /** Characters of text, thinking and calls. */
  characters(): number;
}

interface CallItem {
  readonly kind: "call";
  id: string | null;
  name: string;
  given: string;
  /** Of a custom tool's: what has been said of its input. */
  input: string;
  /** null: its name is not known yet. */
  begun: BegunCall | null;
  status: ItemStatus;
}

interface BegunCall {
  readonly id: string;
  readonly callId: string;
  readonly index: number;
  readonly form: ToolForm;
  /** Of a custom tool's. */
  readonly input: StreamedInput | null;
}

type Item = SpokenItem | CallItem;

export function createOutputItems(context: WriterContext, log: EventLog): OutputItems {
  const { asked, maker } = context;
  const forms = toolForms(asked);
  const inSummary = typeof asked.member("reasoning").record["summary"] === "string";
  const isSealed = includes(asked.record["include"], "reasoning.encrypted_content");
  const plainId = context.id.replaceAll(/[^a-zA-Z0-9]/g, "");
  /** In the order in which they were added. */
  const items: Item[] = [];
  const calls = new Map<number, CallItem>();
  let open: SpokenItem | null = null;
  let characters = 0;

  function place(index: number): WrittenObject {
    return { output_index: ownNumber(index) };
  }

  function begin(kind: SpokenItem["kind"]): SpokenItem {
    if (open?.kind === kind) return open;
    endSpoken("completed");
    const index = items.length;
    const id = `${kind === "reasoning" ? "rs" : "msg"}_${plainId}_${index}`;
    open = {
      kind,
      id,
      index,
      text: "",
      tokens: [],
      annotations: [],
      sealed: null,
      status: "in_progress",
    };
    items.push(open);
    log.emit("response.output_item.added", { ...place(index), item: added(open) });
    return open;
  }

  function added(item: SpokenItem): WrittenObject {
    return item.kind === "reasoning"
      ? { ...reasoningOf(item), summary: [], ...(inSummary ? {} : { content: [] }) }
      : { ...messageOf(item), content: [] };
  }

  function partPlace(item: SpokenItem): WrittenObject {
    const { index } = partForm(item.kind, inSummary);
    return { item_id: item.id, ...place(item.index), [index]: ownNumber(0) };
  }

  function partOf(item: SpokenItem): WrittenObject {
    return partForm(item.kind, inSummary).written(item);
  }

  function say(kind: SpokenItem["kind"], text: string): void {
    if (text === "") return;
    const item = begin(kind);
    const form = partForm(kind, inSummary);
    if (item.text === "")
      log.emit(`response.${form.part}.added`, { ...partPlace(item), part: partOf(item) });
    item.text += text;
    characters += text.length;
    const where = `"item_id":"${item.id}","output_index":${item.index},"${form.index}":0${form.beside}`;
    log.delta(`response.${form.text}.delta`, where, text);
  }

  function cite({ url, title, length, since = 0 }: CitationEvent): void {
    const item = open;
    if (item?.kind !== "message") return;
    const end = Math.max(0, item.text.length - since);
    const annotation = {
      type: "url_citation",
      url,
      title: title ?? "",
      start_index: ownNumber(Math.max(0, end - length)),
      end_index: ownNumber(end),
    };
    const where = { ...partPlace(item), annotation_index: ownNumber(item.annotations.length) };
    item.annotations.push(annotation);
    log.emit("response.output_text.annotation.added", { ...where, annotation });
  }

  function endSpoken(status: ItemStatus): void {
    if (open === null) return;
    const item = open;
    open = null;
    item.status = status;
    const form = partForm(item.kind, inSummary);
    if (item.text !== "") {
      log.emit(`response.${form.text}.done`, { ...partPlace(item), ...form.done(item) });
      log.emit(`response.${form.part}.done`, { ...partPlace(item), part: partOf(item) });
    }
    log.emit("response.output_item.done", { ...place(item.index), item: writtenItem(item) });
  }

  function messageOf({ id, status }: SpokenItem): WrittenObject {
    return { id, type: "message", status, role: "assistant" };
  }

  function reasoningOf({ id }: SpokenItem): WrittenObject {
    return { id, type: "reasoning" };
  }

  function writtenSpoken(item: SpokenItem): WrittenObject {
    const parts = item.text === "" ? [] : [partOf(item)];
    if (item.kind !== "reasoning") return { ...messageOf(item), content: parts };
    const sealed = item.sealed ?? sealText({ maker, kind: "text", data: "" });
    return {
      ...reasoningOf(item),
      ...(inSummary ? { summary: parts } : { summary: [], content: parts }),
      ...(isSealed && item.status !== "in_progress" ? { encrypted_content: sealed } : {}),
    };
  }

  function seal({ of: kind, data }: SealEvent): void {
    if (kind === "redacted") {
      endSpoken("completed");
      // Where the client cannot keep it there is nothing to show of it.
      if (!isSealed) return;
    }
    const item = begin("reasoning");
    item.sealed = sealText({ maker, kind, data });
    endSpoken("completed");
  }

  function take({ call, id, name, given }: CallPiece): void {
    const item = calls.get(call) ?? newCall();
    calls.set(call, item);
    item.id ??= id;
    item.name += name;
    item.given += given;
    characters += given.length;
    if (item.begun !== null) argued(item, item.begun, given);
    else if (item.name !== "") beginCall(item);
  }

  function beginCall(item: CallItem): void {
    endSpoken("completed");
    const index = items.push(item) - 1;
    const form = forms.get(item.name) ?? { custom: false, name: item.name, namespace: null };
    const begun: BegunCall = {
      id: `${form.custom ? "ctc" : "fc"}_${plainId}_${index}`,
      callId: item.id ?? `call_${plainId}_${index}`,
      index,
      form,
      input: form.custom ? createStreamedInput() : null,
    };
    item.begun = begun;
    log.emit("response.output_item.added", { ...place(index), item: callOf(item, begun, "") });
    argued(item, begun, item.given);
  }

  function argued(item: CallItem, { id, index, input }: BegunCall, given: string): void {
    if (item.status !== "in_progress") return;
    const text = input === null ? given : input.push(given);
    if (text === "") return;
    if (input !== null) item.input += text;
    const what = input === null ? "function_call_arguments" : "custom_tool_call_input";
    log.delta(`response.${what}.delta`, `"item_id":"${id}","output_index":${index}`, text);
  }

  /** Arguments of another form show only at their end what was meant; what has been said stays. */
  function sayRest(item: CallItem, { id, index }: BegunCall): void {
    const input = customInput(item.given);
    if (!input.startsWith(item.input) || input === item.input) return;
    const rest = input.slice(item.input.length);
    item.input = input;
    const where = `"item_id":"${id}","output_index":${index}`;
    log.delta("response.custom_tool_call_input.delta", where, rest);
  }

  function callOf(item: CallItem, { id, callId, form }: BegunCall, given: string): WrittenObject {
    const { custom, name, namespace } = form;
    return {
      id,
      type: custom ? "custom_tool_call" : "function_call",
      status: item.status,
      call_id: callId,
      name,
      ...(namespace === null ? {} : { namespace }),
      ...(custom ? { input: given } : { arguments: given }),
    };
  }

  function endCall(item: CallItem, status: ItemStatus): void {
    const { begun } = item;
    if (begun === null || item.status !== "in_progress") return;
    if (begun.form.custom) sayRest(item, begun);
    item.status = status;
    const where = { item_id: begun.id, ...place(begun.index) };
    if (begun.form.custom)
      log.emit("response.custom_tool_call_input.done", { ...where, input: item.input });
    else
      log.emit("response.function_call_arguments.done", {
        ...where,
        name: begun.form.name,
        arguments: item.given,
      });
    log.emit("response.output_item.done", { ...place(begun.index), item: writtenItem(item) });
  }

  function writtenItem(item: Item): WrittenObject {
    if (item.kind !== "call") return writtenSpoken(item);
    const { begun, given, input } = item;
    return begun === null ? {} : callOf(item, begun, begun.form.custom ? input : given);
  }

  return {
    text: (text) => say("message", text),
    refusal: (text) => say("refusal", text),
    logprobs(tokens) {
      const last = open ?? items.at(-1);
      if (last?.kind === "message") last.tokens.push(...tokens.map(asToken));
    },
    citation: cite,
    thinking: (text) => say("reasoning", text),
    seal,
    calls(pieces) {
      for (const piece of pieces) take(piece);
    },
    close(status) {
      const last = items.at(-1);
      endSpoken(open === last ? status : "completed");
      for (const item of items)
        if (item.kind === "call") endCall(item, item === last ? status : "completed");
      // A call without a name is none.
      for (const { begun } of calls.values()) if (begun === null) context.lose("answer.tool_calls");
    },
    written: () => items.map(writtenItem),
    characters: () => characters,
  };
}

function newCall(): CallItem {
  return {
    kind: "call",
    id: null,
    name: "",
    given: "",
    input: "",
    begun: null,
    status: "in_progress",
  };
}

function includes(list: unknown, what: string): boolean {
  return Array.isArray(list) && list.includes(what);
}

/** OpenAI's tokens have all of these members, and those beside them all but the last. */
function asToken({ top_logprobs: others, ...token }: WrittenObject): WrittenObject {
  const top = Array.isArray(others) ? (others as readonly WrittenObject[]) : [];
  return { bytes: [], ...token, top_logprobs: top.map((other) => ({ bytes: [], ...other })) };
}
