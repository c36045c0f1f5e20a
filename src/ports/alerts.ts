// Where alerts go.
import type { AlertKind } from "../domain/alerts/alerts.ts";

/** What a receiver gets; field names are its own. */
export interface AlertMessage {
  readonly title: string;
  readonly message: string;
  /** The page of this router that says more. */
  readonly url: string;
  readonly what: AlertKind;
  /** ISO 8601 UTC with ms: since when what is said holds. */
  readonly since: string;
}

export interface AlertSink {
  /** Takes a message and delivers it, after those before it. Never waits, never throws. */
  send(message: AlertMessage): void;
  /** Delivers nothing any more. */
  stop(): void;
}
