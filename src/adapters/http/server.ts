// The HTTP server: every route group mounted on one Elysia, with the limits Bun's defaults get wrong.
import { type AnyElysia, Elysia } from "elysia";
import { healthRoutes } from "./health-routes.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Route groups: calls, read API, pages. */
  readonly routes: readonly AnyElysia[];
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more calls; those under way go on. */
  stopListening(): void;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** Seconds that an upload may stall; once a request is read its call decides (Bun's default is 10). */
const uploadIdleSeconds = 120;

/** @throws the system's error where the address cannot be bound (EADDRINUSE, EACCES) */
export function startServer(options: ServerOptions): RunningServer {
  const app = new Elysia({
    // Without it, dynamic routes break under host names of three characters or fewer.
    handler: { standardHostname: false },
    serve: {
      // Bodies are bounded where they are read, with an answer that says so.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: uploadIdleSeconds,
    },
  }).onError(({ code, error, path, set }) => {
    if (code === "NOT_FOUND") {
      set.status = 404;
      return { error: `nothing is served at ${path}` };
    }
    set.status = 500;
    return { error: error instanceof Error ? error.message : "internal error" };
  });
  for (const routes of options.routes) app.use(routes);
  app.use(healthRoutes());
  app.listen({ hostname: options.host, port: options.port });
  const server = app.server;
  if (server === null) throw new Error("the server did not start");
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${server.port}`,
    port: server.port ?? options.port,
    stopListening: () => void server.stop(false),
    close: async () => {
      await server.stop(true);
    },
  };
}
