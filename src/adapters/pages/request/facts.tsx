/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The facts of one request: where it went and why, how long it took, what it used.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { LogDetail } from "../../../ports/browse.ts";
import { bytes, dollars, duration, none, whole } from "../shared/format.ts";
import { routeInWords, ruleSays } from "../routes/route-words.ts";
import type { RoutingNames } from "../shared/pages-deps.ts";

export interface FactsProps {
  readonly detail: LogDetail;
  readonly routing: Pick<RoutingNames, "rules">;
  /** Epoch ms. */
  readonly now: number;
}

export function Facts({ detail, routing, now }: FactsProps): JSX.Element {
  const running = detail.state === "inflight";
  const soFar = Math.max(0, now - Date.parse(detail.timestamp));
  const rule = detail.route === null ? null : ruleSays(detail.route, routing);
  const speed = tokensPerSecond(detail);
  const price = costOf(detail);
  return (
    <dl class="facts">
      <Fact name="Duration">
        {running ? (
          <b>
            <time datetime={detail.timestamp} data-running safe>
              {duration(soFar)}
            </time>
          </b>
        ) : (
          <b safe>{duration(detail.duration_ms)}</b>
        )}
        {running && <small>so far</small>}
      </Fact>
      <Fact name="First token">
        <b safe>{duration(detail.ttft_ms)}</b>
      </Fact>
      <Fact name="Tokens">
        <b safe>{tokens(detail)}</b>
        {detail.tokens_estimated && <small>estimated</small>}
        {speed !== null && <small safe>{speed}</small>}
        {detail.cached_tokens !== null && detail.cached_tokens > 0 && (
          <small>{`${whole(detail.cached_tokens)} read from a cache`}</small>
        )}
        {detail.reasoning_tokens !== null && detail.reasoning_tokens > 0 && (
          <small>{`${whole(detail.reasoning_tokens)} for thinking`}</small>
        )}
        {price !== null && <small safe>{price}</small>}
      </Fact>
      <Fact name="Finish">
        <b safe>{detail.finish_reason ?? none}</b>
        <small>{detail.stream ? "streamed" : "not streamed"}</small>
      </Fact>
      <Fact name="Upstream">
        <b safe>{detail.upstream ?? none}</b>
        {detail.upstream_url !== null && <small safe>{detail.upstream_url}</small>}
        {detail.upstream_request_id !== null && (
          <small safe>{`its id: ${detail.upstream_request_id}`}</small>
        )}
        {detail.instance !== undefined && (
          <small safe>{`asked by router ${detail.instance.name}`}</small>
        )}
      </Fact>
      <Fact name="Route">
        <b safe>{detail.route === null ? none : routeInWords(detail.route)}</b>
        {rule !== null && <small safe>{`now: ${rule}`}</small>}
        <small>
          <a href={explainHref(detail)}>where would it go now?</a>
        </small>
      </Fact>
      <Fact name="From">
        <b safe>{detail.auth_user ?? detail.source_ip}</b>
        {detail.auth_user !== null && <small safe>{detail.source_ip}</small>}
        {detail.user_agent !== null && (
          <small class="clip" title={detail.user_agent} safe>
            {detail.user_agent}
          </small>
        )}
      </Fact>
      <Fact name="Size">
        <b safe>{`${bytes(detail.request_size)} in`}</b>
        <small safe>{`${bytes(detail.response_size)} out`}</small>
      </Fact>
    </dl>
  );
}

function explainHref(detail: LogDetail): string {
  const asked = new URLSearchParams({
    model: detail.original_model ?? "",
    source: detail.source_ip,
    path: detail.path.replace(/\?.*$/s, ""),
    user: detail.auth_user ?? "",
  });
  return `/routes?${asked.toString()}`;
}

function Fact(props: PropsWithChildren<{ readonly name: string }>): JSX.Element {
  return (
    <div>
      <dt safe>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function tokens(detail: LogDetail): string {
  const { prompt_tokens: prompt, completion_tokens: completion } = detail;
  if (prompt === null && completion === null) return none;
  const shown = (count: number | null): string => (count === null ? none : whole(count));
  return `${shown(prompt)} in, ${shown(completion)} out`;
}

/** null: it used nothing that could cost. */
function costOf({ cost, total_tokens: used }: LogDetail): string | null {
  if (cost !== null) return `costs ${dollars(cost)}`;
  return used !== null && used > 0 ? "no price is known" : null;
}

/** From the first token to the end, as that is when tokens were written; null for plain calls. */
function tokensPerSecond(detail: LogDetail): string | null {
  const { completion_tokens: completion, duration_ms: total, ttft_ms: first } = detail;
  if (completion === null || total === null || first === null || total - first < 50) return null;
  return `${((completion * 1000) / (total - first)).toFixed(0)} tokens/s`;
}
