/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One turn of a conversation: who speaks, and the parts of what is said.
import { Html } from "@elysiajs/html";
import type { ComparedPart } from "../../../domain/conversation/removed.ts";
import type { Turn } from "../../../domain/conversation/turn.ts";
import { whole } from "../shared/format.ts";
import { PartView } from "./part-view.tsx";
import type { Reading } from "./reading.ts";

export interface TurnViewProps {
  readonly turn: Turn;
  /** Its place among what was asked; `a0`, `a1` … among what was answered. */
  readonly place: string;
  readonly reading: Reading;
  readonly isAnswer?: boolean;
  readonly label?: string;
  /** Of its element, where it is to be known again as the page goes on. */
  readonly id?: string;
  /** Its parts with what a cleaner removed; absent: nothing was, or that is not known. */
  readonly compared?: readonly ComparedPart[];
}

/** Roles with a colour of their own. */
const knownRoles = new Set(["system", "developer", "user", "assistant", "tool"]);
/** Parts of one turn that are shown; a message may have thousands. */
const mostParts = 80;

export function TurnView(props: TurnViewProps): JSX.Element {
  const { turn, place, reading, isAnswer = false, label } = props;
  const kind = knownRoles.has(turn.role) ? turn.role : "other";
  const parts = props.compared ?? turn.parts;
  return (
    <div id={props.id} class={`turn ${kind}${isAnswer ? " answer" : ""}`}>
      <h3>
        <span safe>{turn.role === "" ? "no role" : turn.role}</span>
        {turn.name !== null && <small safe>{turn.name}</small>}
        {label !== undefined && <small safe>{label}</small>}
      </h3>
      <div class="parts">
        {parts.length === 0 && <p class="faint">empty</p>}
        {parts.slice(0, mostParts).map((part) => (
          <PartView
            part={part}
            reading={reading}
            turn={place}
            place={part.kind === "removed" ? 0 : turn.parts.indexOf(part)}
            isAnswer={isAnswer}
          />
        ))}
        {parts.length > mostParts && (
          <p class="faint">{`… and ${whole(parts.length - mostParts)} more parts, in the raw body`}</p>
        )}
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
