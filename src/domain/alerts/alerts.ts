// What somebody should hear of although nobody looks: servers that fail, calls that fail, rows that are lost, a spool that fills.
import { nextTrouble, type Patience, type Sighting, type Trouble } from "./trouble.ts";

export type AlertKind = "server_down" | "server_up" | "errors" | "rows_lost" | "spool";

/** A server, as the last look found it. */
export interface SeenServer {
  readonly name: string;
  readonly isFailing: boolean;
  /** The last failure in words; null: none is known. */
  readonly why: string | null;
}

/** What one look at the router finds. */
export interface AlertFacts {
  readonly servers: readonly SeenServer[];
  /** Calls that ended within the last five minutes. */
  readonly calls: { readonly ended: number; readonly failed: number };
  /** Of the log; null: there is none. */
  readonly rows: {
    /** Since start. */
    readonly lost: number;
    readonly cannotBeWritten: boolean;
  } | null;
  /** What waits here for PostgreSQL or S3, in bytes; null: nothing ever does. */
  readonly spool: { readonly bytes: number; readonly maxBytes: number } | null;
}

/** Times in epoch ms. */
export type Alert =
  | {
      readonly what: "server_down";
      readonly server: string;
      readonly why: string | null;
      readonly since: number;
    }
  /** `since` then; it had been failing since `downSince`. */
  | {
      readonly what: "server_up";
      readonly server: string;
      readonly since: number;
      readonly downSince: number;
    }
  | {
      readonly what: "errors";
      readonly ended: number;
      readonly failed: number;
      readonly since: number;
    }
  /** `lost` since start; 0: rows wait for a store that takes none. */
  | { readonly what: "rows_lost"; readonly lost: number; readonly since: number }
  | {
      readonly what: "spool";
      readonly bytes: number;
      readonly maxBytes: number;
      readonly since: number;
    };

export interface AlertState {
  readonly servers: ReadonlyMap<string, Trouble>;
  readonly errors: Trouble | null;
  readonly lost: Trouble | null;
  readonly unwritten: Trouble | null;
  readonly spool: Trouble | null;
  /** Rows lost at the last look, and epoch ms of the last loss. */
  readonly lostRows: number;
  readonly lostAt: number;
}

export const allWell: AlertState = {
  servers: new Map(),
  errors: null,
  lost: null,
  unwritten: null,
  spool: null,
  lostRows: 0,
  lostAt: 0,
};

const minuteMs = 60_000;
/** Calls of which these shares failed begin and end an alert: apart, so that it does not come and go. */
const fewestCalls = 20;
const badShare = 1 / 5;
const clearShare = 1 / 10;
const badRoom = 1 / 2;
const clearRoom = 2 / 5;
/** No row lost for so long: the loss is over. */
const lossOverMs = 5 * minuteMs;

/** A server that answers once and fails again has not come back. */
const serverPatience: Patience = { afterMs: minuteMs, calmMs: minuteMs / 4 };
const unwrittenPatience: Patience = { afterMs: minuteMs, calmMs: 0 };
const immediately: Patience = { afterMs: 0, calmMs: 0 };

export interface AlertStep {
  readonly state: AlertState;
  /** To be said now. */
  readonly alerts: readonly Alert[];
}

/** @param now epoch ms; the looks are some seconds apart */
export function nextAlerts(state: AlertState, facts: AlertFacts, now: number): AlertStep {
  const alerts: Alert[] = [];
  const servers = new Map<string, Trouble>();
  // One that a reload took away is neither down nor back.
  for (const { name, isFailing, why } of facts.servers) {
    const before = state.servers.get(name) ?? null;
    const seen = { isBad: isFailing, isClear: !isFailing };
    const { trouble, turn } = nextTrouble(before, seen, serverPatience, now);
    if (trouble !== null) servers.set(name, trouble);
    if (turn === "begins" && trouble !== null)
      alerts.push({ what: "server_down", server: name, why, since: trouble.since });
    if (turn === "ends" && before !== null)
      alerts.push({
        what: "server_up",
        server: name,
        since: before.clearSince ?? now,
        downSince: before.since,
      });
  }

  const { ended, failed } = facts.calls;
  const errors = nextTrouble(state.errors, callsSeen(ended, failed), immediately, now);
  if (errors.turn === "begins") alerts.push({ what: "errors", ended, failed, since: now });

  const lostRows = facts.rows?.lost ?? 0;
  const isLosing = lostRows > state.lostRows;
  const lostAt = isLosing ? now : state.lostAt;
  const lossSeen = { isBad: isLosing, isClear: now - lostAt >= lossOverMs };
  const lost = nextTrouble(state.lost, lossSeen, immediately, now);
  const cannot = facts.rows?.cannotBeWritten === true;
  const writing = { isBad: cannot, isClear: !cannot };
  const unwritten = nextTrouble(state.unwritten, writing, unwrittenPatience, now);
  // A store that takes no rows soon loses some: that is one thing to hear of, not two.
  const isKnown = state.lost?.isSaid === true || state.unwritten?.isSaid === true;
  const begun = [lost, unwritten].find(({ turn }) => turn === "begins");
  if (begun?.trouble && !isKnown)
    alerts.push({ what: "rows_lost", lost: lostRows, since: begun.trouble.since });

  const spool = nextTrouble(state.spool, spoolSeen(facts.spool), immediately, now);
  if (spool.turn === "begins" && facts.spool !== null)
    alerts.push({
      what: "spool",
      bytes: facts.spool.bytes,
      maxBytes: facts.spool.maxBytes,
      since: now,
    });

  return {
    state: {
      servers,
      errors: errors.trouble,
      lost: lost.trouble,
      unwritten: unwritten.trouble,
      spool: spool.trouble,
      lostRows,
      lostAt,
    },
    alerts,
  };
}

function callsSeen(ended: number, failed: number): Sighting {
  return {
    isBad: ended >= fewestCalls && failed >= ended * badShare,
    isClear: failed === 0 || failed < ended * clearShare,
  };
}

function spoolSeen(spool: AlertFacts["spool"]): Sighting {
  if (spool === null) return { isBad: false, isClear: true };
  const { bytes, maxBytes } = spool;
  return { isBad: bytes >= maxBytes * badRoom, isClear: bytes < maxBytes * clearRoom };
}
