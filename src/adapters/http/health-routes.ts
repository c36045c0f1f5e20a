// Whether the process is alive, and whether it is ready: for machines, always open.
import { Elysia } from "elysia";

export interface HealthDeps {
  /** Why the router is not ready; null where it is. */
  readonly trouble: () => string | null;
  /** What should be put right though the router is ready; null: nothing. */
  readonly warning: () => string | null;
}

const noStore = { "cache-control": "no-store" };

export function healthRoutes({ trouble, warning }: HealthDeps) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => Response.json({ status: "ok" }, { headers: noStore }))
    .get("/readyz", () => {
      const problem = trouble();
      if (problem !== null)
        return Response.json(
          { error: problem },
          { status: 503, headers: { ...noStore, "retry-after": "5" } },
        );
      const told = warning();
      const body = told === null ? { status: "ready" } : { status: "ready", warning: told };
      return Response.json(body, { headers: noStore });
    });
}
