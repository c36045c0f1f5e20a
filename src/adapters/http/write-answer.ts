// An Answer as the response Bun sends: bytes whole, or pulled from the answer at the client's pace.
import type { Answer, AnswerStream } from "../../ports/service.ts";

/** @param onOver called once the answer has been sent, or the client is gone */
export function toResponse(answer: Answer, onOver: () => void): Response {
  const { status, headers, body } = answer;
  const init = { status, headers: headers as [string, string][] };
  if (body === null || body instanceof Uint8Array) {
    onOver();
    return new Response(body as Uint8Array<ArrayBuffer> | null, init);
  }
  return new Response(pullFrom(body, onOver), init);
}

function pullFrom(stream: AnswerStream, onOver: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = await stream.next();
        if (bytes !== null) {
          controller.enqueue(bytes);
          return;
        }
        onOver();
        controller.close();
      } catch (error) {
        // Ending the connection unfinished is all that is left to tell the client.
        onOver();
        controller.error(error);
      }
    },
    cancel() {
      onOver();
      stream.cancel();
    },
  });
}
