// What of a spool a person should act on, in words.
import type { Notice } from "../../../ports/notices.ts";
import type { LaneReport, SpoolReport } from "../../../ports/spool.ts";

/** Of the spool: from here on bodies of successful calls are left out. */
const nearlyFull = 0.8;

/** The most urgent first. */
export function spoolNotices(report: SpoolReport): readonly Notice[] {
  const { database, objects, rows, bytes, maxBytes, path } = report;
  const own = rows === 0 ? "" : `${rows.toLocaleString("en-US")} rows and `;
  const waiting = `${own}${megabytes(bytes)} of ${megabytes(maxBytes)} wait here`;
  const notices: Notice[] = [];
  const away = (id: string, message: string, lane: LaneReport | null) => {
    if (lane === null || lane.isUp || lane.downSince === null) return;
    const why = lane.refused ?? lane.why;
    notices.push({
      id: `${id}:${lane.downSince}`,
      message,
      details: [...(why === null ? [] : [why]), waiting],
      since: lane.downSince,
      endsByItself: true,
    });
  };
  away(
    "log-database",
    "The log's database cannot be reached: rows wait here until it can. Requests are routed.",
    database,
  );
  away(
    "log-objects",
    "The S3 store cannot be reached: bodies wait here until it can. Requests are routed and logged.",
    objects,
  );
  if (bytes >= maxBytes * nearlyFull)
    notices.push({
      id: "log-spool-full",
      message:
        "What waits for the log's store fills its room here: bodies of successful calls are not kept.",
      details: [`${waiting}; SPOOL_MAX_SIZE gives them more room`],
      endsByItself: true,
    });
  if (path === null)
    notices.push({
      id: "log-spool-memory",
      message: "What waits for the log's store lies in memory, and is lost if the router ends.",
      details: ["No file could be made at DB_PATH: see to its folder, its rights and its disk."],
      endsByItself: true,
    });
  const { bodies, refused } = report.lost;
  if (bodies > 0) notices.push(lasting("log-spool-bodies", bodies, "bodies could not be kept"));
  if (refused > 0)
    notices.push(lasting("log-refused", refused, "rows were refused by the log's database"));
  return notices;
}

function lasting(id: string, count: number, what: string): Notice {
  return {
    id: `${id}:${count}`,
    message: `Since the start ${count.toLocaleString("en-US")} ${what}. Traffic is not affected.`,
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toLocaleString("en-US", { maximumFractionDigits: 1 })} MiB`;
}
