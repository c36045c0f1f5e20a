/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The conversation as people read it: what was asked, what was answered.
import { Html } from "@elysiajs/html";
import type { Conversation, Turn } from "../../../domain/conversation/turn.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { callIdIn } from "../../../domain/call/answer-id.ts";
import { whole } from "../shared/format.ts";
import { PartView } from "./part-view.tsx";

export interface ConversationViewProps {
  readonly conversation: Conversation;
  readonly detail: LogDetail;
}

/** Agents send their whole past with every call; the last turns are what one came for. */
const turnsShown = 12;

export function ConversationView(props: ConversationViewProps): JSX.Element {
  const { conversation, detail } = props;
  const { continues, asked, answered, tools, error } = conversation;
  const earlier = asked.slice(0, Math.max(0, asked.length - turnsShown));
  const recent = asked.slice(earlier.length);
  const running = detail.state === "inflight";
  const several = answered.length > 1;
  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <header class="section-head">
        <h2 id="conversation-title">Conversation</h2>
        {tools.length > 0 && (
          <details class="tools">
            <summary>{`${tools.length} ${tools.length === 1 ? "tool" : "tools"} offered`}</summary>
            <p safe>{tools.join(", ")}</p>
          </details>
        )}
      </header>
      {asked.length === 0 && answered.length === 0 && (
        <p class="nothing">
          {running
            ? "The bodies are stored when the call ends."
            : "The bodies hold no conversation."}
        </p>
      )}
      {continues !== null && <Continues answer={continues} />}
      {earlier.length > 0 && (
        <details class="earlier">
          <summary>{`${whole(earlier.length)} earlier turns`}</summary>
          {earlier.map((turn) => (
            <TurnView turn={turn} />
          ))}
        </details>
      )}
      {recent.map((turn) => (
        <TurnView turn={turn} />
      ))}
      {answered.map((turn, index) => (
        <TurnView turn={turn} answer {...(several ? { label: `choice ${index + 1}` } : {})} />
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
      {detail.response_body_truncated && (
        <p class="notice">The stored answer was truncated; its end is missing.</p>
      )}
    </section>
  );
}

interface TurnViewProps {
  readonly turn: Turn;
  readonly answer?: boolean;
  readonly label?: string;
}

/** Roles with a colour of their own. */
const knownRoles = new Set(["system", "developer", "user", "assistant", "tool"]);

function TurnView({ turn, answer, label }: TurnViewProps): JSX.Element {
  const kind = knownRoles.has(turn.role) ? turn.role : "other";
  return (
    <div class={`turn ${kind}${answer === true ? " answer" : ""}`}>
      <h3>
        <span safe>{turn.role === "" ? "no role" : turn.role}</span>
        {turn.name !== null && <small safe>{turn.name}</small>}
        {label !== undefined && <small safe>{label}</small>}
      </h3>
      <div class="parts">
        {turn.parts.length === 0 && <p class="faint">empty</p>}
        {turn.parts.map((part) => (
          <PartView part={part} />
        ))}
        {turn.finish !== null && !usualFinish.has(turn.finish) && (
          <p class="finish">
            stopped: <span safe>{turn.finish}</span>
          </p>
        )}
      </div>
    </div>
  );
}

/** Ends that need no word. */
const usualFinish = new Set(["stop", "end_turn", "completed", "tool_calls", "tool_use"]);

/** The conversation up to here is another call's. @param props.answer the id of its answer, which holds the call's where it is the router's */
function Continues(props: { readonly answer: string }): JSX.Element {
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
