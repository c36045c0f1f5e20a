// What is filtered on the dashboard as a file: every row, read page by page while it is sent.
import type { Browse, LogFilter, LogRow } from "../../../ports/browse.ts";
import type { ExportForm } from "../dashboard/dashboard-query.ts";

const pageRows = 500;

const columns = [
  "id",
  "timestamp",
  "completed_at",
  "state",
  "status_code",
  "service_type",
  "method",
  "path",
  "original_model",
  "mapped_model",
  "upstream",
  "route",
  "stream",
  "duration_ms",
  "ttft_ms",
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "tokens_estimated",
  "cached_tokens",
  "reasoning_tokens",
  "finish_reason",
  "request_size",
  "response_size",
  "source_ip",
  "auth_user",
  "user_agent",
  "error_message",
  "resent_from",
  "cost",
  "thread_id",
  "client",
  "asked",
  "protocol",
  "upstream_url",
  "upstream_request_id",
  "held",
  "turns_key",
] as const satisfies readonly (keyof LogRow)[];

interface ExportFile {
  readonly type: string;
  readonly head: string;
  readonly row: (row: LogRow, first: boolean) => string;
  readonly foot: string;
}

const forms: Readonly<Record<ExportForm, ExportFile>> = {
  csv: {
    type: "text/csv; charset=utf-8",
    head: `${columns.join(",")}\r\n`,
    row: (row) => `${columns.map((column) => csvCell(row[column])).join(",")}\r\n`,
    foot: "",
  },
  json: {
    type: "application/json",
    head: "[",
    row: (row, first) => `${first ? "\n" : ",\n"}${JSON.stringify(row)}`,
    foot: "\n]\n",
  },
};

/** A field of RFC 4180; one that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** All rows of a filter, newest first. Pulled by the browser, so a slow one costs no memory. */
export function exportRows(
  browse: Pick<Browse, "list">,
  filter: LogFilter,
  form: ExportForm,
): Response {
  const { type, head, row, foot } = forms[form];
  const text = new TextEncoder();
  let before = filter.before;
  let first = true;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(text.encode(head));
    },
    async pull(controller) {
      const asked = { ...filter, limit: pageRows, ...(before === undefined ? {} : { before }) };
      const page = await browse.list(asked);
      let piece = "";
      for (const logged of page.logs) {
        piece += row(logged, first);
        first = false;
      }
      before = page.next ?? undefined;
      controller.enqueue(text.encode(page.next === null ? piece + foot : piece));
      if (page.next === null) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="requests.${form}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
