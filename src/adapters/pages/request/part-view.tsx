/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One part of a turn: text, folded thinking, media by name and size, a tool call and its result.
import { Html } from "@elysiajs/html";
import type { Source, TurnPart } from "../../../domain/conversation/turn.ts";
import { bytes, whole } from "../shared/format.ts";
import { prettyJson } from "./pretty-json.ts";

/** Longer texts are cut here; the raw body below has them whole. */
const longest = 40_000;
const longestAddress = 300;

export function PartView({ part }: { readonly part: TurnPart }): JSX.Element {
  switch (part.kind) {
    case "text":
      return (
        <>
          <Text text={part.text} />
          {part.sources !== undefined && <Sources sources={part.sources} />}
        </>
      );
    case "refusal":
      return (
        <>
          <p class="label">refused</p>
          <Text text={part.text} />
        </>
      );
    case "thinking":
      return (
        <details class="thinking">
          <summary>{`Thinking, ${whole(part.text.length)} characters`}</summary>
          <Text text={part.text} />
        </details>
      );
    case "media":
      return <Media part={part} />;
    case "tool-call":
      return (
        <div class="tool-call">
          <p class="label">
            calls <b safe>{part.name === "" ? "a tool without a name" : part.name}</b>
            {part.id !== null && <small safe>{part.id}</small>}
          </p>
          <Code text={prettyJson(part.arguments) ?? part.arguments} />
        </div>
      );
    case "tool-result":
      return (
        <div class="tool-result">
          <p class="label">
            {part.failed ? <b class="bad">failed</b> : "result"}
            {part.id !== null && <small safe>{part.id}</small>}
          </p>
          {part.text === "" ? (
            <p class="faint">no text</p>
          ) : (
            <Code text={prettyJson(part.text) ?? part.text} />
          )}
        </div>
      );
    case "vectors":
      return (
        <p class="media" safe>
          {`${whole(part.count)} ${part.count === 1 ? "vector" : "vectors"} of ${whole(part.dimensions)} numbers`}
        </p>
      );
    case "other":
      return (
        <details>
          <summary safe>{part.type === "" ? "A part of unknown type" : part.type}</summary>
          <Code text={prettyJson(part.json) ?? part.json} />
        </details>
      );
  }
}

function Sources({ sources }: { readonly sources: readonly Source[] }): JSX.Element {
  return (
    <details class="sources">
      <summary>{`${whole(sources.length)} ${sources.length === 1 ? "source" : "sources"}`}</summary>
      <ul>
        {sources.map(({ title, url, quote }) => (
          <li>
            <b safe>{title ?? url ?? "a document"}</b>
            {title !== null && url !== null && <code safe>{url.slice(0, longestAddress)}</code>}
            {quote !== null && <q safe>{quote.slice(0, longest)}</q>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Text({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      <p class="text" safe>
        {text.slice(0, longest)}
      </p>
      <Cut length={text.length} />
    </>
  );
}

function Code({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      <pre tabindex="0" safe>
        {text.slice(0, longest)}
      </pre>
      <Cut length={text.length} />
    </>
  );
}

function Cut({ length }: { readonly length: number }): JSX.Element {
  if (length <= longest) return "";
  return <p class="faint">{`… and ${whole(length - longest)} more characters, in the raw body`}</p>;
}

/** Media is named, never loaded: a page of the log must not call out. */
function Media(props: { readonly part: Extract<TurnPart, { kind: "media" }> }): JSX.Element {
  const { what, label, bytes: size, url } = props.part;
  const details = [label, size === null ? null : bytes(size)].filter((one) => one !== null);
  return (
    <p class="media">
      <b safe>{what}</b>
      {details.length > 0 && <span safe>{details.join(", ")}</span>}
      {url !== null && <code safe>{url.slice(0, longestAddress)}</code>}
    </p>
  );
}
