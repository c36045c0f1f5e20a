// A line of the program's log per call, with the id that the client, the log row and the pages know it by.
import type { CallObserver } from "../../ports/observer.ts";
import type { Logger } from "../../ports/logger.ts";

/**
 * Calls that failed at `info`, all others at `debug`; neither bodies nor headers.
 * @param all whether `debug` is printed: making lines for nobody would cost every call
 */
export function createCallLog(logger: Pick<Logger, "info" | "debug">, all: boolean): CallObserver {
  return {
    started: () => undefined,
    ended(entry) {
      if (!all && entry.state !== "failed") return;
      const fields = {
        request_id: entry.id,
        state: entry.state,
        status: entry.statusCode,
        method: entry.method,
        path: entry.path,
        source_ip: entry.sourceIp,
        user: entry.authUser,
        model: entry.mappedModel ?? entry.originalModel,
        upstream: entry.upstream,
        route: entry.route,
        attempts: entry.attempts.length,
        duration_ms: entry.durationMs,
      };
      if (entry.state === "failed")
        logger.info("call failed", { ...fields, error: entry.errorMessage });
      else logger.debug("call ended", fields);
    },
  };
}
