/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The conversation as people read it: what was asked, what was answered.
import { Html } from "@elysiajs/html";
import { callIdIn } from "../../../domain/call/answer-id.ts";
import { foldTurns, type TurnSpan, turnSize } from "../../../domain/conversation/fold-turns.ts";
import type { ComparedPart } from "../../../domain/conversation/removed.ts";
import type { Conversation, Turn } from "../../../domain/conversation/turn.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { short, whole } from "../shared/format.ts";
import { FetchedFold } from "./fetched-fold.tsx";
import { createReading, type Reading } from "./reading.ts";
import { SettingsView } from "./settings-view.tsx";
import { TurnView } from "./turn-view.tsx";

export interface ConversationViewProps {
  readonly conversation: Conversation;
  readonly detail: LogDetail;
  /** By choice: its parts with what a cleaner removed; null where that is not known. */
  readonly compared: readonly (readonly ComparedPart[] | null)[];
  /** Whether texts are shown as they are. */
  readonly isPlain: boolean;
}

/** Agents send their whole past with every call; the last turns are what one came for. */
const shownBounds = { turns: 12, characters: 40_000 };
const foldBounds = { turns: 40, characters: 80_000 };

export function ConversationView(props: ConversationViewProps): JSX.Element {
  const { conversation, detail, compared, isPlain } = props;
  const { continues, asked, answered, parameters, tools, error } = conversation;
  const reading = createReading(conversation, detail.id, isPlain);
  const { folded, shown } = foldTurns(asked, shownBounds, foldBounds);
  const running = detail.state === "inflight";
  const several = answered.length > 1;
  const isEmpty = asked.length === 0 && answered.length === 0;
  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <header class="section-head">
        <h2 id="conversation-title">Conversation</h2>
        {!isEmpty && <Forms {...props} />}
      </header>
      <div class="beside">
        <SettingsView callId={detail.id} parameters={parameters} tools={tools} />
        <div class="turns">
          {isEmpty && (
            <p class="nothing">
              {running
                ? "The bodies are stored when the call ends."
                : "The bodies hold no conversation."}
            </p>
          )}
          {continues !== null && <Continues answer={continues} />}
          {folded.map((span) => (
            <EarlierTurns callId={detail.id} span={span} turns={asked} />
          ))}
          <Turns turns={asked} span={shown} reading={reading} />
          {answered.map((turn, index) => (
            <TurnView
              turn={turn}
              place={`a${index}`}
              reading={reading}
              isAnswer
              {...(several ? { label: `choice ${index + 1}` } : {})}
              {...marked(compared[index])}
            />
          ))}
          {error !== null && error !== detail.error_message && (
            <p class="notice bad">
              <strong>The upstream reported an error: </strong>
              <span safe>{error}</span>
            </p>
          )}
          {running && asked.length > 0 && (
            <p class="nothing">
              {answered.length === 0 ? "No answer yet." : "The answer is still coming in."}
            </p>
          )}
          {detail.request_body_truncated && asked.length === 0 && (
            <p class="notice">
              The stored request was truncated, so that it cannot be read as a conversation.
            </p>
          )}
          {detail.response_body_truncated && (
            <p class="notice">The stored answer was truncated; its end is missing.</p>
          )}
        </div>
      </div>
    </section>
  );
}

/** Turns of a conversation, from one place to another. */
export function Turns(props: {
  readonly turns: readonly Turn[];
  readonly span: TurnSpan;
  readonly reading: Reading;
}): JSX.Element {
  const { turns, span, reading } = props;
  return (
    <>
      {turns.slice(span.from, span.to).map((turn, index) => (
        <TurnView turn={turn} place={String(span.from + index)} reading={reading} />
      ))}
    </>
  );
}

/** The parts of an answer for its turn, where it is known what a cleaner removed. */
export function marked(parts: readonly ComparedPart[] | null | undefined): {
  compared?: readonly ComparedPart[];
} {
  return parts === null || parts === undefined ? {} : { compared: parts };
}

interface EarlierTurnsProps {
  readonly callId: string;
  readonly span: TurnSpan;
  readonly turns: readonly Turn[];
}

/** Turns that are fetched when someone wants to read them. */
export function EarlierTurns({ callId, span, turns }: EarlierTurnsProps): JSX.Element {
  const size = turns.slice(span.from, span.to).reduce((sum, turn) => sum + turnSize(turn), 0);
  const [first, last] = [whole(span.from + 1), whole(span.to)];
  const count = span.to - span.from;
  return (
    <FetchedFold
      id={`turns-${span.from}`}
      href={`/request/${encodeURIComponent(callId)}/turns/${span.from}-${span.to}`}
      words={count === 1 ? `Turn ${first}` : `Turns ${first} to ${last}`}
      beside={`${short(size)} characters`}
      link="Open these turns"
    />
  );
}

/** Markdown laid out, or every character as it is. */
function Forms({ detail, isPlain }: ConversationViewProps): JSX.Element {
  const own = `/request/${encodeURIComponent(detail.id)}`;
  return (
    <p class="forms">
      <a href={`${own}#conversation-title`} aria-current={isPlain ? undefined : "true"}>
        Rendered
      </a>
      <a href={`${own}?as=text#conversation-title`} aria-current={isPlain ? "true" : undefined}>
        As text
      </a>
    </p>
  );
}

/** The conversation up to here is another call's. @param props.answer the id of its answer, which holds the call's where it is the router's */
export function Continues(props: { readonly answer: string }): JSX.Element {
  const call = callIdIn(props.answer);
  return (
    <p class="continues">
      {"Continues "}
      {call === null ? (
        <span safe>{props.answer}</span>
      ) : (
        <a href={`/request/${call}`} safe>
          {props.answer}
        </a>
      )}
    </p>
  );
}
