// An Answer as the response Bun sends: bytes whole, or pulled from the answer at the client's pace.
import type { HeaderList } from "../../domain/http/headers.ts";
import { ownHeaders, sandboxFor } from "../../domain/security/answer-headers.ts";
import type { Surface } from "../../domain/security/surface.ts";
import type { Answer, AnswerStream } from "../../ports/service.ts";

/**
 * A call's answer, with the headers that keep it harmless in a browser.
 * @param held given back once the answer is Bun's to send, or the client is gone; not where this throws
 */
export function toResponse(answer: Answer, held: Disposable): Response {
  const { status, body } = answer;
  const single = singleFields(answer.headers);
  const init = { status, headers: single ?? (answer.headers as [string, string][]) };
  const isWhole = body === null || body instanceof Uint8Array;
  const response = new Response(
    isWhole ? (body as Uint8Array<ArrayBuffer> | null) : pullFrom(body, held),
    init,
  );
  if (isWhole) held[Symbol.dispose]();
  return single === null ? guarded("openai", response) : response;
}

/**
 * A call's headers as a record, which costs Bun half of what pairs do, with those that every call's
 * answer gets; null where a field stands there twice.
 */
function singleFields(headers: HeaderList): Record<string, string> | null {
  const fields: Record<string, string> = {};
  for (const field of headers) {
    // Also what every object has, such as `constructor`.
    if (fields[field[0]] !== undefined) return null;
    fields[field[0]] = field[1];
  }
  for (const own of ownHeaders("openai")) fields[own[0]] ??= own[1];
  const sandbox = sandboxFor("openai", fields["content-type"] ?? null);
  if (sandbox !== null) fields["content-security-policy"] = sandbox;
  return fields;
}

/** An answer with the headers that its surface has to have. */
export function guarded(surface: Surface, response: Response): Response {
  for (const [name, value] of ownHeaders(surface))
    if (!response.headers.has(name)) response.headers.set(name, value);
  const sandbox = sandboxFor(surface, response.headers.get("content-type"));
  if (sandbox !== null) response.headers.set("content-security-policy", sandbox);
  return response;
}

/**
 * The answer to HEAD: given a stream, Bun would say that there is nothing (RFC 9110 §9.3.2).
 * @param held given back once the answer has been read out
 */
export async function headOf(
  { status, headers, body }: Answer,
  held: Disposable,
): Promise<Response> {
  using _untilRead = held;
  if (body !== null && !(body instanceof Uint8Array)) await readOut(body);
  return new Response(null, { status, headers: headers as [string, string][] });
}

/** What is left out is nothing, or a fault of the upstream's; either way the answer must come to its end. */
async function readOut(stream: AnswerStream): Promise<void> {
  try {
    while ((await stream.next()) !== null);
  } catch {
    // The row says so; a head cannot.
  }
}

/** @param held given back more than once */
function pullFrom(stream: AnswerStream, held: Disposable): ReadableStream<Uint8Array> {
  let to: ReadableStreamDefaultController<Uint8Array> | null = null;
  // Made once: a stream's pieces are many.
  const send = (bytes: Uint8Array | null): void => {
    try {
      if (bytes !== null) {
        to?.enqueue(bytes);
        return;
      }
      held[Symbol.dispose]();
      to?.close();
    } catch (error) {
      breakOff(error);
    }
  };
  const breakOff = (error: unknown): void => {
    // Ending the connection unfinished is the only way left to report it.
    held[Symbol.dispose]();
    to?.error(error);
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      to = controller;
    },
    pull: () => stream.next().then(send, breakOff),
    cancel() {
      held[Symbol.dispose]();
      stream.cancel();
    },
  });
}
