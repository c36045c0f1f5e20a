// What whole answers and streams of Anthropic's have in common: ids, calls that cannot be one, and what is lost.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { AnswerEvent, WriterContext } from "../neutral/answer.ts";

/** An answer, with what it says and why it ended. @param context of the call, from which its id follows */
export function messageObject(
  { id, model }: WriterContext,
  content: readonly Written[],
  ending: WrittenObject,
  usage: WrittenObject,
): WrittenObject {
  return {
    id: `msg_${plainId(id)}`,
    type: "message",
    role: "assistant",
    model,
    content,
    ...ending,
    usage,
  };
}

/** The id of a call whose server gave it none. @param place among the answer's blocks */
export function madeCallId({ id }: WriterContext, place: number): string {
  return `toolu_${plainId(id)}_${place}`;
}

function plainId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9]/g, "");
}

/**
 * A call whose arguments are not an object, in the model's words: with made-up ones a client would run
 * the wrong thing.
 */
export function unreadableCall(name: string, given: string): string {
  return `{"name": ${JSON.stringify(name)}, "arguments": ${given}`;
}

/** Whether the client wants no thinking shown, though the model may think. */
export function hidesThinking({ asked }: WriterContext): boolean {
  return asked.member("thinking").member("display").value === "omitted";
}

/** What no block of this protocol's holds. */
export function loseOther(event: AnswerEvent, { lose }: WriterContext): void {
  if (event.kind === "image") lose("answer.images");
  if (event.kind === "citation") lose("answer.annotations");
  if (event.kind === "logprobs") lose("answer.logprobs");
  if (event.kind === "other") lose(event.field);
}
