/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Every attempt of a call on one time line, from the request read to its end.
import { Html } from "@elysiajs/html";
import type { LoggedAttempt } from "../../../domain/log/log-entry.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { duration, none } from "../shared/format.ts";

export interface AttemptsProps {
  readonly detail: LogDetail;
  /** Epoch ms. */
  readonly now: number;
}

export function Attempts({ detail, now }: AttemptsProps): JSX.Element {
  const { attempts } = detail;
  if (attempts.length === 0)
    return (
      <section class="attempts" aria-labelledby="attempts-title">
        <h2 id="attempts-title">Attempts</h2>
        <p class="nothing">
          {detail.state === "inflight"
            ? "The first attempt is still under way."
            : "No upstream was called."}
        </p>
      </section>
    );
  const start = Date.parse(detail.timestamp);
  const ends = attempts.map((attempt) => Date.parse(attempt.started_at) + attempt.duration_ms);
  const end = Math.max(start + (detail.duration_ms ?? 0), ...ends);
  const running = detail.state === "inflight";
  const scale: Scale = { start, span: Math.max(1, (running ? Math.max(end, now) : end) - start) };
  return (
    <section class="attempts" aria-labelledby="attempts-title">
      <header class="section-head">
        <h2 id="attempts-title">Attempts</h2>
        <p class="legend" aria-hidden="true">
          <i class="connect"></i>connect <i class="wait"></i>wait <i class="stream"></i>answer
        </p>
      </header>
      <ol>
        {attempts.map((attempt) => (
          <AttemptLine attempt={attempt} scale={scale} />
        ))}
        {running && <li class="nothing">The next attempt is under way.</li>}
      </ol>
    </section>
  );
}

interface Scale {
  /** Epoch ms at the left edge. */
  readonly start: number;
  /** ms from the left edge to the right one. */
  readonly span: number;
}

interface AttemptLineProps {
  readonly attempt: LoggedAttempt;
  readonly scale: Scale;
}

function AttemptLine({ attempt, scale }: AttemptLineProps): JSX.Element {
  const end = ended[attempt.reason] ?? "failed";
  return (
    <li class={end}>
      <div class="attempt-head">
        <span class={`dot ${dots[end]}`} aria-hidden="true"></span>
        <strong title={attempt.upstream_url} safe>
          {attempt.upstream}
        </strong>
        {attempt.model !== null && (
          <span class="model" safe>
            {attempt.model}
          </span>
        )}
        {attempt.protocol !== null && (
          <span class="faint" title={reasonInWords(attempt)} safe>
            {protocolInWords(attempt.protocol)}
          </span>
        )}
        <span class="outcome" safe>
          {outcome(attempt)}
        </span>
        <span class="times" safe>
          {times(attempt)}
        </span>
      </div>
      <Bar attempt={attempt} scale={scale} />
      {attempt.error !== null && (
        <p class="why" safe>
          {attempt.error}
        </p>
      )}
      {attempt.changed !== undefined && (
        <p class="changed">
          <span>Changed by params: </span>
          <span safe>{attempt.changed.map((one) => one.replace(": ", " ")).join(", ")}</span>
        </p>
      )}
    </li>
  );
}

type End = "served" | "outrun" | "failed";

/** By their reasons; all others have failed. */
const ended: Readonly<Record<string, End>> = { served: "served", outrun: "outrun" };

const dots: Readonly<Record<End, string>> = {
  served: "completed",
  outrun: "cancelled",
  failed: "failed",
};

function protocolInWords(protocol: string): string {
  const [from, into] = protocol.split(">");
  if (into === undefined) return protocol;
  return into === "" ? `${from}, not spoken` : `${from} → ${into}`;
}

/** Why it was asked so. */
function reasonInWords({ protocol, protocol_reason: reason }: LoggedAttempt): string {
  switch (reason) {
    case "speaks":
      return "as its speaks in the routes file says";
    case "learned":
      return "its answer showed that it does not speak it";
    case "host":
      return "as its host has all of the protocol";
    case "server":
      return "its software, by its model list, speaks the protocol in part";
    case "contents":
      return protocol === "native"
        ? "as the request holds only what every server has that speaks the protocol"
        : "as the request holds more than every server has that speaks the protocol";
    default:
      return "as servers of its type are asked";
  }
}

/** The status says it all, or the reason does. */
function outcome({ status, reason }: LoggedAttempt): string {
  if (reason === "status") return `answered ${status ?? none}`;
  const words = reason === "not_json" ? "no JSON" : reason.replaceAll("_", " ");
  return status === null ? words : `${status} ${words}`;
}

function times(attempt: LoggedAttempt): string {
  const parts = [
    ["connect", attempt.connect_ms],
    ["first token", attempt.ttft_ms],
    ["total", attempt.duration_ms],
  ] as const;
  const measured = parts.filter(([, ms]) => ms !== null);
  return measured.map(([name, ms]) => `${name} ${duration(ms)}`).join(" · ") || none;
}

const barHeight = 8;
/** In hundredths of a percent, so that attributes need no style. */
const barWidth = 10_000;
/** What is drawn at all can be seen. */
const thinnest = 60;

function Bar({ attempt, scale }: AttemptLineProps): JSX.Element {
  const x = (ms: number): number =>
    Math.round(Math.min(1, Math.max(0, ms / scale.span)) * barWidth);
  const from = Date.parse(attempt.started_at) - scale.start;
  const connected = Math.min(attempt.connect_ms ?? 0, attempt.duration_ms);
  const answering = Math.max(connected, Math.min(attempt.ttft_ms ?? Infinity, attempt.duration_ms));
  const pieces = [
    ["connect", 0, connected],
    ["wait", connected, answering],
    ["stream", answering, attempt.duration_ms],
  ] as const;
  return (
    <svg
      class="timeline"
      viewBox={`0 0 ${barWidth} ${barHeight}`}
      preserveAspectRatio="none"
      width="100%"
      height={String(barHeight)}
      aria-hidden="true"
    >
      <rect class="track" width={String(barWidth)} height={String(barHeight)} />
      {pieces
        .filter(([kind, left, right]) => right > left || (kind === "wait" && right === 0))
        .map(([kind, left, right]) => {
          const at = Math.min(x(from + left), barWidth - thinnest);
          const width = Math.max(thinnest, x(from + right) - at);
          return (
            <rect class={kind} x={String(at)} width={String(width)} height={String(barHeight)} />
          );
        })}
    </svg>
  );
}
