/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The turns of a thread's newest request with its answer, and between them the calls that brought each.
import { Html } from "@elysiajs/html";
import { foldTurns } from "../../../domain/conversation/fold-turns.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { Continues, EarlierTurns, marked } from "../conversation/conversation-view.tsx";
import { createReading } from "../conversation/reading.ts";
import { TurnView } from "../conversation/turn-view.tsx";
import { whole } from "../shared/format.ts";
import { CallLine } from "./call-line.tsx";
import type { ReadCall } from "./read-chain.ts";

export interface ThreadTurnsProps extends ReadCall {
  /** By the number of turns that each asked. */
  readonly placed: ReadonlyMap<number, LogRow>;
  /** Turns of the thread before these. */
  readonly offset: number;
  /** Whether nothing of the thread stands before these. */
  readonly isFirst: boolean;
}

/** A thread is read whole; what is long all the same is fetched when it is wanted. */
const shownBounds = { turns: 60, characters: 120_000 };
const foldBounds = { turns: 40, characters: 80_000 };

export function ThreadTurns(props: ThreadTurnsProps): JSX.Element {
  const { call, conversation, compared, placed, offset, isFirst } = props;
  // One goes on in the same place, whichever call brought it.
  const idOf = (place: number) => `turn-${offset + place}`;
  const { asked, answered, continues, error } = conversation;
  const reading = createReading(conversation, call.id, false);
  const { folded, shown } = foldTurns(asked, shownBounds, foldBounds);
  return (
    <div class="turns">
      {isFirst && continues !== null && <Continues answer={continues} />}
      {folded.map((span) => (
        <>
          <EarlierTurns callId={call.id} span={span} turns={asked} />
          <FoldedCalls calls={callsWithin(placed, span.from, span.to)} />
        </>
      ))}
      {asked.slice(shown.from, shown.to).map((turn, index) => (
        <>
          <TurnView
            turn={turn}
            id={idOf(shown.from + index)}
            place={String(shown.from + index)}
            reading={reading}
          />
          <CallAt call={placed.get(shown.from + index + 1)} />
        </>
      ))}
      {answered.map((turn, index) => (
        <TurnView
          turn={turn}
          id={idOf(asked.length + index)}
          place={`a${index}`}
          reading={reading}
          isAnswer
          {...(answered.length > 1 ? { label: `choice ${index + 1}` } : {})}
          {...marked(compared[index])}
        />
      ))}
      {answered.length === 0 && (
        <p class="nothing">
          {call.state === "inflight" ? "No answer yet." : "The last call has no answer."}
        </p>
      )}
      {error !== null && error !== call.error_message && (
        <p class="notice bad">
          <strong>The upstream reported an error: </strong>
          <span safe>{error}</span>
        </p>
      )}
    </div>
  );
}

function CallAt({ call }: { readonly call: LogRow | undefined }): JSX.Element {
  return call === undefined ? "" : <CallLine call={call} />;
}

function callsWithin(
  placed: ReadonlyMap<number, LogRow>,
  from: number,
  to: number,
): readonly LogRow[] {
  return [...placed]
    .filter(([place]) => place > from && place <= to)
    .toSorted(([one], [other]) => one - other)
    .map(([, call]) => call);
}

/** Calls whose turns are folded away. */
function FoldedCalls({ calls }: { readonly calls: readonly LogRow[] }): JSX.Element {
  if (calls.length === 0) return "";
  return (
    <details class="folded-calls">
      <summary>{`${whole(calls.length)} ${calls.length === 1 ? "call" : "calls"} in these turns`}</summary>
      {calls.map((call) => (
        <CallLine call={call} isNamed />
      ))}
    </details>
  );
}
