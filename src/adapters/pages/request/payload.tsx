/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A stored body as it is: laid out where it is JSON, marked where it is cut or no text.
import { Html } from "@elysiajs/html";
import { bytes, whole } from "../shared/format.ts";
import { CopyButton } from "../shared/layout.tsx";
import { prettyJson } from "../conversation/pretty-json.ts";

export interface PayloadProps {
  readonly id: string;
  readonly title: string;
  /** null: none is stored. */
  readonly text: string | null;
  readonly base64: boolean;
  readonly truncated: boolean;
  /** Bytes, before any cut. */
  readonly size: number;
  /** What stands there for no body. */
  readonly absent: string;
}

/** Characters shown; more would make a page of megabytes. "Open as JSON" gives all. */
const longest = 400_000;

export function Payload(props: PayloadProps): JSX.Element {
  const { id, title, text, base64, truncated, size } = props;
  const marks = [
    bytes(size),
    ...(truncated ? ["truncated"] : []),
    ...(base64 ? ["not text, shown as base64"] : []),
  ];
  if (text === null || text === "")
    return (
      <details>
        <summary>
          <span safe>{title}</span>
        </summary>
        <p class="nothing" safe>
          {text === "" ? "The body is empty." : props.absent}
        </p>
      </details>
    );
  const pretty = text.length > longest ? null : prettyJson(text);
  const shown = pretty ?? text;
  // A stream is JSON, too, event by event.
  const json = pretty !== null || /^(?:data:|event:|\{)/.test(text);
  return (
    <details id={`${id}-details`}>
      <summary>
        <span safe>{title}</span> <small safe>{marks.join(" · ")}</small>
      </summary>
      <div class="code">
        <CopyButton of={id} label={`Copy: ${title}`} />
        <pre id={id} tabindex="0" data-json={json ? true : undefined} safe>
          {shown.slice(0, longest)}
        </pre>
      </div>
      {shown.length > longest && (
        <p class="faint">{`… and ${whole(shown.length - longest)} more characters: open as JSON`}</p>
      )}
    </details>
  );
}
