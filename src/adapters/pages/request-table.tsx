/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The recent requests, a line each.
import { Html } from "@elysiajs/html";
import type { LogRow } from "../../ports/browse.ts";
import { ago, clockTime, duration, none, short } from "./format.ts";
import { routeInWords } from "./route-words.ts";
import { ModelName, StateMark } from "./state-mark.tsx";

export interface RequestTableProps {
  readonly rows: readonly LogRow[];
  /** Epoch ms. */
  readonly now: number;
}

export function RequestTable({ rows, now }: RequestTableProps): JSX.Element {
  return (
    <table class="requests">
      <caption class="hidden">Requests, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Model</th>
          <th scope="col">Upstream</th>
          <th scope="col">Route</th>
          <th scope="col">Call</th>
          <th scope="col" class="number">
            Tokens
          </th>
          <th scope="col" class="number">
            First token
          </th>
          <th scope="col" class="number">
            Duration
          </th>
          <th scope="col" class="number">
            Time
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <RequestLine row={row} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function RequestLine({ row, now }: { readonly row: LogRow; readonly now: number }): JSX.Element {
  const started = Date.parse(row.timestamp);
  const running = row.state === "inflight";
  const ended = row.error_message !== null && row.state === "failed";
  return (
    <tr id={`r-${row.id}`} class={row.state} data-href={requestHref(row.id)}>
      <td class="c-status">
        <StateMark state={row.state} />
        <span class="code">{row.status_code ?? (running ? "…" : none)}</span>
      </td>
      <td class="c-model">
        <a href={requestHref(row.id)}>
          <ModelName original={row.original_model} mapped={row.mapped_model} />
        </a>
        {ended && (
          <span class="why" title={row.error_message ?? ""} safe>
            {row.error_message ?? ""}
          </span>
        )}
      </td>
      <td class="c-upstream">
        <span class="clip" title={row.upstream_url ?? undefined} safe>
          {row.upstream ?? none}
        </span>
        <Failover row={row} />
      </td>
      <td class="c-route">
        <span class="clip" title={row.route === null ? undefined : routeInWords(row.route)} safe>
          {row.route ?? none}
        </span>
      </td>
      <td class="c-call">
        <span class="clip" title={`${row.method} ${row.path}`} safe>
          {callName(row)}
        </span>
      </td>
      <td class="number c-tokens">
        <Tokens row={row} />
      </td>
      <td class="number c-first" safe>
        {duration(row.ttft_ms)}
      </td>
      <td class="number c-duration">
        {running ? (
          <time datetime={row.timestamp} data-running safe>
            {duration(Math.max(0, now - started))}
          </time>
        ) : (
          <span safe>{duration(row.duration_ms)}</span>
        )}
      </td>
      <td class="number c-time">
        <time datetime={row.timestamp} title={clockTime(row.timestamp)} safe>
          {ago(started, now)}
        </time>
      </td>
    </tr>
  );
}

function requestHref(id: string): string {
  return `/request/${encodeURIComponent(id)}`;
}

/** More than one attempt was made: which failed, and why. */
function Failover({ row }: { readonly row: LogRow }): JSX.Element {
  const { attempts } = row;
  if (attempts.length < 2) return "";
  const tried = attempts.map(({ upstream, error, reason }) => `${upstream}: ${error ?? reason}`);
  return (
    <span class="mark-failover" title={tried.join("\n")}>
      <span aria-hidden="true">⤳ {attempts.length}</span>
      <span class="hidden">{attempts.length} attempts</span>
    </span>
  );
}

function Tokens({ row }: { readonly row: LogRow }): JSX.Element {
  const { prompt_tokens: prompt, completion_tokens: completion } = row;
  if (prompt === null && completion === null) return none;
  return (
    <span title={row.tokens_estimated ? "estimated: the upstream did not count" : undefined}>
      {row.tokens_estimated && (
        <>
          <span aria-hidden="true">~</span>
          <span class="hidden">about </span>
        </>
      )}
      <span safe>{short(prompt)}</span>
      <span class="faint">
        <span aria-hidden="true"> / </span>
        <span class="hidden"> in, </span>
      </span>
      <span safe>{short(completion)}</span>
      <span class="hidden"> out</span>
    </span>
  );
}

/** `chat`, `embeddings`, `ollama chat`: the last parts of the path, without what every call shares. */
function callName(row: LogRow): string {
  const path = row.path.replace(/\?.*$/, "").replace(/^\/(?:v1|api)\//, "");
  const name = path === "chat/completions" ? "chat" : path;
  return row.service_type === "ollama" ? `${name} · ollama` : name;
}
