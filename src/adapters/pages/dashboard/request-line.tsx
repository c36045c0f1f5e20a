/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One request in the list.
import { Html } from "@elysiajs/html";
import type { PlaceFinder } from "../../../domain/log/sought-places.ts";
import type { ListedRow, LogRow } from "../../../ports/browse.ts";
import { Ago } from "../shared/clock-time.tsx";
import { dollars, duration, none, short } from "../shared/format.ts";
import { routeInWords } from "../routes/route-words.ts";
import { RouterMark } from "../shared/router-mark.tsx";
import { ModelName, StateMark } from "../shared/state-mark.tsx";
import { Marked } from "./marked.tsx";
import { PlaceLine } from "./place-line.tsx";
import { WarningBadges } from "./warning-badges.tsx";

export interface RequestLineProps {
  readonly row: ListedRow;
  /** Of what was searched for; null: nothing was. */
  readonly finder: PlaceFinder | null;
  /** Epoch ms. */
  readonly now: number;
  readonly later: boolean;
}

export function RequestLine({ row, finder, now, later }: RequestLineProps): JSX.Element {
  const running = row.state === "inflight";
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
      <Who row={row} finder={finder} />
      <Asked row={row} finder={finder} />
      <td role="cell" class="c-model">
        <ModelName
          original={row.original_model}
          mapped={row.mapped_model}
          shown={(name) => <Marked text={name} finder={finder} isModel />}
        />
      </td>
      <Upstream row={row} finder={finder} />
      <Tokens row={row} />
      <td role="cell" class="number c-cost" safe>
        {dollars(row.cost)}
      </td>
      <Duration row={row} now={now} />
      <td role="cell" class="number c-time">
        <Ago iso={row.timestamp} now={now} />
      </td>
      <PlaceLine row={row} />
    </tr>
  );
}

function requestHref(id: string): string {
  return `/request/${encodeURIComponent(id)}`;
}

type CellProps = Pick<RequestLineProps, "row" | "finder">;

function Who({ row, finder }: CellProps): JSX.Element {
  const { auth_user: user, source_ip: address, client, user_agent: agent } = row;
  const title = [user, address, client, agent === client ? null : agent]
    .filter((words) => words !== null)
    .join("\n");
  return (
    <td role="cell" class="c-who" title={title}>
      <span class="who">
        <Marked text={user ?? address} finder={finder} />
      </span>
      {client !== null && (
        <span class="faint" safe>
          {` ${client.split("/")[0] ?? ""}`}
        </span>
      )}
    </td>
  );
}

/** The last words asked, else the kind of call; in front of it why it failed, behind it what was odd. */
function Asked({ row, finder }: CellProps): JSX.Element {
  const { asked, error_message: error } = row;
  const call = callName(row);
  const hasFailed = error !== null && row.state === "failed";
  return (
    <td role="cell" class="c-asked">
      <a class="open" href={requestHref(row.id)} title={asked ?? `${row.method} ${row.path}`}>
        {asked === null ? (
          <span class="faint" safe>
            {call}
          </span>
        ) : (
          <Marked text={asked} finder={finder} />
        )}
      </a>
      <WarningBadges warnings={row.warnings} />
      {hasFailed && (
        <span class="why" title={error}>
          <Marked text={error} finder={finder} />
        </span>
      )}
      {row.thread_id !== null && (
        <a
          class="thread"
          href={`/thread/${encodeURIComponent(row.thread_id)}`}
          title="Read this conversation as a whole"
        >
          <span aria-hidden="true">≡</span>
          <span class="hidden" safe>{`Read this conversation as a whole: ${asked ?? call}`}</span>
        </a>
      )}
    </td>
  );
}

function Duration({ row, now }: Pick<RequestLineProps, "row" | "now">): JSX.Element {
  if (row.state === "inflight")
    return (
      <td role="cell" class="number c-duration">
        <time datetime={row.timestamp} data-running safe>
          {duration(Math.max(0, now - Date.parse(row.timestamp)))}
        </time>
      </td>
    );
  const first = row.ttft_ms === null ? undefined : `first token after ${duration(row.ttft_ms)}`;
  return (
    <td role="cell" class="number c-duration" title={first} safe>
      {duration(row.duration_ms)}
    </td>
  );
}

function Upstream({ row, finder }: CellProps): JSX.Element {
  const title = [
    row.upstream_url,
    row.route === null ? null : `${row.route}: ${routeInWords(row.route)}`,
  ]
    .filter((words) => words !== null)
    .join("\n");
  return (
    <td role="cell" class="c-upstream">
      <span class="clip" title={title === "" ? undefined : title}>
        <Marked text={row.upstream ?? none} finder={finder} />
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
