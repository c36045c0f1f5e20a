/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The answer of a call that was sent again beside the first one's, and what differs.
import { Html } from "@elysiajs/html";
import { answerText } from "../../../domain/conversation/answer-text.ts";
import { readConversation } from "../../../domain/conversation/read-conversation.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { Diff } from "./diff.tsx";
import { duration, whole } from "../shared/format.ts";
import { stateWords } from "../shared/state-mark.tsx";

export interface CompareProps {
  /** null where the log does not have it any more. */
  readonly first: LogDetail | null;
  readonly again: LogDetail;
  /** Epoch ms. */
  readonly now: number;
}

/** Longer answers are cut here; their own pages have them whole. */
const longest = 40_000;

export function Compare({ first, again, now }: CompareProps): JSX.Element {
  if (first === null)
    return (
      <section class="compare" aria-labelledby="compare-title">
        <h2 id="compare-title">Sent again</h2>
        <p class="nothing">The first request is no longer in the log.</p>
      </section>
    );
  const [before, after] = [textOf(first), textOf(again)];
  const running = again.state === "inflight";
  return (
    <section class="compare" id="compare" aria-labelledby="compare-title">
      <header class="section-head">
        <h2 id="compare-title">Sent again</h2>
        <p class="faint">
          from <a href={`/request/${encodeURIComponent(first.id)}`}>the first request</a>
        </p>
      </header>
      <div class="columns">
        <Column title="First answer" detail={first} text={before} now={now} />
        <Column title="This answer" detail={again} text={after} now={now} />
      </div>
      {!running && before !== after && (
        <>
          <h3>What differs</h3>
          <Diff before={before} after={after} />
        </>
      )}
      {!running && before === after && before !== "" && (
        <p class="nothing">Both answers are the same, word for word.</p>
      )}
    </section>
  );
}

function textOf(detail: LogDetail): string {
  if (detail.response_body === null || detail.response_body_encoding === "base64") return "";
  return answerText(readConversation(null, detail.response_body)).slice(0, longest);
}

interface ColumnProps {
  readonly title: string;
  readonly detail: LogDetail;
  readonly text: string;
  /** Epoch ms. */
  readonly now: number;
}

function Column({ title, detail, text, now }: ColumnProps): JSX.Element {
  const running = detail.state === "inflight";
  const { completion_tokens: tokens, duration_ms: took } = detail;
  const facts = [
    detail.mapped_model ?? "no model",
    ...(detail.upstream === null ? [] : [detail.upstream]),
    ...(running ? [] : [duration(took)]),
    ...(tokens === null ? [] : [`${whole(tokens)} tokens`]),
  ];
  return (
    <div>
      <h3 safe>{title}</h3>
      <p class="faint">
        <span safe>{facts.join(" · ")}</span>
        {running && (
          <>
            {" · "}
            <time datetime={detail.timestamp} data-running safe>
              {duration(Math.max(0, now - Date.parse(detail.timestamp)))}
            </time>
          </>
        )}
      </p>
      {text === "" ? (
        <p class="nothing" safe>
          {running
            ? "Nothing yet."
            : (detail.error_message ?? `No text: ${stateWords[detail.state]}.`)}
        </p>
      ) : (
        <p class="text" aria-live={running ? "off" : undefined} safe>
          {text}
        </p>
      )}
    </div>
  );
}
