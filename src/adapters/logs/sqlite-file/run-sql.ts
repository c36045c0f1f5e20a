// Statements by their text: each is compiled once for each connection, and runs without a promise.
import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";

/** `Database.query` keeps 20 statements and compiles all others anew each time. */
const maxStatements = 200;

const compiled = new WeakMap<Database, Map<string, Statement>>();

/** Runs a statement; its rows, where it has any, are what the caller says they are. */
export function runSql<Row = never>(
  db: Database,
  text: string,
  parameters: readonly unknown[] = [],
): readonly Row[] {
  return statementOf(db, text).all(...(parameters as SQLQueryBindings[])) as Row[];
}

function statementOf(db: Database, text: string): Statement {
  const known = compiled.get(db) ?? new Map<string, Statement>();
  compiled.set(db, known);
  const there = known.get(text);
  if (there !== undefined) return there;
  // Lists by many filters make many texts.
  if (known.size >= maxStatements) forget(known);
  const statement = db.prepare(text);
  known.set(text, statement);
  return statement;
}

function forget(known: Map<string, Statement>): void {
  for (const statement of known.values()) statement.finalize();
  known.clear();
}

/** Closes a connection; one with statements left would hold its file until they are collected. */
export function closeConnection(db: Database): void {
  const known = compiled.get(db);
  if (known !== undefined) forget(known);
  db.close();
}

/**
 * Does the work in one transaction: all of it or, when it throws, nothing. Nothing else can get in
 * between, as nothing in it is waited for.
 * @param kind `immediate` takes the lock for writing at once
 */
export function inTransaction<Result>(
  db: Database,
  kind: "immediate" | "deferred",
  work: () => Result,
): Result {
  runSql(db, `begin ${kind}`);
  try {
    const result = work();
    runSql(db, "commit");
    return result;
  } catch (error) {
    // SQLite has done so itself where the disk is full.
    if (db.inTransaction) runSql(db, "rollback");
    throw error;
  }
}
