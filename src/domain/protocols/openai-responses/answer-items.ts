// The items of an answer of Responses while they come. Servers differ in what they send of an item: its
// pieces and then the whole, the whole alone, or nothing before the response that holds all. Each says what has not been said.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { jsonText } from "../../bytes/json-written.ts";
import type { AnswerEvent } from "../neutral/answer.ts";
import { readTokens } from "../neutral/token-probability.ts";
import { plainReasoning } from "./sealed-reasoning.ts";

export interface AnswerItems {
  added(event: JsonRecord): readonly AnswerEvent[];
  /** A piece of a text, or of a refusal. @param source the event beside its text */
  said(event: JsonRecord, refuses: boolean, source: () => JsonSource): readonly AnswerEvent[];
  annotated(event: JsonRecord): readonly AnswerEvent[];
  /** A piece of reasoning. @param where it stands in the item */
  thought(event: JsonRecord, where: ReasoningPlace): readonly AnswerEvent[];
  /** A piece of a call's arguments or input. */
  called(event: JsonRecord): readonly AnswerEvent[];
  /** @param item beside its text */
  done(event: JsonRecord, item: () => JsonSource): readonly AnswerEvent[];
  /** What has not come of a response. @param output its items */
  rest(output: JsonSource): readonly AnswerEvent[];
}

type ReasoningPlace = "content" | "summary";

type ItemKind = "message" | "reasoning" | "call" | "other";

interface Item {
  readonly kind: ItemKind;
  readonly id: string | null;
  readonly index: number | null;
  /** Characters that have come, of all its parts. */
  length: number;
  /** Where its parts begin among these. */
  readonly parts: Map<unknown, number>;
  annotations: number;
  /** Of reasoning, which may stand in both places: the one that counts. */
  place: ReasoningPlace | null;
  /** Of a call: which it is, and whether its input is any text. */
  readonly call: number;
  readonly custom: boolean;
  isDone: boolean;
}

