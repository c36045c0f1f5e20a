// What statements cost the server, counted in rows and not in time: each is explained before it runs.
import type { Client, Run } from "../../src/adapters/logs/postgres/client.ts";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

export interface StatementCosts {
  /** Rows of tables that were looked at, those included that conditions refused. */
  readonly touched: number;
  /** Tables that were read without an index. */
  readonly readThrough: readonly string[];
}

/** Tables so small that nothing is won by an index. */
const small = new Set(["meta", "inflight", "pg_class", "pg_inherits"]);

export interface ExplainedClient {
  readonly client: Client;
  /** Of the statements since the last call. */
  take(): StatementCosts;
}

/** A client whose transactions are explained as they run. */
export function explained(client: Client): ExplainedClient {
  let touched = 0;
  let readThrough: string[] = [];

  function count(node: PlanNode): void {
    const table = node["Relation Name"];
    if (table !== undefined && !small.has(table)) {
      const refused =
        (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
      const rows = (node["Actual Rows"] + refused) * node["Actual Loops"];
      touched += rows;
      // One for days to come is empty, and nobody has counted its rows yet.
      if (node["Node Type"] === "Seq Scan" && rows > 0) readThrough.push(table);
    }
    for (const child of node.Plans ?? []) count(child);
  }

  const explaining =
    (run: Run): Run =>
    async (text, parameters) => {
      if (/^\s*(?:select|with)\b/.test(text)) {
        const [row] = await run<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] | string }>(
          `explain (analyze, timing off, format json) ${text}`,
          parameters,
        );
        const said = row?.["QUERY PLAN"] ?? [];
        const plans = typeof said === "string" ? (JSON.parse(said) as { Plan: PlanNode }[]) : said;
        for (const { Plan } of plans) count(Plan);
      }
      return run(text, parameters);
    };

  return {
    client: {
      ...client,
      inTransaction: (work) => client.inTransaction((run) => work(explaining(run))),
    },
    take() {
      const costs = { touched, readThrough };
      [touched, readThrough] = [0, []];
      return costs;
    },
  };
}
