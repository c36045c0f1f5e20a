/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A branch of a thread that is not the one being read: folded, with a way to read it.
import { Html } from "@elysiajs/html";
import { ClockTime } from "../shared/clock-time.tsx";
import { whole } from "../shared/format.ts";
import { CallLine } from "./call-line.tsx";
import type { Branch } from "./read-branches.ts";

export function BranchView(props: {
  readonly branch: Branch;
  readonly threadId: string;
}): JSX.Element {
  const { calls, last } = props.branch;
  const [first = last] = calls;
  if (calls.length <= 1) return <CallLine call={first} isNamed />;
  const models = [...new Set(calls.map(({ mapped_model: model }) => model))];
  const href = `/thread/${encodeURIComponent(props.threadId)}?at=${encodeURIComponent(last.id)}`;
  return (
    <details class="branch" id={`branch-${first.id}`}>
      <summary>
        <span class="asked" dir="auto" safe>
          {first.asked ?? `${first.method} ${first.path}`}
        </span>
        <small>
          <span>{`${whole(calls.length)} calls`}</span>
          <span safe>{models.filter((model) => model !== null).join(", ")}</span>
          <ClockTime iso={last.timestamp} />
        </small>
      </summary>
      <p class="read">
        <a href={href}>Read as the conversation</a>
      </p>
      {calls.map((call) => (
        <CallLine call={call} isNamed />
      ))}
    </details>
  );
}