export function createAnswerItems(): AnswerItems {
  const items: Item[] = [];
  let calls = 0;
  /** Some message has had a text. */
  let said = false;

  function begin(kind: ItemKind, event: JsonRecord, item: JsonRecord): Item {
    const begun: Item = {
      kind,
      id: textMember(item, "id") ?? textMember(event, "item_id"),
      index: indexOf(event),
      length: 0,
      parts: new Map(),
      annotations: 0,
      place: null,
      call: kind === "call" ? calls++ : -1,
      custom: item["type"] === "custom_tool_call",
      isDone: false,
    };
    items.push(begun);
    return begun;
  }

  /** The item that an event is about, where it has come up: by its place, by its id, or the last that is open. */
  function find(kind: ItemKind, event: JsonRecord, id: string | null): Item | undefined {
    const index = indexOf(event);
    const open = items.filter(
      (item) => item.kind === kind && !item.isDone && (index === null || item.index === index),
    );
    return open.findLast((item) => item.id === id) ?? open.at(-1);
  }

  /** As `find`, or a new one: not every server says that an item begins. */
  function itemOf(kind: ItemKind, event: JsonRecord): Item {
    return find(kind, event, textMember(event, "item_id")) ?? begin(kind, event, {});
  }

  function text(item: Item, words: string, refuses: boolean): readonly AnswerEvent[] {
    if (words === "") return nothing;
    const isFirst = item.length === 0;
    item.length += words.length;
    if (refuses) return [{ kind: "text", text: words, refusal: true }];
    // A message of its own, such as an answer after a word on what is being done for it.
    const gap = isFirst && said ? between : "";
    said = true;
    return [{ kind: "text", text: gap + words }];
  }

  /** @param part which of the texts in its place */
  function thinking(
    item: Item,
    place: ReasoningPlace,
    part: unknown,
    words: string,
  ): readonly AnswerEvent[] {
    if (words === "" || (item.place ?? place) !== place) return nothing;
    item.place = place;
    const gap = item.parts.size > 0 && !item.parts.has(part) ? between : "";
    if (!item.parts.has(part)) item.parts.set(part, item.length);
    item.length += words.length;
    return [{ kind: "thinking", text: gap + words }];
  }

  function begins(item: Item, call: JsonRecord): readonly AnswerEvent[] {
    const id = textMember(call, "call_id") ?? item.id;
    const name = nameOf(call);
    const given = item.custom ? customBeginning : "";
    return [{ kind: "calls", pieces: [{ call: item.call, id, name, given }] }];
  }

  function gives({ call, custom }: Item, words: string): readonly AnswerEvent[] {
    if (words === "") return nothing;
    const given = custom ? jsonText(words).slice(1, -1) : words;
    return [{ kind: "calls", pieces: [{ call, id: null, name: "", given }] }];
  }

  /** What has not come of an item that is whole. */
  function complete(item: Item, source: JsonSource): readonly AnswerEvent[] {
    if (item.isDone) return nothing;
    item.isDone = true;
    const { record } = source;
    switch (item.kind) {
      case "message":
        return restOfMessage(item, source.member("content"));
      case "reasoning":
        return [...restOfReasoning(item, source), ...sealOf(item, record)];
      case "call":
        return restOfCall(item, source);
      case "other":
        // What the server's own tools did; the text that follows holds the outcome.
        return [{ kind: "other", field: `answer.output.${textMember(record, "type") ?? "type"}` }];
    }
  }

  function restOfMessage(item: Item, content: JsonSource): readonly AnswerEvent[] {
    const events: AnswerEvent[] = [];
    let begun = 0;
    let annotated = 0;
    for (const part of content.items()) {
      const refuses = part.record["type"] === "refusal";
      const words = textMember(part.record, refuses ? "refusal" : "text") ?? "";
      const isNew = item.length <= begun;
      events.push(...text(item, words.slice(Math.max(0, item.length - begun)), refuses));
      const logprobs = part.member("logprobs");
      if (isNew) events.push(...tokens(logprobs));
      for (const { record: annotation } of part.member("annotations").items())
        if (annotated++ >= item.annotations) events.push(citation(item, annotation, begun));
      begun += words.length;
    }
    return events;
  }

  function restOfReasoning(item: Item, source: JsonSource): readonly AnswerEvent[] {
    const content = source.member("content").items();
    const place = item.place ?? (content.length > 0 ? "content" : "summary");
    const parts = place === "content" ? content : source.member("summary").items();
    let begun = 0;
    return parts.flatMap(({ record }, part) => {
      const words = textMember(record, "text") ?? "";
      const rest = words.slice(Math.max(0, item.length - begun));
      begun += words.length;
      return thinking(item, place, part, rest);
    });
  }

  function restOfCall(item: Item, source: JsonSource): readonly AnswerEvent[] {
    const words = givenTo(source);
    const rest = words.slice(item.length);
    item.length += rest.length;
    const last = item.custom ? [{ call: item.call, id: null, name: "", given: customEnd }] : [];
    return last.length === 0
      ? gives(item, rest)
      : [...gives(item, rest), { kind: "calls", pieces: last }];
  }

  return {
    added(event) {
      const item = isRecord(event["item"]) ? event["item"] : nothingHeld;
      const kind = kindOf(item);
      const begun = begin(kind, event, item);
      return kind === "call" ? begins(begun, item) : nothing;
    },
    said(event, refuses, source) {
      const item = itemOf("message", event);
      const words = textMember(event, "delta") ?? "";
      const part = event["content_index"] ?? 0;
      if (!item.parts.has(part)) item.parts.set(part, item.length);
      const events = text(item, words, refuses);
      const { logprobs } = event;
      return Array.isArray(logprobs) && logprobs.length > 0
        ? [...events, ...tokens(source().member("logprobs"))]
        : events;
    },
    annotated(event) {
      const item = itemOf("message", event);
      item.annotations++;
      const begun = item.parts.get(event["content_index"] ?? 0) ?? 0;
      return [citation(item, isRecord(event["annotation"]) ? event["annotation"] : {}, begun)];
    },
    thought(event, place) {
      const part = event[place === "content" ? "content_index" : "summary_index"] ?? 0;
      return thinking(itemOf("reasoning", event), place, part, textMember(event, "delta") ?? "");
    },
    called(event) {
      const item = find("call", event, textMember(event, "item_id"));
      // A call that nobody has named comes whole, if at all.
      if (item === undefined) return nothing;
      const words = textMember(event, "delta") ?? "";
      item.length += words.length;
      return gives(item, words);
    },
    done(event, source) {
      const held = isRecord(event["item"]) ? event["item"] : nothingHeld;
      const kind = kindOf(held);
      const known = find(kind, event, textMember(held, "id"));
      const item = known ?? begin(kind, event, held);
      const begun = known === undefined && kind === "call" ? begins(item, held) : nothing;
      return [...begun, ...complete(item, source())];
    },
    rest(output) {
      // By order: ids and places differ between events and response at some servers.
      const left = [...items];
      return output.items().flatMap((source) => {
        if (!isRecord(source.value)) return nothing;
        const kind = kindOf(source.value);
        const at = left.findIndex((item) => item.kind === kind);
        const [known] = at < 0 ? [] : left.splice(at, 1);
        const item = known ?? begin(kind, nothingHeld, source.value);
        const begun = known === undefined && kind === "call" ? begins(item, source.value) : nothing;
        return [...begun, ...complete(item, source)];
      });
    },
  };
}

