// The search of the sample log: what its bodies say, and where, as a store has it.
import { hasWords, soughtWords, wordsOf } from "../../src/domain/log/words-of.ts";
import { spokenText } from "../../src/adapters/logs/pipeline/spoken-text.ts";
import { indexedText } from "../../src/adapters/logs/rows/indexed-text.ts";
import { createPlaceSearch } from "../../src/adapters/logs/rows/matched-places.ts";
import type { ListedRow, LogDetail, LogRow } from "../../src/ports/browse.ts";
import { captured } from "../lab/log-entries.ts";

const places = createPlaceSearch();

/** Whether a call is found by words of its row and bodies. */
export function isSought(detail: LogDetail, q: string): boolean {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  const said = spokenText(bytes(detail.request_body), bytes(detail.response_body));
  const sought = soughtWords(q);
  return (
    sought !== null &&
    hasWords(
      wordsOf(indexedText(detail, { ...said, asked: `${detail.asked ?? ""}\n${said.asked}` })),
      sought,
    )
  );
}

/** The rows with their places. */
export function sampleListed(
  rows: readonly LogRow[],
  q: string | undefined,
  detailOf: (row: LogRow) => LogDetail,
): Promise<readonly ListedRow[]> {
  if (q === undefined) return Promise.resolve(rows);
  const body = (text: string | null) => (text === null ? null : captured(text));
  return places.withPlaces(rows, q, async (ids) => {
    const details = rows.map(detailOf);
    return {
      sizes: new Map(ids.map((id) => [id, { bytes: 0, segments: [] }])),
      read: async (chosen) =>
        new Map(
          details
            .filter(({ id }) => chosen.includes(id))
            .map(({ id, request_body: request, response_body: response }) => [
              id,
              { request: body(request), response: body(response) },
            ]),
        ),
    };
  });
}
