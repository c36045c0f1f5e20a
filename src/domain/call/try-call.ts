// What a person tries on the router's own page, as a request of Chat Completions: a few fields over whatever else the request holds.
import { isRecord, type JsonRecord, parseJson } from "../bytes/json.ts";

/** As they stand in the form: text, empty where nothing is given. */
export interface TryFields {
  /** One for each answer, none empty. */
  readonly models: readonly string[];
  readonly system: string;
  readonly prompt: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly topP: string;
  readonly seed: string;
  /** `reasoning_effort`. */
  readonly effort: string;
  /** `X-SmolRouter-Thinking`. */
  readonly thinking: string;
  /** JSON of a request whose words and parameters the other fields replace. */
  readonly rest: string;
}

/** What became of a form. @template Answer what answers it */
export type Tried<Answer> =
  | { readonly kind: "answered"; readonly fields: TryFields; readonly response: Answer }
  | { readonly kind: "unreadable"; readonly status: number; readonly message: string }
  | {
      readonly kind: "problem";
      readonly fields: TryFields;
      readonly field: keyof TryFields;
      readonly message: string;
    };

export interface TryImage {
  /** Its media type. */
  readonly type: string;
  readonly base64: string;
}

export type TryBody =
  | { readonly kind: "body"; readonly body: string }
  /** In a sentence, and of which field. */
  | { readonly kind: "problem"; readonly field: keyof TryFields; readonly message: string };

export const noTry: TryFields = {
  models: [],
  system: "",
  prompt: "",
  temperature: "",
  maxTokens: "",
  topP: "",
  seed: "",
  effort: "",
  thinking: "",
  rest: "",
};

export const mostModels = 3;
export const efforts = ["none", "minimal", "low", "medium", "high"] as const;
export const thinkingModes = ["move", "strip", "keep"] as const;

