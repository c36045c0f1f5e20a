// Shipments as an outbox makes them, for tests of the store that gets them.
import { type StoredRow, rowColumns, rowValues } from "../../src/adapters/logs/rows/stored-row.ts";
import type { Shipment, ShippedCall } from "../../src/adapters/logs/outbox/shipment.ts";
import type { LogEntry } from "../../src/domain/log/log-entry.ts";
import { logWrite, startedEntry } from "./log-entries.ts";

/** A call as its row. */
export function rowOf(write = logWrite()): StoredRow {
  const values = rowValues(write);
  return Object.fromEntries(
    rowColumns.map((column, at) => [column, values[at] ?? null]),
  ) as unknown as StoredRow;
}

export function shippedEnd(own: Partial<LogEntry> = {}, more: Partial<ShippedCall> = {}) {
  return { row: rowOf(logWrite(own)), bodies: null, segments: [], words: [], ...more };
}

export function shippedStart(own: Partial<LogEntry> = {}): StoredRow {
  return rowOf({ ...logWrite(), entry: startedEntry(own) });
}

export function shipment(seq: number, own: Partial<Shipment> = {}): Shipment {
  return { seq, ends: [], starts: [], segments: [], answers: [], items: [], ...own };
}
