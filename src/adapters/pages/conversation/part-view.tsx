/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One part of a turn: text, folded thinking, an image, a tool call and its result, what a cleaner removed.
import { Html } from "@elysiajs/html";
import { imageType } from "../../../domain/conversation/image-type.ts";
import type { ComparedPart } from "../../../domain/conversation/removed.ts";
import type { Source } from "../../../domain/conversation/turn.ts";
import { bytes, whole } from "../shared/format.ts";
import { imageAddress, type Reading } from "./reading.ts";
import { Code, Text, Words } from "./text-view.tsx";

const longestAddress = 300;
const longestQuote = 4_000;

export interface PartViewProps {
  readonly part: ComparedPart;
  readonly reading: Reading;
  /** Where the part stands: the turn's place in the conversation, and its own in the turn. */
  readonly turn: string;
  readonly place: number;
  /** Whether it is what the model answered. */
  readonly isAnswer: boolean;
}

export function PartView(props: PartViewProps): JSX.Element {
  const { part, reading, isAnswer } = props;
  switch (part.kind) {
    case "text":
      return (
        <>
          <Text text={part.text} reading={reading} isOpen={isAnswer} />
          {part.sources !== undefined && <Sources sources={part.sources} />}
        </>
      );
    case "refusal":
      return (
        <>
          <p class="label">refused</p>
          <Text text={part.text} reading={reading} isOpen={isAnswer} />
        </>
      );
    case "thinking":
      return (
        <details class="thinking">
          <summary>{`Thinking, ${whole(part.text.length)} characters`}</summary>
          <Words text={part.text} reading={reading} />
        </details>
      );
    case "removed":
      return (
        <details class="removed">
          <summary>
            {part.isMoved
              ? `Moved by a cleaner to the answer's thinking, ${whole(part.text.length)} characters`
              : `Removed by a cleaner, ${whole(part.text.length)} characters that the client did not get`}
          </summary>
          <Words text={part.text.trim()} reading={reading} />
        </details>
      );
    case "media":
      return <Media {...props} part={part} />;
    case "tool-call":
      return <ToolCall part={part} reading={reading} />;
    case "tool-result":
      return <ToolResult part={part} reading={reading} />;
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
          <Code text={part.json} />
        </details>
      );
  }
}

type Of<Kind> = Extract<ComparedPart, { kind: Kind }>;

function ToolCall(props: {
  readonly part: Of<"tool-call">;
  readonly reading: Reading;
}): JSX.Element {
  const { id, name, arguments: given } = props.part;
  const lacksResult = id !== null && !props.reading.pairs.isAnswered(id);
  return (
    <div class="tool-call">
      <p class="label">
        calls <b safe>{name === "" ? "a tool without a name" : name}</b>
        {id !== null && <small safe>{id}</small>}
        {lacksResult && <small class="pending">no result in this conversation</small>}
      </p>
      {given !== "" && given !== "{}" && <Code text={given} />}
    </div>
  );
}

function ToolResult(props: {
  readonly part: Of<"tool-result">;
  readonly reading: Reading;
}): JSX.Element {
  const { id, text, failed } = props.part;
  const name = id === null ? null : props.reading.pairs.nameOf(id);
  return (
    <div class="tool-result">
      <p class="label">
        {failed ? <b class="bad">failed</b> : "result"}
        {name !== null && name !== "" && (
          <>
            {" of "}
            <b safe>{name}</b>
          </>
        )}
        {id !== null && <small safe>{id}</small>}
      </p>
      {text === "" ? <p class="faint">no text</p> : <Code text={text} />}
    </div>
  );
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
            {quote !== null && <q safe>{quote.slice(0, longestQuote)}</q>}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** An image that is carried along is shown; what has an address is named, never loaded: a page of the log must not call out. */
function Media(props: PartViewProps & { readonly part: Of<"media"> }): JSX.Element {
  const { what, label, bytes: size, url, data } = props.part;
  const details = [label, size === null ? null : bytes(size)].filter((one) => one !== null);
  const isImage = data !== undefined && imageType(data) !== null;
  const address = imageAddress(props.reading.callId, props.turn, props.place);
  return (
    <div class="media">
      {isImage && (
        <a class="picture" href={address}>
          <img src={address} alt={["image", ...details].join(", ")} loading="lazy" />
        </a>
      )}
      <p>
        <b safe>{what}</b>
        {details.length > 0 && <span safe>{details.join(", ")}</span>}
        {url !== null && <code safe>{url.slice(0, longestAddress)}</code>}
      </p>
    </div>
  );
}
