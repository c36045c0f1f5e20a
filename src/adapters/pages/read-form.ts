// What a form sent, within bounds: a form of these pages is small, and nobody's memory is for more.

/** Larger than any token. */
const mostBytes = 64 * 1024;

/** The form's fields; none where it is larger than any that these pages have. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const nothing = new URLSearchParams();
  if (Number(request.headers.get("content-length") ?? 0) > mostBytes || request.body === null)
    return nothing;
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const body: ReadableStream<Uint8Array> = request.body;
  for await (const piece of body) {
    size += piece.length;
    if (size > mostBytes) return nothing; // leaving the loop lets go of the rest
    text += decoder.decode(piece, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}
