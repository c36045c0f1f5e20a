// Looks every few seconds at what the process knows anyway, and has said what somebody should hear of.
import { type Alert, type AlertFacts, allWell, nextAlerts } from "../../../domain/alerts/alerts.ts";
import { alertWords } from "../../../domain/alerts/alert-words.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";
import type { AlertSink } from "../../../ports/alerts.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Notice } from "../../../ports/notices.ts";

export interface AlertWatch {
  /** What goes on of that of which nothing else puts up a notice. */
  notices(): readonly Notice[];
  stop(): void;
}

export interface AlertWatchDeps {
  /** Called with every look. */
  readonly facts: () => AlertFacts;
  /** null: nobody is to be told. */
  readonly sink: AlertSink | null;
  readonly clock: Pick<Clock, "now" | "after">;
  /** How this router is called among others. */
  readonly router: string;
  /** The address of a page of this router. */
  readonly address: (path: string) => string;
}

const betweenMs = 5_000;

export function watchAlerts({ facts, sink, clock, router, address }: AlertWatchDeps): AlertWatch {
  let state = allWell;
  let seen: AlertFacts | null = null;

  function say(alert: Alert): void {
    const { title, message, path } = alertWords(alert, router);
    const { what, since } = alert;
    sink?.send({ title, message, url: address(path), what, since: isoTime(since) });
  }

  function look(): void {
    cancel = clock.after(betweenMs, look);
    seen = facts();
    const step = nextAlerts(state, seen, clock.now());
    state = step.state;
    for (const alert of step.alerts) say(alert);
  }

  let cancel = clock.after(betweenMs, look);
  return {
    notices: () => [...failingServers(), ...failingCalls()],
    stop() {
      cancel();
      sink?.stop();
    },
  };

  function failingServers(): readonly Notice[] {
    const failing = [...state.servers].filter(([, { isSaid }]) => isSaid);
    const first = Math.min(...failing.map(([, { since }]) => since));
    if (failing.length === 0) return [];
    const why = new Map(seen?.servers.map((server) => [server.name, server.why]));
    return [
      {
        id: `servers-down:${first}`,
        message:
          failing.length === 1
            ? "A server is failing; what it serves goes elsewhere where it can."
            : `${failing.length} servers are failing; what they serve goes elsewhere where it can.`,
        details: failing.map(([name]) => {
          const words = why.get(name) ?? null;
          return words === null ? name : `${name}: ${words}`;
        }),
        since: first,
        endsByItself: true,
      },
    ];
  }

  function failingCalls(): readonly Notice[] {
    if (state.errors === null || seen === null) return [];
    const { ended, failed } = seen.calls;
    return [
      {
        id: `errors:${state.errors.since}`,
        message: "Many calls have failed within the last five minutes.",
        details: [`${failed} of ${ended}`],
        since: state.errors.since,
        endsByItself: true,
      },
    ];
  }
}
