// An alert in words, as it is read on a phone: what is wrong, where, since when.
import type { Alert } from "./alerts.ts";

export interface AlertWords {
  /** A few words, for a notification's head. */
  readonly title: string;
  /** A sentence or two. */
  readonly message: string;
  /** The page that says more. */
  readonly path: string;
}

/** @param router how this one is called among others */
export function alertWords(alert: Alert, router: string): AlertWords {
  const { title, says, path } = wordsOf(alert);
  return { title, message: `SmolRouter on ${router}: ${says}`, path };
}

interface Words {
  readonly title: string;
  readonly says: string;
  readonly path: string;
}

function wordsOf(alert: Alert): Words {
  switch (alert.what) {
    case "server_down": {
      const { server, since, why } = alert;
      const because = why === null ? "" : ` The last failure: ${why}`;
      return {
        title: `Server ${server} is failing`,
        says: `server ${server} has been failing since ${timeOf(since)}.${because}`,
        path: "/upstreams",
      };
    }
    case "server_up": {
      const { server, since, downSince } = alert;
      return {
        title: `Server ${server} is back`,
        says: `server ${server} has been answering again since ${timeOf(since)}, after ${span(since - downSince)}.`,
        path: "/upstreams",
      };
    }
    case "errors": {
      const { ended, failed } = alert;
      const share = Math.round((failed / ended) * 100);
      return {
        title: `${failed} of ${ended} calls failed`,
        says: `${failed} of the ${ended} calls of the last five minutes failed (${share} %).`,
        path: "/?state=failed",
      };
    }
    case "rows_lost":
      return alert.lost === 0
        ? {
            title: "The log cannot be written",
            says: `the log's rows have not been written since ${timeOf(alert.since)}. Calls are still answered.`,
            path: "/",
          }
        : {
            title: "The log is losing rows",
            says: `${alert.lost.toLocaleString("en-US")} rows of the log were lost since the start. Calls are still answered.`,
            path: "/",
          };
    case "spool": {
      const { bytes, maxBytes } = alert;
      const share = Math.round((bytes / maxBytes) * 100);
      return {
        title: `The spool is ${share} % full`,
        says: `what waits for the log's store takes ${mebibytes(bytes)} of ${mebibytes(maxBytes)}. Once it is full, bodies and then rows of the log are lost.`,
        path: "/",
      };
    }
  }
}

/** `14:05 UTC`, with its day: a phone may have been off. */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return minutes === 1 ? "a minute" : `${minutes} minutes`;
  return `${Math.round(minutes / 60)} hours`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toLocaleString("en-US", { maximumFractionDigits: 1 })} MiB`;
}