interface NumberField {
  readonly field: "temperature" | "maxTokens" | "topP" | "seed";
  readonly key: string;
  readonly words: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const numbers: readonly NumberField[] = [
  {
    field: "temperature",
    key: "temperature",
    words: "The temperature",
    min: 0,
    max: 2,
    whole: false,
  },
  {
    field: "maxTokens",
    key: "max_tokens",
    words: "Max tokens",
    min: 1,
    max: 10_000_000,
    whole: true,
  },
  { field: "topP", key: "top_p", words: "Top p", min: 0, max: 1, whole: false },
  {
    field: "seed",
    key: "seed",
    words: "The seed",
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
  },
];

const wrong = (field: keyof TryFields, message: string): TryBody => ({
  kind: "problem",
  field,
  message,
});

/** @param model which of the fields' it is for */
export function tryBody(
  fields: TryFields,
  model: string,
  image: TryImage | null,
  stream: boolean,
): TryBody {
  const rest = fields.rest.trim() === "" ? {} : parseJson(fields.rest);
  if (!isRecord(rest)) return wrong("rest", "The rest of the request is not a JSON object.");
  const before = rest["messages"] ?? [];
  if (!Array.isArray(before) || !before.every((one) => isRecord(one)))
    return wrong("rest", "`messages` in the rest of the request must be a list of objects.");
  const messages = withPrompt(withSystem(before, fields.system), fields.prompt, image);
  if (messages.length === 0) return wrong("prompt", "There is nothing to send: write a prompt.");

  const { model: _model, messages: _messages, ...kept } = rest;
  const body: Record<string, unknown> = { model, messages, ...kept };
  for (const number of numbers) {
    const { field, key, words, min, max, whole } = number;
    const text = fields[field].trim();
    const own = keyIn(rest, key);
    delete body[own];
    if (text === "") continue;
    const value = Number(text);
    if (
      !Number.isFinite(value) ||
      value < min ||
      value > max ||
      (whole && !Number.isInteger(value))
    )
      return wrong(field, `${words} must be ${rangeOf(number)}.`);
    body[own] = value;
  }
  delete body["reasoning_effort"];
  if (fields.effort !== "") body["reasoning_effort"] = fields.effort;
  delete body["stream"];
  delete body["stream_options"];
  if (stream) Object.assign(body, { stream: true, stream_options: { include_usage: true } });
  return { kind: "body", body: JSON.stringify(body) };
}

function rangeOf({ min, max, whole }: NumberField): string {
  const kind = whole ? "a whole number" : "a number";
  return min < 0 ? kind : `${kind} from ${min} to ${max}`;
}

/** Newer models know the limit by another name. */
function keyIn(rest: JsonRecord, key: string): string {
  return key === "max_tokens" && rest["max_completion_tokens"] !== undefined
    ? "max_completion_tokens"
    : key;
}

function isInstruction({ role }: JsonRecord): boolean {
  return role === "system" || role === "developer";
}

function withSystem(messages: readonly JsonRecord[], system: string): readonly JsonRecord[] {
  const [first] = messages;
  const others = first !== undefined && isInstruction(first) ? messages.slice(1) : messages;
  if (system.trim() === "") return others;
  const role = first !== undefined && isInstruction(first) ? first["role"] : "system";
  return [{ role, content: system }, ...others];
}

function withPrompt(
  messages: readonly JsonRecord[],
  prompt: string,
  image: TryImage | null,
): readonly JsonRecord[] {
  if (prompt.trim() === "" && image === null) return messages;
  const last = messages.at(-1);
  const isAsked = last?.["role"] === "user";
  const beside = isAsked ? partsBeside(last["content"]) : [];
  const pictures = image === null ? [] : [pictureOf(image)];
  const words = prompt.trim() === "" && isAsked ? textOf(last["content"]) : prompt;
  const content =
    beside.length + pictures.length === 0
      ? words
      : [...(words === "" ? [] : [{ type: "text", text: words }]), ...beside, ...pictures];
  return [...(isAsked ? messages.slice(0, -1) : messages), { role: "user", content }];
}

function pictureOf({ type, base64 }: TryImage): JsonRecord {
  return { type: "image_url", image_url: { url: `data:${type};base64,${base64}` } };
}

/** What a message holds besides its text. */
function partsBeside(content: unknown): readonly unknown[] {
  return Array.isArray(content)
    ? content.filter((part) => !(isRecord(part) && part["type"] === "text"))
    : [];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as readonly unknown[])
    .flatMap((part) => {
      const text = isRecord(part) && part["type"] === "text" ? part["text"] : null;
      return typeof text === "string" ? [text] : [];
    })
    .join("\n\n");
}

/** A request of Chat Completions, as it stands in the form for a change. */
export function fieldsOf(request: JsonRecord, model: string | null): TryFields {
  const given = Array.isArray(request["messages"])
    ? request["messages"].filter((one): one is JsonRecord => isRecord(one))
    : [];
  const [first] = given;
  const last = given.at(-1);
  const number = (key: string): string => {
    const value = request[keyIn(request, key)];
    return typeof value === "number" ? String(value) : "";
  };
  const effort = request["reasoning_effort"];
  const { model: _model, stream: _stream, stream_options: _options, ...rest } = request;
  return {
    ...noTry,
    models: model === null ? [] : [model],
    system: first !== undefined && isInstruction(first) ? textOf(first["content"]) : "",
    prompt: last?.["role"] === "user" ? textOf(last["content"]) : "",
    temperature: number("temperature"),
    maxTokens: number("max_tokens"),
    topP: number("top_p"),
    seed: number("seed"),
    effort: typeof effort === "string" && isEffort(effort) ? effort : "",
    rest: JSON.stringify(rest, null, 2),
  };
}

export function isEffort(text: string): text is (typeof efforts)[number] {
  return (efforts as readonly string[]).includes(text);
}

export function isThinkingMode(text: string): text is (typeof thinkingModes)[number] {
  return (thinkingModes as readonly string[]).includes(text);
}
