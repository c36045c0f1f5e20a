// Finds out what a streamed answer is before anything of it is read as such.
import type { Endpoint } from "../../../domain/call/endpoint.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { Framing } from "../../../domain/bytes/framing.ts";
import { framingOf } from "../../../domain/http/content-type.ts";
import { streamProtocol } from "../../../domain/protocols/stream-reader.ts";
import { createFirstBytes, type FirstBytes } from "../../../domain/bytes/first-bytes.ts";
import { headerValue, type HeaderList } from "../../../domain/http/headers.ts";
import type { BodyRead, UpstreamBody } from "../../../ports/upstream.ts";

export interface Recognised {
  readonly framing: Framing;
  /** As the answer's `Content-Type` says. */
  readonly declared: Framing;
  /** From its first byte. */
  readonly body: UpstreamBody;
}

/**
 * A path that has streams, or a call that asked for one: the first bytes say what came.
 * Elsewhere the label does.
 * @param endpoint of the request upstream
 */
export async function recogniseStream(
  call: Pick<IncomingCall, "method" | "wantsStream">,
  endpoint: Endpoint,
  answer: { readonly status: number; readonly headers: HeaderList; readonly body: UpstreamBody },
): Promise<Recognised> {
  const { body, headers, status } = answer;
  const type = headerValue(headers, "content-type");
  const declared = framingOf(type);
  if (status >= 300 || call.method === "HEAD") return { framing: "none", declared: "none", body };
  const first = firstBytes(endpoint, type, declared, call.wantsStream);
  if (first === null) return { framing: declared, declared, body };
  const reads: BodyRead[] = [];
  for (;;) {
    const got = await body.read();
    reads.push(got);
    const framing = got.kind === "bytes" ? first.push(got.bytes) : first.end();
    if (framing !== null) return { framing, declared, body: new UnreadBody(body, reads) };
  }
}

/** null: nothing of the kind is expected, or it is a recording or a picture, whose bytes may be anything. */
function firstBytes(
  endpoint: Endpoint,
  type: string | null,
  declared: Framing,
  asked: boolean,
): FirstBytes | null {
  if (streamProtocol(endpoint, "ndjson") !== null)
    return createFirstBytes("ndjson", declared, asked);
  const known = streamProtocol(endpoint, "sse") !== null;
  const may = known || (asked && !/^\s*(audio|image|video)\//i.test(type ?? ""));
  return may ? createFirstBytes("sse", declared, asked) : null;
}

/** A body of which some has been read, as if it had not been. */
class UnreadBody implements UpstreamBody {
  readonly #body: UpstreamBody;
  readonly #reads: BodyRead[];

  constructor(body: UpstreamBody, reads: BodyRead[]) {
    this.#body = body;
    this.#reads = reads;
  }

  read(): Promise<BodyRead> {
    const first = this.#reads.shift();
    return first === undefined ? this.#body.read() : Promise.resolve(first);
  }

  cancel(): void {
    this.#reads.length = 0;
    this.#body.cancel();
  }
}
