// An Answer as the response Bun sends: bytes whole, or pulled from the answer at the client's pace.
import type { Answer, AnswerStream } from "../../ports/service.ts";

/** @param held given back once the answer has been sent, or the client is gone */
export function toResponse(answer: Answer, held: Disposable): Response {
  using scope = new DisposableStack();
  scope.use(held);
  const { status, headers, body } = answer;
  const init = { status, headers: headers as [string, string][] };
  if (body === null || body instanceof Uint8Array) {
    return new Response(body as Uint8Array<ArrayBuffer> | null, init);
  }
  return new Response(pullFrom(body, scope.move()), init);
}

/** The answer to HEAD: given a stream, Bun would say that there is nothing (RFC 9110 §9.3.2). */
export async function headOf({ status, headers, body }: Answer): Promise<Response> {
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

function pullFrom(stream: AnswerStream, held: DisposableStack): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = await stream.next();
        if (bytes !== null) {
          controller.enqueue(bytes);
          return;
        }
        held.dispose();
        controller.close();
      } catch (error) {
        // Ending the connection unfinished is all that is left to tell the client.
        held.dispose();
        controller.error(error);
      }
    },
    cancel() {
      held.dispose();
      stream.cancel();
    },
  });
}
