// A message as the steps that put it on the wire: writes, waits, and how the connection ends.
import { Buffer } from "node:buffer";
import type { Behaviour, Point, RawChunk } from "./behaviour.ts";
import type { Gate } from "./gate.ts";
import type { Message } from "./message.ts";
import { positionOf, splitAt } from "./position.ts";
import type { ReplyPiece } from "./reply.ts";

type StepBytes = string | Uint8Array;

/** The end of the steps is the end of an answer on a connection that stays open. */
export type PlayStep =
  | { readonly do: "write"; readonly bytes: StepBytes }
  | { readonly do: "pause"; readonly ms: number }
  /** Lets the event loop turn, so that what comes next is a write of its own. */
  | { readonly do: "turn" }
  | { readonly do: "gate"; readonly gate: Gate }
  | { readonly do: "silence" }
  /** `broken` where the answer is not whole. */
  | { readonly do: "fin"; readonly broken: boolean }
  | { readonly do: "rst" };

const write = (bytes: StepBytes): PlayStep => ({ do: "write", bytes });
const turn: PlayStep = { do: "turn" };

function chunk(bytes: StepBytes): readonly StepBytes[] {
  const size = Buffer.byteLength(bytes).toString(16);
  return typeof bytes === "string" ? [`${size}\r\n${bytes}\r\n`] : [`${size}\r\n`, bytes, "\r\n"];
}

function* body(
  message: Message,
  pieces: readonly ReplyPiece[],
  behaviour: Behaviour,
): Generator<PlayStep> {
  const { firstTokenMs = 0, betweenMs = 0, perEvent = false } = behaviour;
  // Pieces after a stall are a later part of the same body: its first content may be out already.
  let begun = !message.isStream || pieces[0] !== message.pieces[0];
  for (const { part, bytes } of pieces) {
    const wait = begun ? betweenMs : part === "content" ? firstTokenMs : 0;
    if (message.isStream && wait > 0) yield { do: "pause", ms: wait };
    if (part === "content") begun = true;
    if (Buffer.byteLength(bytes) === 0) continue;
    if (message.chunked) for (const bit of chunk(bytes)) yield write(bit);
    else yield write(bytes);
    if (perEvent) yield turn;
  }
}

/** What a behaviour does at its point, and whether the answer goes on afterwards. */
function* interruption(behaviour: Behaviour): Generator<PlayStep, "goes on" | "over"> {
  if (behaviour.beforeFaultMs !== undefined) yield { do: "pause", ms: behaviour.beforeFaultMs };
  if (behaviour.beforeFault !== undefined) yield { do: "gate", gate: behaviour.beforeFault };
  if (behaviour.kind === "reset") yield { do: "rst" };
  if (behaviour.kind === "cut") yield { do: "fin", broken: true };
  if (behaviour.kind !== "stall") return "over";
  if (behaviour.until === undefined) {
    yield { do: "silence" };
    return "over";
  }
  yield { do: "gate", gate: behaviour.until };
  return "goes on";
}

const pointOf = (behaviour: Behaviour): Point | null =>
  behaviour.kind === "reset" || behaviour.kind === "cut" || behaviour.kind === "stall"
    ? behaviour.when
    : null;

function* whole(message: Message, behaviour: Behaviour): Generator<PlayStep> {
  const point = pointOf(behaviour);
  if (point === "before-head" && (yield* interruption(behaviour)) === "over") return;
  yield write(message.head);
  if (point === null || point === "before-head") {
    yield* body(message, message.pieces, behaviour);
  } else {
    const at = positionOf(message.pieces, point, message.isStream);
    const [before, after] = splitAt(message.pieces, at);
    yield* body(message, before, behaviour);
    if ((yield* interruption(behaviour)) === "over") return;
    yield* body(message, after, behaviour);
  }
  if (message.chunked) yield write("0\r\n\r\n");
  if (message.closes) yield { do: "fin", broken: false };
}

function* rawStep(part: RawChunk): Generator<PlayStep> {
  if (typeof part === "string" || part instanceof Uint8Array) {
    yield write(part);
    yield turn;
  } else if ("waitMs" in part) yield { do: "pause", ms: part.waitMs };
  else yield { do: "gate", gate: part.gate };
}

function* raw(behaviour: Behaviour & { readonly kind: "raw" }): Generator<PlayStep> {
  for (const part of behaviour.chunks) yield* rawStep(part);
  switch (behaviour.after ?? "keep") {
    case "keep":
      return;
    case "fin":
      yield { do: "fin", broken: false };
      return;
    case "reset":
      yield { do: "rst" };
      return;
    case "silence":
      yield { do: "silence" };
  }
}

function* inSlices(steps: Iterable<PlayStep>, size: number): Generator<PlayStep> {
  for (const step of steps) {
    if (step.do !== "write") {
      yield step;
      continue;
    }
    const bytes = Buffer.from(step.bytes);
    for (let at = 0; at < bytes.length; at += size) {
      yield write(bytes.subarray(at, at + size));
      yield turn;
    }
  }
}

/** The steps of one answer, made one at a time as they are taken. */
export function* stepsOf(message: Message, behaviour: Behaviour): Generator<PlayStep> {
  if (behaviour.delayMs !== undefined) yield { do: "pause", ms: behaviour.delayMs };
  if (behaviour.gate !== undefined) yield { do: "gate", gate: behaviour.gate };
  const steps = behaviour.kind === "raw" ? raw(behaviour) : whole(message, behaviour);
  if (behaviour.writeBytes === undefined) yield* steps;
  else yield* inSlices(steps, behaviour.writeBytes);
}
