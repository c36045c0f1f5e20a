// A conversation as people read it, whatever API it was held in.

/** What a text says that it rests on. */
export interface Source {
  readonly title: string | null;
  readonly url: string | null;
  /** The passage it takes up. */
  readonly quote: string | null;
}

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  /** Absent: it names none. */
  readonly sources?: readonly Source[];
}

export type TurnPart =
  | TextPart
  | { readonly kind: "thinking" | "refusal"; readonly text: string }
  | {
      readonly kind: "media";
      /** `image`, `audio` or `file`, or the type an API gave it. */
      readonly what: string;
      /** A media type or a file's name, where one is given. */
      readonly label: string | null;
      /** Decoded; null where the conversation only refers to it. */
      readonly bytes: number | null;
      /** The address it is fetched from; null where it is carried along. */
      readonly url: string | null;
      /** An image that is carried along, in base64. */
      readonly data?: string;
    }
  | {
      readonly kind: "tool-call";
      readonly id: string | null;
      readonly name: string;
      /** As the model wrote them; JSON, unless it erred. */
      readonly arguments: string;
    }
  | {
      readonly kind: "tool-result";
      readonly id: string | null;
      readonly text: string;
      /** The tool reports a failure; only some APIs can say so. */
      readonly failed: boolean;
    }
  | { readonly kind: "vectors"; readonly count: number; readonly dimensions: number }
  /** Something this reader has no words for, as JSON. */
  | { readonly kind: "other"; readonly type: string; readonly json: string };

export interface Turn {
  /** `system`, `developer`, `user`, `assistant`, `tool`, or what the request says. */
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly TurnPart[];
  /** Why the model stopped; null for turns that were asked, or where it did not say. */
  readonly finish: string | null;
}

export interface Parameter {
  readonly name: string;
  /** A text as it is, anything else as JSON. */
  readonly value: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly description: string | null;
  /** JSON of the schema of its arguments. */
  readonly schema: string | null;
}

export interface Conversation {
  /** Id of the answer that the request continues, whose conversation it does not hold; null: none. */
  readonly continues: string | null;
  /** What the request holds, in its order. */
  readonly asked: readonly Turn[];
  /** What the model answered: a turn for each choice. */
  readonly answered: readonly Turn[];
  /** What the request asks for beside it, such as `temperature`, in its order. */
  readonly parameters: readonly Parameter[];
  /** The tools the request offers. */
  readonly tools: readonly OfferedTool[];
  /** The error the answer holds, in its own words. */
  readonly error: string | null;
}

/** JSON of a value from someone else; never throws. */
export function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return ""; // nested so deeply that only parsing it worked
  }
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The elements of a list; none where the value is not a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
