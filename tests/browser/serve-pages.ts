// The pages over a sample log, on a socket of their own.
import { Elysia } from "elysia";
import { pages } from "../../src/adapters/pages/pages.tsx";
import type { PagesDeps } from "../../src/adapters/pages/pages-deps.ts";
import type { Browse } from "../../src/ports/browse.ts";
import { sampleNow } from "./sample-log.ts";

export interface ServedPages {
  readonly origin: string;
  stop(): Promise<void>;
}

/** No server, alias or rule is configured. */
const emptyRouting: ReturnType<PagesDeps["routing"]> = {
  servers: new Map(),
  aliases: new Map(),
  rules: [],
};

export function servePages(browse: Pick<Browse, "list" | "get" | "stats">): ServedPages {
  const app = new Elysia().use(
    pages({
      browse,
      routing: () => emptyRouting,
      now: () => sampleNow,
      version: "1.0.0",
      address: "http://127.0.0.1:1234",
    }),
  );
  app.listen({ hostname: "127.0.0.1", port: 0 });
  const { server } = app;
  if (server === null) throw new Error("the pages did not start");
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}
