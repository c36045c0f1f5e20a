// Whether the process is alive, and whether it is ready: for machines, always open.
import { Elysia } from "elysia";

export interface HealthDeps {
  /** Why the router is not ready; null where it is. */
  readonly trouble: () => string | null;
  /** What a person should act on, a sentence each. */
  readonly warnings: () => readonly string[];
}

const noStore = { "cache-control": "no-store" };

export function healthRoutes({ trouble, warnings }: HealthDeps) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => Response.json({ status: "ok" }, { headers: noStore }))
    .get("/readyz", () => {
      const problem = trouble();
      if (problem !== null)
        return Response.json(
          { error: problem, warnings: warnings() },
          { status: 503, headers: { ...noStore, "retry-after": "5" } },
        );
      return Response.json({ status: "ready", warnings: warnings() }, { headers: noStore });
    });
}
