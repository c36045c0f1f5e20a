// The pages over a sample log, on a socket of their own, with the events that keep them current.
import { Elysia } from "elysia";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { apiRoutes } from "../../src/adapters/http/api-routes.ts";
import { createEventFeed } from "../../src/adapters/http/events.ts";
import { pages } from "../../src/adapters/pages/pages.ts";
import type { PagesDeps } from "../../src/adapters/pages/shared/pages-deps.ts";
import type { CallEvent } from "../../src/ports/browse.ts";
import { sampleDeps } from "../adapters/pages/sample.ts";
import { sampleNow } from "./sample-log.ts";

export interface ServedPages {
  readonly origin: string;
  /** Tells the open pages of a call. */
  tell(event: CallEvent): void;
  /** Resolves once a page listens for events. */
  readonly listening: Promise<void>;
  /** Event streams that are open. */
  streams(): number;
  /** Ends every event stream, as a router does that is started anew. */
  cut(): void;
  /** GETs of the dashboard so far. */
  documents(): number;
  stop(): Promise<void>;
}

/**
 * @param over what differs from pages over a log without configuration
 * @param cancel what the button of a call under way does; says whether there is such a call
 */
export function servePages(
  browse: PagesDeps["browse"],
  over: Partial<PagesDeps> = {},
  cancel: (callId: string) => boolean = () => false,
): ServedPages {
  const listeners = new Set<(event: CallEvent) => void>();
  const listening = Promise.withResolvers<void>();
  const newFeed = () =>
    createEventFeed({
      clock: systemClock,
      events: {
        subscribe(listener) {
          listeners.add(listener);
          listening.resolve();
          return () => listeners.delete(listener);
        },
      },
    });
  let feed = newFeed();
  let documents = 0;
  const app = new Elysia()
    .onRequest(({ request }) => {
      if (new URL(request.url).pathname === "/") documents++;
    })
    .use(
      apiRoutes({
        browse,
        events: { open: () => feed.open() },
        clock: { now: () => sampleNow },
        version: "1.2.3",
        cancel,
      }),
    )
    .use(pages(sampleDeps(browse, { now: () => sampleNow, ...over })));
  app.listen({ hostname: "127.0.0.1", port: 0 });
  const { server } = app;
  if (server === null) throw new Error("the pages did not start");
  return {
    origin: `http://127.0.0.1:${server.port}`,
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    listening: listening.promise,
    streams: () => feed.listeners(),
    cut() {
      feed.close();
      feed = newFeed();
    },
    documents: () => documents,
    async stop() {
      feed.close();
      await server.stop(true);
    },
  };
}
