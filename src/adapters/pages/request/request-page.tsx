/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One request: what became of it, every attempt, the conversation, the raw bodies.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { LogDetail, LogPage } from "../../../ports/browse.ts";
import { AgainSection, type AgainSectionProps } from "./again-section.tsx";
import { Attempts } from "./attempts.tsx";
import { CleanedSection } from "./cleaned-section.tsx";
import { Compare } from "./compare.tsx";
import { ConversationView } from "../conversation/conversation-view.tsx";
import { readDetail } from "../conversation/read-detail.ts";
import { curlCommand } from "./curl.ts";
import { CurlSection } from "./curl-section.tsx";
import { Facts } from "./facts.tsx";
import { Ago } from "../shared/clock-time.tsx";
import { HeaderTable } from "./header-table.tsx";
import { CopyButton, Layout } from "../shared/layout.tsx";
import type { Neighbours } from "./neighbours.ts";
import type { PageFrame, RoutingNames } from "../shared/pages-deps.ts";
import { RequestHead } from "./request-head.tsx";
import { Payload } from "./payload.tsx";
import { ModelName, StateMark } from "../shared/state-mark.tsx";

export interface RequestPageProps {
  readonly frame: PageFrame;
  readonly detail: LogDetail;
}

export interface RequestPartsProps extends RequestPageProps {
  readonly neighbours: Neighbours;
  /** The request that this one repeats, null where the log has it no more; absent: it repeats none. */
  readonly first?: LogDetail | null;
  /** The newest of those that repeat this one. */
  readonly repeats: LogPage;
  readonly routing: Pick<RoutingNames, "rules">;
  readonly again: Omit<AgainSectionProps, "detail">;
  /** Whether the conversation's texts are shown as they are, not as Markdown. */
  readonly isPlain: boolean;
}

const pollMs = 500;

/** What is known of the call from its row alone. */
export function RequestPage(props: PropsWithChildren<RequestPageProps>): JSX.Element {
  const { frame, detail } = props;
  return (
    <Layout
      title={`${detail.original_model ?? detail.path} · request`}
      frame={frame}
      {...(detail.state === "inflight" ? { poll: pollMs, reload: true } : {})}
    >
      <article id="request" data-live>
        {props.children}
      </article>
    </Layout>
  );
}

export function RequestParts(props: RequestPartsProps): JSX.Element {
  const { frame, detail, routing, first } = props;
  const running = detail.state === "inflight";
  const { conversation, compared } = readDetail(detail);
  // Where each piece that was taken out is marked in its place, there is nothing left to compare.
  const isMarked = compared.some((parts) => parts?.some(({ kind }) => kind === "removed") === true);
  const curl = curlCommand(detail, {
    origin: frame.origin,
    needsToken: frame.account !== null,
  });
  return (
    <>
      <Crumbs {...props} />
      <RequestHead detail={detail} now={frame.now} />
      <AgainSection detail={detail} {...props.again} />
      <Repeats repeats={props.repeats} now={frame.now} />
      <Facts detail={detail} routing={routing} now={frame.now} />
      <Attempts detail={detail} now={frame.now} />
      {first !== undefined && <Compare first={first} again={detail} now={frame.now} />}
      <ConversationView
        conversation={conversation}
        detail={detail}
        compared={compared}
        isPlain={props.isPlain}
      />
      {!isMarked &&
        detail.response_body_clean !== undefined &&
        detail.response_body_encoding !== "base64" && (
          <CleanedSection raw={detail.response_body ?? ""} clean={detail.response_body_clean} />
        )}
      <section class="raw" aria-labelledby="raw-title">
        <header class="section-head">
          <h2 id="raw-title">Raw</h2>
          <p class="actions">
            {curl.kind === "command" && <CopyButton of="curl" label="Copy as curl" said />}
            <a href={`/api/logs/${encodeURIComponent(detail.id)}`}>Open as JSON</a>
          </p>
        </header>
        <CurlSection command={curl} />
        <Payload
          id="request-body"
          title="Request body"
          text={detail.request_body}
          base64={detail.request_body_encoding === "base64"}
          truncated={detail.request_body_truncated}
          size={detail.request_size}
          absent={absent(running, detail.request_body_truncated)}
        />
        <Payload
          id="response-body"
          title="Answer body, as received"
          text={detail.response_body}
          base64={detail.response_body_encoding === "base64"}
          truncated={detail.response_body_truncated}
          size={detail.response_size}
          absent={absent(running, detail.response_body_truncated)}
        />
        {detail.response_body_clean !== undefined && (
          <Payload
            id="response-body-clean"
            title="Answer body, as the client got it"
            text={detail.response_body_clean}
            base64={false}
            truncated={detail.response_body_clean_truncated === true}
            size={new TextEncoder().encode(detail.response_body_clean).length}
            absent=""
          />
        )}
        <HeaderTable
          id="request-headers"
          title="Request headers"
          headers={detail.request_headers}
        />
        <HeaderTable
          id="response-headers"
          title="Answer headers"
          headers={detail.response_headers}
        />
      </section>
    </>
  );
}

function Crumbs({
  neighbours,
  frame,
  detail,
}: Pick<RequestPartsProps, "neighbours" | "frame" | "detail">): JSX.Element {
  const { older, newer } = neighbours;
  const list = frame.list === "/" ? "" : `?list=${encodeURIComponent(frame.list)}`;
  return (
    <nav class="crumbs" aria-label="Requests">
      <a href={frame.list} data-list>
        ← Requests
      </a>
      {detail.thread_id !== null && (
        <a href={`/thread/${encodeURIComponent(detail.thread_id)}`}>Whole thread</a>
      )}
      <span class="turn-pages">
        {newer !== null && (
          <a rel="prev" href={`/request/${encodeURIComponent(newer)}${list}`}>
            ‹ Newer
          </a>
        )}
        {older !== null && (
          <a rel="next" href={`/request/${encodeURIComponent(older)}${list}`}>
            Older ›
          </a>
        )}
      </span>
    </nav>
  );
}

function Repeats(props: { readonly repeats: LogPage; readonly now: number }): JSX.Element {
  const { logs, next } = props.repeats;
  if (logs.length === 0) return "";
  return (
    <section class="repeats" aria-label="Sent again">
      <p>Sent again</p>
      <ul>
        {logs.map((row) => (
          <li>
            <StateMark state={row.state} />
            <a href={`/request/${encodeURIComponent(row.id)}`}>
              <ModelName original={row.original_model} mapped={row.mapped_model} />
            </a>{" "}
            <span class="faint" safe>
              {[row.status_code, row.upstream]
                .filter((part) => part !== null)
                .map((part) => `${part} · `)
                .join("")}
            </span>
            <span class="faint">
              <Ago iso={row.timestamp} now={props.now} />
            </span>
          </li>
        ))}
        {next !== null && <li class="faint">and earlier ones</li>}
      </ul>
    </section>
  );
}

/** Why there is nothing of a body. */
function absent(running: boolean, captured: boolean): string {
  if (running) return "Stored when the call ends.";
  return captured
    ? "The body could not be stored, or has not reached its store yet."
    : "No body is stored.";
}
