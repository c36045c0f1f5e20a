/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What the dashboard shows before the first request: where the router listens, what stands behind it, how to call it.
import { Html } from "@elysiajs/html";
import type { UpstreamState } from "../../../ports/browse.ts";
import { listInWords } from "../upstreams/list-words.ts";
import { Connect, type ConnectProps } from "./connect.tsx";

export interface WelcomeProps extends ConnectProps {
  /** As the router knows them: nothing is asked for this page. */
  readonly upstreams: readonly UpstreamState[];
}

const modelsNamed = 4;

const dots: Readonly<Record<UpstreamState["models_state"], string>> = {
  unasked: "cancelled",
  listed: "completed",
  answered: "completed",
  unreachable: "failed",
};

export function Welcome({ upstreams, ...connect }: WelcomeProps): JSX.Element {
  const serving = upstreams.some(({ models_state: state }) => dots[state] === "completed");
  return (
    <section id="requests" class="welcome" data-live>
      <h2>No request yet</h2>
      <p>
        The router listens at <code safe>{connect.origin}</code>. Point any OpenAI or Ollama client
        here; its first request shows up on this page by itself.
      </p>
      <ul class="behind" aria-label="Servers behind the router">
        {upstreams.map((upstream) => (
          <li>
            <span class={`dot ${dots[upstream.models_state]}`}></span>
            <a href="/upstreams" safe>
              {upstream.name}
            </a>{" "}
            <code safe>{upstream.url}</code>{" "}
            <span class="faint" safe>
              {lists(upstream)}
            </span>
          </li>
        ))}
      </ul>
      {!serving && (
        <p>
          No server answers yet. <code>smolrouter init</code> looks for those on this machine and
          writes them into a routes file.
        </p>
      )}
      <Connect {...connect} />
    </section>
  );
}

function lists(upstream: UpstreamState): string {
  const { models } = upstream;
  if (models.length === 0) return listInWords(upstream);
  const more = models.length - modelsNamed;
  return models.slice(0, modelsNamed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
