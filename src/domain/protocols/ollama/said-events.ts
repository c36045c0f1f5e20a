// What the events of one batch say, by the places that Ollama's form has for it.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { AnswerEvent } from "../neutral/answer.ts";
import type { CallAssembler } from "./call-assembler.ts";
import type { Statistics } from "./statistics.ts";

/** Mutable while it is read; a stream makes one for every event. */
export interface SaidEvents {
  content: string;
  thinking: string;
  /** Text came of which nothing is for the client. */
  hushed: boolean;
  /** Base64. */
  images: string[];
  logprobs: readonly WrittenObject[];
  /** A piece of a tool call came. */
  called: boolean;
  finish: string | null;
  error: string | null;
  /** The upstream said that nothing follows. */
  over: boolean;
}

/** @param lose called with each part that has no place */
export function readSaid(
  kind: "chat" | "generate",
  events: readonly AnswerEvent[],
  assembler: CallAssembler,
  statistics: Statistics,
  lose: (field: string) => void,
): SaidEvents {
  const said: SaidEvents = {
    content: "",
    thinking: "",
    hushed: false,
    images: [],
    logprobs: none,
    called: false,
    finish: null,
    error: null,
    over: false,
  };
  for (const event of events)
    switch (event.kind) {
      case "text":
        said.content += event.text;
        said.hushed ||= event.text === "";
        break;
      case "thinking":
        said.thinking += (event.gap ?? "") + event.text;
        break;
      case "image": {
        const image = base64Of(event.url);
        if (image !== null) said.images.push(image);
        // Links have no room in a chat's message, and no picture has any in a generated text.
        if (image === null || kind === "generate") lose("answer.images");
        break;
      }
      case "calls":
        assembler.add(event.pieces);
        said.called = true;
        break;
      case "logprobs":
        said.logprobs = event.tokens;
        break;
      case "usage":
        statistics.take(event);
        break;
      case "finish":
        said.finish = event.reason;
        break;
      case "citation":
        lose("answer.content.citations");
        break;
      case "other":
        lose(event.field);
        break;
      case "error":
        said.error = event.message;
        break;
      case "end":
        said.over = true;
        break;
      case "vector":
      case "seal":
        break;
    }
  return said;
}

const none: readonly WrittenObject[] = [];

function base64Of(url: string): string | null {
  return /^data:[^,]*;base64,(.+)$/is.exec(url)?.[1] ?? null;
}
