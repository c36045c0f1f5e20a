// What an upstream's answer comes to at its commit point, and what is needed to say so.
import type { Share } from "../../../domain/failover/budget.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { Bridge, Wire } from "../../../domain/protocols/bridge.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import type { Framing } from "../../../domain/bytes/framing.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import type { Policy } from "../../../domain/routing/types.ts";
import type { Demands } from "../../../domain/fitness/demands.ts";
import type { SchemaCheck } from "../../../ports/schema-check.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Capture } from "./capture.ts";
import type { LiveSource } from "./event-stream.ts";
import type { StreamFailure } from "./stream-failure.ts";

/** An answer that may go to the client. */
export interface CommittedAnswer {
  readonly status: number;
  /** The upstream's own. */
  readonly headers: HeaderList;
  /** As the client gets it. */
  readonly wire: Wire;
  /** Held until now; goes first. Whoever sends it takes it out piece by piece. */
  readonly held: Uint8Array[];
  /** Whoever has what is held has the whole answer, though more may follow. */
  readonly complete: boolean;
  /** What follows; null where `held` is the whole answer. */
  readonly rest: LiveSource | null;
  /** What the client gets instead of the rest; null: a connection closed unfinished. */
  lastWords(failure: StreamFailure): Uint8Array | null;
  /** The same for an error that is not the upstream's; asked of a stream only. */
  errorWords(error: JsonRecord): Uint8Array;
  /** Whether the client got, in the end, anything other than the upstream sent. */
  changed(): boolean;
  /** More was to be held than may be: the rest streams unchecked. */
  readonly heldPartially: boolean;
  /** Complete once the answer is over. */
  warnings(): readonly string[];
  /** How its stream was ended where the upstream did not do it; else null. */
  remark(): string | null;
}

/** What an attempt comes to. */
export type AttemptResult =
  | { readonly kind: "committed"; readonly answer: CommittedAnswer }
  | { readonly kind: "failed"; readonly failure: AttemptFailure };

export interface AnswerContext {
  readonly call: IncomingCall;
  /** The URL that was asked, and the server's of which it is a part. */
  readonly url: string;
  readonly baseUrl: string;
  readonly bridge: Bridge;
  readonly policy: Policy;
  /** What the answer has to have; null: it goes to the client as it is. */
  readonly demands: Demands | null;
  readonly schemas: SchemaCheck;
  readonly capture: Capture;
  /** Counts the bytes held; whoever owns the attempt gives them back. */
  readonly share: Share;
  readonly clock: Clock;
  readonly listener: ContentListener;
}

export interface ContentListener {
  /** Called once, at the answer's first content. */
  onContent(framing: Framing): void;
}
