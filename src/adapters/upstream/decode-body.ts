// Answers that come encoded although identity was asked for: decoded as they are read, so that memory stays bounded.
import type { HeaderList } from "../../domain/headers.ts";

type CompressionFormat = ConstructorParameters<typeof DecompressionStream>[0];

/** Content codings (RFC 9110 §8.4.1) in the words of the decoder. */
const formats: Readonly<Record<string, CompressionFormat>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "brotli",
  zstd: "zstd",
};

export interface DecodedBody {
  readonly headers: HeaderList;
  readonly stream: ReadableStream<Uint8Array> | null;
}

/** The body as identity, its headers without the coding; codings nobody knows pass as they are. */
export function decodeBody(headers: HeaderList, stream: DecodedBody["stream"]): DecodedBody {
  const coding = headers
    .find(([name]) => name === "content-encoding")?.[1]
    .trim()
    .toLowerCase();
  if (coding === undefined) return { headers, stream };
  const rest = headers.filter(([name]) => name !== "content-encoding");
  if (coding === "identity" || coding === "") return { headers: rest, stream };
  const chain = coding.split(",").map((name) => formats[name.trim()]);
  if (stream === null || chain.includes(undefined)) return { headers, stream };
  let decoded = stream;
  // The last coding named was applied last.
  for (const format of chain.toReversed())
    if (format !== undefined)
      decoded = decoded.pipeThrough<Uint8Array>(
        new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>,
      );
  return { headers: rest, stream: decoded };
}
