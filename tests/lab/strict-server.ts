// A model server for tests that refuses what the real one refuses, and else says what a test has laid down for it.
import { serve } from "bun";
import type { JsonRecord } from "../../src/domain/bytes/json.ts";

/** An answer, an error, or what becomes of an answer on its way. */
export type Script<Answer extends object, Failure extends object> =
  | Answer
  | (Failure & { readonly status: number })
  | Faulty<Answer>;

type Faulty<Answer extends object> = Answer &
  (
    | /** As a stream, whatever was asked for. */ { readonly streams: true }
    | /** This number of events, and then nothing. */ { readonly stallsAfter: number }
    | /** The connection ends after this number of events. */ { readonly cutAfter: number }
    | /** This number of events, and then an error. */ { readonly breaksAfter: number }
  );

export interface StrictServer<Answer extends object, Failure extends object> {
  readonly url: string;
  /** What the next requests get, in order. */
  says(...scripts: readonly Script<Answer, Failure>[]): void;
  /** The bodies of the requests that were not refused. */
  readonly asked: readonly JsonRecord[];
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  /** It knows no more what it has signed. */
  forgets(): void;
  /** Resolves when a client has gone before its answer was complete. */
  aborted(): Promise<void>;
  stop(): Promise<void>;
}

/** What one protocol's server does of its own. */
export interface Strictness<Answer extends object, Failure extends object> {
  /** Its model list. */
  readonly models: object;
  /** Whom it does not even hear; null: it does. */
  turnsAway(request: Request, path: string): Response | null;
  /** @returns null: the request is right */
  refusal(body: JsonRecord): { readonly message: string; readonly response: Response } | null;
  failure(script: Failure & { readonly status: number }): Response;
  /** Where nothing is laid down. */
  readonly unprepared: Failure & { readonly status: number };
  /** Before an answer goes out. */
  signs(answer: Answer): void;
  forgets(): void;
  whole(answer: Answer): object;
  events(answer: Answer): readonly JsonRecord[];
  /** The last words of a stream that breaks, after so many events; none where it does not. */
  lastWords(answer: Answer, breaks: boolean, after: number): readonly JsonRecord[];
  /** How many events an answer has that does not end as it should; absent: all. */
  endsAfter?(answer: Answer, events: number): number;
  stream(events: readonly JsonRecord[]): string;
}

export function startStrictServer<Answer extends object, Failure extends object>(
  own: Strictness<Answer, Failure>,
): StrictServer<Answer, Failure> {
  const scripts: Script<Answer, Failure>[] = [];
  const asked: JsonRecord[] = [];
  const refusals: string[] = [];
  const gone = Promise.withResolvers<void>();

  function streamOf(script: Answer): ReadableStream<Uint8Array> {
    const events = own.events(script);
    const fault = script as Partial<
      Readonly<Record<"stallsAfter" | "cutAfter" | "breaksAfter", number>>
    >;
    const whole = own.endsAfter?.(script, events.length) ?? events.length;
    const limit = fault.stallsAfter ?? fault.cutAfter ?? fault.breaksAfter ?? whole;
    const last = own.lastWords(script, fault.breaksAfter !== undefined, limit);
    return new ReadableStream({
      start(controller) {
        const said = own.stream([...events.slice(0, limit), ...last]);
        controller.enqueue(new TextEncoder().encode(said));
        if (fault.stallsAfter === undefined) controller.close();
      },
      cancel: gone.resolve,
    });
  }

  const server = serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      if (request.method === "GET") return Response.json(own.models);
      const away = own.turnsAway(request, new URL(request.url).pathname);
      if (away !== null) return away;
      const body = (await request.json()) as JsonRecord;
      const refused = own.refusal(body);
      if (refused !== null) {
        refusals.push(refused.message);
        return refused.response;
      }
      asked.push(body);
      const script = scripts.shift() ?? own.unprepared;
      if ("status" in script) return own.failure(script);
      own.signs(script);
      if (body["stream"] !== true && !("streams" in script))
        return Response.json(own.whole(script));
      return new Response(streamOf(script), {
        headers: { "content-type": "text/event-stream; charset=utf-8" },
      });
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    says: (...next) => void scripts.push(...next),
    asked,
    refusals,
    forgets: () => own.forgets(),
    aborted: () => gone.promise,
    stop: () => server.stop(true),
  };
}