const nothing: readonly AnswerEvent[] = [];
const nothingHeld: JsonRecord = {};

/** Between two messages, and two texts of reasoning, which clients get as one. */
const between = "\n\n";

/** A custom tool's input goes on as the arguments of a function of one text. */
const customBeginning = '{"input":"';
const customEnd = '"}';

function kindOf({ type }: JsonRecord): ItemKind {
  switch (type) {
    case "message":
    case "reasoning":
      return type;
    case "function_call":
    case "custom_tool_call":
      return "call";
    default:
      return "other";
  }
}

function indexOf({ output_index: index }: JsonRecord): number | null {
  return typeof index === "number" ? index : null;
}

function nameOf(call: JsonRecord): string {
  return textMember(call, "name") ?? "";
}

/** Some servers send an object where there should be its text. */
function givenTo(call: JsonSource): string {
  const { arguments: given, input } = call.record;
  if (typeof given === "string") return given;
  if (typeof input === "string") return input;
  return isRecord(given) ? call.member("arguments").raw().text : "";
}

function tokens(logprobs: JsonSource): readonly AnswerEvent[] {
  const read = readTokens(logprobs);
  return read.length === 0 ? nothing : [{ kind: "logprobs", tokens: read }];
}

/** What only its maker reads, and that there is nothing of the kind where the text is all there is. */
function sealOf({ place }: Item, reasoning: JsonRecord): readonly AnswerEvent[] {
  const data = textMember(reasoning, "encrypted_content");
  if (data !== null) return [{ kind: "seal", of: "signature", data }];
  return place === "content" ? [{ kind: "seal", of: "signature", data: plainReasoning }] : nothing;
}

/** Files of the server's own have no address. @param begun where the part that has it begins in the item's text */
function citation(item: Item, annotation: JsonRecord, begun: number): AnswerEvent {
  const url = textMember(annotation, "url");
  if (url === null) return { kind: "other", field: "answer.output.annotations" };
  const { start_index: start, end_index: end } = annotation;
  const last = typeof end === "number" ? Math.min(begun + end, item.length) : item.length;
  const first = typeof start === "number" ? Math.min(begun + start, last) : last;
  return {
    kind: "citation",
    url,
    title: textMember(annotation, "title"),
    length: last - first,
    since: item.length - last,
  };
}
