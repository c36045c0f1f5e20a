/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The recent requests, a line each.
import { Html } from "@elysiajs/html";
import type { LogRow } from "../../../ports/browse.ts";
import { Ago } from "../shared/clock-time.tsx";
import { duration, none, short } from "../shared/format.ts";
import { routeInWords } from "../routes/route-words.ts";
import { RouterMark } from "../shared/router-mark.tsx";
import { ModelName, StateMark } from "../shared/state-mark.tsx";

export interface RequestTableProps {
  readonly rows: readonly LogRow[];
  /** Epoch ms. */
  readonly now: number;
  /** The page is opened, not renewed: what is out of sight may follow a moment later. */
  readonly opening: boolean;
}

/** As many as most windows show beneath the figures. */
const inSight = 14;

// Rows are grids, and browsers take elements for what they look like: the roles say what they are.
export function RequestTable({ rows, now, opening }: RequestTableProps): JSX.Element {
  return (
    <table class="requests" role="table">
      <caption class="hidden">Requests, newest first</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Status
          </th>
          <th role="columnheader" scope="col">
            Model
          </th>
          <th role="columnheader" scope="col">
            Upstream
          </th>
          <th role="columnheader" scope="col">
            Route
          </th>
          <th role="columnheader" scope="col">
            Call
          </th>
          <th role="columnheader" scope="col" class="number">
            Tokens
          </th>
          <th role="columnheader" scope="col" class="number">
            First token
          </th>
          <th role="columnheader" scope="col" class="number">
            Duration
          </th>
          <th role="columnheader" scope="col" class="number">
            Time
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, place) => (
          <RequestLine row={row} now={now} later={opening && place >= inSight} />
        ))}
      </tbody>
    </table>
  );
}

interface RequestLineProps {
  readonly row: LogRow;
  readonly now: number;
  readonly later: boolean;
}

function RequestLine({ row, now, later }: RequestLineProps): JSX.Element {
  const started = Date.parse(row.timestamp);
  const running = row.state === "inflight";
  const ended = row.error_message !== null && row.state === "failed";
  return (
    <tr
      id={`r-${row.id}`}
      role="row"
      class={later ? `${row.state} later` : row.state}
      data-href={requestHref(row.id)}
    >
      <td role="cell" class="c-status">
        <StateMark state={row.state} />
        <span class="code">{row.status_code ?? (running ? "…" : none)}</span>
      </td>
      <td role="cell" class="c-model">
        <a href={requestHref(row.id)}>
          <ModelName original={row.original_model} mapped={row.mapped_model} />
        </a>
        {ended && (
          <span class="why" title={row.error_message ?? ""} safe>
            {row.error_message ?? ""}
          </span>
        )}
      </td>
      <Upstream row={row} />
      <td
        role="cell"
        class="c-route"
        title={row.route === null ? undefined : routeInWords(row.route)}
        safe
      >
        {row.route ?? none}
      </td>
      <td role="cell" class="c-call" title={`${row.method} ${row.path}`} safe>
        {callName(row)}
      </td>
      <Tokens row={row} />
      <td role="cell" class="number c-first" safe>
        {duration(row.ttft_ms)}
      </td>
      {running ? (
        <td role="cell" class="number c-duration">
          <time datetime={row.timestamp} data-running safe>
            {duration(Math.max(0, now - started))}
          </time>
        </td>
      ) : (
        <td role="cell" class="number c-duration" safe>
          {duration(row.duration_ms)}
        </td>
      )}
      <td role="cell" class="number c-time">
        <Ago iso={row.timestamp} now={now} />
      </td>
    </tr>
  );
}

function requestHref(id: string): string {
  return `/request/${encodeURIComponent(id)}`;
}

function Upstream({ row }: { readonly row: LogRow }): JSX.Element {
  const name = row.upstream ?? none;
  const title = row.upstream_url ?? undefined;
  if (row.attempts.length < 2 && row.instance === undefined)
    return (
      <td role="cell" class="c-upstream" title={title} safe>
        {name}
      </td>
    );
  return (
    <td role="cell" class="c-upstream">
      <span class="clip" title={title} safe>
        {name}
      </span>
      {row.attempts.length > 1 && <Failover row={row} />}
      <RouterMark router={row.instance} />
    </td>
  );
}

/** More than one attempt was made: which failed, and why. */
function Failover({ row: { attempts } }: { readonly row: LogRow }): JSX.Element {
  const tried = attempts.map(({ upstream, error, reason }) => `${upstream}: ${error ?? reason}`);
  return (
    <span class="mark-failover" title={tried.join("\n")}>
      <span aria-hidden="true">⤳ {attempts.length}</span>
      <span class="hidden">{attempts.length} attempts</span>
    </span>
  );
}

function Tokens({ row }: { readonly row: LogRow }): JSX.Element {
  const { prompt_tokens: prompt, completion_tokens: completion, tokens_estimated: guess } = row;
  if (prompt === null && completion === null)
    return (
      <td role="cell" class="number c-tokens">
        {none}
      </td>
    );
  const [asked, answered] = [short(prompt), short(completion)];
  return (
    <td
      role="cell"
      class="number c-tokens"
      title={guess ? "estimated: the upstream did not count" : undefined}
      aria-label={`${guess ? "about " : ""}${asked} in, ${answered} out`}
    >
      {guess && "~"}
      {asked}
      <span class="faint"> / </span>
      {answered}
    </td>
  );
}

/** `chat`, `embeddings`, `ollama chat`: the last parts of the path, without what every call shares. */
function callName(row: LogRow): string {
  const path = row.path.replace(/\?.*$/, "").replace(/^\/(?:v1|api)\//, "");
  const name = path === "chat/completions" ? "chat" : path;
  return row.service_type === "ollama" ? `${name} · ollama` : name;
}
