// A reader that knows of ends which are not in the log yet: while the disk takes nothing, calls that
// are over must not look as if they still ran.
import type { LogRow } from "../../../ports/browse.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import { logRow } from "../rows/log-row.ts";
import type { KnownEnd } from "./open-calls.ts";

/** @param endOf the end of a call that the log has in flight; null where it is not known */
export function withKnownEnds(
  reader: LogReader,
  endOf: (id: string) => KnownEnd | null,
): LogReader {
  function ended(row: LogRow): LogRow | null {
    const end = row.state === "inflight" ? endOf(row.id) : null;
    return end === null ? null : logRow(end);
  }

  return {
    ...reader,
    async list(filter) {
      const { logs, next } = await reader.list(filter);
      const rows = logs.map((row) => {
        const end = ended(row);
        if (end === null) return row;
        return row.match === undefined ? end : { ...end, match: row.match };
      });
      return {
        logs: rows.filter(({ state }) => filter.state === undefined || state === filter.state),
        next,
      };
    },
    async get(id) {
      const detail = await reader.get(id);
      const row = detail === null ? null : ended(detail);
      if (detail === null || row === null) return detail;
      // An end that could not be written has no bodies.
      return {
        ...detail,
        ...row,
        request_body_truncated: detail.request_body === null && row.request_size > 0,
        response_body_truncated: detail.response_body === null && row.response_size > 0,
      };
    },
  };
}
