// The router's token in a request, if any: whether it opens the door, and where it must not go on from.
import type { HeaderList } from "../../domain/http/headers.ts";
import { shownTokens } from "../../domain/security/credentials.ts";
import type { TokenReading, Tokens } from "../../ports/tokens.ts";

export interface CallerToken {
  /** The one that decides: the first that is good, else the first shown; null: none was. */
  readonly reading: TokenReading | null;
  /** Headers that hold a token of this router's, good or not any more. */
  readonly holding: ReadonlySet<string>;
}

/** @param calls whether the request is a call, and not for pages, read API or actions */
export async function readToken(
  tokens: Tokens,
  headers: HeaderList,
  calls: boolean,
): Promise<CallerToken> {
  const read = await Promise.all(
    shownTokens(headers, calls).map(async (shown) => ({
      ...shown,
      reading: await tokens.read(shown.token),
    })),
  );
  const openers = read.filter(({ opens }) => opens);
  const decides = openers.find(({ reading }) => reading.kind === "good") ?? openers[0];
  return {
    reading: decides?.reading ?? null,
    holding: new Set(
      read.filter(({ reading }) => reading.kind !== "foreign").map((shown) => shown.in),
    ),
  };
}
