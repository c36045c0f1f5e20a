// The built-in model server without sockets: every address is one, and answers on whatever clock it is given.
import { Buffer } from "node:buffer";
import { parseJsonBytes } from "../../domain/bytes/json.ts";
import type { HeaderList } from "../../domain/http/headers.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  BodyRead,
  Exchange,
  NoAnswer,
  Upstream,
  UpstreamAnswer,
  UpstreamRequest,
} from "../../ports/upstream.ts";
import { answerAsk, askedModel, fakeSurfaceOf } from "./answer-table.ts";
import { createAsk, type FakeServer } from "./ask.ts";
import { belowAnyBase } from "./base-path.ts";
import type { Behaviour } from "./behaviour.ts";
import { createMessage } from "./message.ts";
import { type PlayStep, stepsOf } from "./steps.ts";

/** How a request is met; `refused`: nothing listens at its address. */
export type MemoryBehaviour = Behaviour | "refused";

export function createMemoryUpstream(
  clock: Pick<Clock, "after">,
  behave: (request: UpstreamRequest) => MemoryBehaviour,
): Upstream {
  return {
    send(request) {
      const behaviour = behave(request);
      return behaviour === "refused" ? refused : new MemoryExchange(request, behaviour, clock);
    },
  };
}

const refused: Exchange = {
  reply: Promise.resolve({
    kind: "unreachable",
    reason: "refused",
    message: "connection refused",
    connectMs: null,
  }),
  cancel: () => undefined,
};

type End = Exclude<BodyRead, { readonly kind: "bytes" }>;

class MemoryExchange implements Exchange {
  readonly reply: Promise<UpstreamAnswer | NoAnswer>;
  readonly #head = Promise.withResolvers<UpstreamAnswer | NoAnswer>();
  readonly #steps: Iterator<PlayStep>;
  readonly #clock: Pick<Clock, "after">;
  readonly #silenceMs: number;
  #isHeadOut = false;
  #unread: Uint8Array[] = [];
  #end: End | null = null;
  #reading: ((read: BodyRead) => void) | null = null;
  #stopPause: (() => void) | null = null;
  #stopSilence: (() => void) | null = null;

  constructor(request: UpstreamRequest, behaviour: Behaviour, clock: Pick<Clock, "after">) {
    this.reply = this.#head.promise;
    this.#clock = clock;
    this.#silenceMs = request.silenceTimeoutMs;
    this.#steps = stepsOf(messageFor(request, behaviour), behaviour);
    this.#heard();
    this.#play();
  }

  cancel(): void {
    this.#finish({ kind: "aborted" });
    this.#unread = [];
  }

  #play(): void {
    while (this.#end === null) {
      const { value: step, done } = this.#steps.next() as IteratorResult<PlayStep, undefined>;
      if (done === true) this.#finish({ kind: "end" });
      else if (step.do === "write") this.#write(step.bytes);
      else if (step.do === "fin") this.#finish(step.broken ? cut : { kind: "end" });
      else if (step.do === "rst") this.#finish(cut);
      else if (step.do === "pause") {
        this.#stopPause = this.#clock.after(step.ms, () => this.#play());
        return;
      } else if (step.do === "gate") {
        step.gate.arrive(() => this.#play());
        return;
      } else if (step.do === "silence") return;
    }
  }

  #write(written: string | Uint8Array): void {
    this.#heard();
    const bytes = Buffer.from(written);
    if (!this.#isHeadOut) {
      this.#isHeadOut = true;
      this.#head.resolve(this.#answer(bytes.toString()));
    } else if (this.#reading === null) this.#unread.push(bytes);
    else this.#give({ kind: "bytes", bytes });
  }

  #answer(head: string): UpstreamAnswer {
    const [first = "", ...lines] = head.trimEnd().split("\r\n");
    const headers: HeaderList = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return {
      kind: "answered",
      status: Number(first.split(" ")[1]),
      headers,
      connectMs: null,
      body: {
        read: () => this.#read(),
        cancel: () => {
          this.cancel();
        },
      },
    };
  }

  #read(): Promise<BodyRead> {
    const bytes = this.#unread.shift();
    if (bytes !== undefined) return Promise.resolve({ kind: "bytes", bytes });
    if (this.#end !== null) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      this.#reading = resolve;
    });
  }

  #give(read: BodyRead): void {
    this.#reading?.(read);
    this.#reading = null;
  }

  /** Silence is counted from here. */
  #heard(): void {
    this.#stopSilence?.();
    this.#stopSilence = this.#clock.after(this.#silenceMs, () => {
      this.#finish({ kind: "timed-out", message: "no byte for longer than REQUEST_TIMEOUT" });
    });
  }

  #finish(end: End): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#stopPause?.();
    this.#stopSilence?.();
    this.#head.resolve(noAnswer(end));
    this.#give(end);
  }
}

const cut: End = { kind: "broke", message: "the connection was closed" };

/** What an exchange comes to that ends before its head. */
function noAnswer(end: End): NoAnswer {
  if (end.kind === "aborted") return end;
  if (end.kind === "timed-out") return { ...end, timer: "silence", connectMs: null };
  return { kind: "reset", message: "the connection was closed", connectMs: null };
}

function messageFor(request: UpstreamRequest, behaviour: Behaviour) {
  const { method, headers } = request;
  const body = request.body ?? new Uint8Array();
  const path = belowAnyBase(new URL(request.url).pathname);
  const ask = createAsk(
    { method, path, headers, body, json: parseJsonBytes(body) },
    new Map(),
    behaviour,
  );
  const server: FakeServer = { name: "built-in", models: [askedModel(ask)], loaded: new Set() };
  const kept = { method, keepAlive: true, chunksAllowed: false };
  return createMessage(answerAsk(ask, server, "both"), behaviour, kept, fakeSurfaceOf(path), "1");
}
