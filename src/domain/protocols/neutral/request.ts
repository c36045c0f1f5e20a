// A request in no protocol's words: what a client's codec reads, and an upstream's codec writes.
import type { Seal } from "./seal.ts";
import type { RawJson, Written } from "../../bytes/json-written.ts";

/**
 * A part of the client's request that an upstream may have no place for. Writers tick off what they
 * place; what is left is named to the client, so that nothing can vanish unsaid.
 */
export interface RequestField {
  /** Where it stands in the client's request; a list's items have no step of their own (`messages.role`). */
  readonly path: string;
  /** Without it the request would be another one: an upstream that has no place for it cannot serve. */
  readonly essential?: boolean;
  /** The field that carries this one along: where that is placed, so is this. */
  readonly follows?: RequestField;
}

/** A field that is one value. */
export interface ValueField<T> extends RequestField {
  readonly value: T;
}

export type NeutralRequest = ConversationRequest | CompletionRequest | EmbeddingRequest;

interface WithFields {
  /** Every field that asks for something, also those that the reader has no place for, in the order read. */
  readonly fields: readonly RequestField[];
}

export interface ConversationRequest extends WithFields {
  readonly kind: "conversation";
  /** In order, none merged and none split: writers group them as their protocol wants it. */
  readonly messages: readonly RequestMessage[];
  readonly tools: RequestTools | null;
  readonly settings: GenerationSettings;
  /** The answer shall go on with the last message, which is the assistant's; absent: nobody says so. */
  readonly prefill?: RequestField;
  readonly cache?: CacheMark;
}

export interface RequestTools extends RequestField {
  readonly list: readonly RequestTool[];
  /** The list in the form of Chat Completions, as its author wrote it; null: its client speaks another. */
  readonly asChat: RawJson | null;
}

export interface RequestTool extends RequestField {
  readonly name: string;
  readonly description: string | null;
  /** JSON schema of its arguments, as its author wrote it; null: it says nothing of them. */
  readonly parameters: RawJson | null;
  readonly cache?: CacheMark;
  /** Whether arguments must keep to the schema; null: the server's to decide. */
  readonly strict: boolean | null;
  /** For servers that know tools which take any text; description and parameters are for all others. */
  readonly custom?: CustomTool;
}

export interface CustomTool {
  /** As its author wrote it. */
  readonly description: string | null;
  /** What the text must be like; null: any. */
  readonly grammar: TextGrammar | null;
}

export interface TextGrammar {
  readonly syntax: string;
  readonly definition: string;
}

/** A bare prompt, without roles; with a suffix, the gap between the two is filled. */
export interface CompletionRequest extends WithFields {
  readonly kind: "completion";
  readonly prompt: ValueField<string>;
  readonly suffix: ValueField<string> | null;
  readonly settings: GenerationSettings;
}

export interface EmbeddingRequest extends WithFields {
  readonly kind: "embedding";
  readonly input: ValueField<string | readonly string[]>;
  readonly dimensions: ValueField<RawJson> | null;
}

export type RequestMessage =
  | {
      readonly role: "instruction";
      /** What the client calls it: system, developer, or a role of its own. */
      readonly voice: string;
      readonly parts: readonly RequestPart[];
      /** Where a server takes instructions at the start only, it becomes part of a message beside it. */
      readonly folds?: boolean;
    }
  | { readonly role: "user" | "assistant"; readonly parts: readonly RequestPart[] }
  | {
      readonly role: "result";
      /** Of the tool call that it answers; where the client's protocol has no ids, the reader's. */
      readonly callId: string;
      /** The tool's; null where nobody says it. */
      readonly name: string | null;
      /** The tool failed; null: it did not, or nobody says it. */
      readonly failed: RequestField | null;
      readonly cache?: CacheMark;
      readonly parts: readonly RequestPart[];
    };

/** The parts of a message, in the order in which they are to be read. */
export type RequestPart = TextPart | ImagePart | FilePart | ReasoningPart | CallPart;

export interface TextPart extends RequestField {
  readonly kind: "text";
  readonly text: string;
  readonly cache?: CacheMark;
}

/** Asks for a cache of the prompt up to here, in the words of who asks. */
export type CacheMark = ValueField<RawJson>;

export interface ImagePart extends RequestField {
  readonly kind: "image";
  /** A data URL, or a link. */
  readonly url: string;
  /** How closely it is to be looked at, in OpenAI's words. */
  readonly detail?: ValueField<string>;
  readonly cache?: CacheMark;
}

export interface FilePart extends RequestField {
  readonly kind: "file";
  /** Its name or title; null where it has none. */
  readonly name: string | null;
  /** A data URL, or a link. */
  readonly url: string;
}

export interface ReasoningPart extends RequestField {
  readonly kind: "reasoning";
  /** Empty where it is not shown. */
  readonly text: string;
  /** By which its maker recognises it; null: it has none. */
  readonly seal: SealField | null;
}

/** Of reasoning. One that holds nothing beside the text, or all there is, has no field of its own. */
export interface SealField extends RequestField, Seal {}

export interface CallPart extends RequestField {
  readonly kind: "call";
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it: parsed, numbers would lose digits, and keys their order. */
  readonly given: string;
  /** Of a custom tool's: the text alone. */
  readonly custom?: string;
}

export interface GenerationSettings {
  readonly stream: boolean;
  readonly format: ValueField<AnswerFormat> | null;
  readonly thinking: ValueField<ThinkingWish> | null;
  /** null: the model may call tools, or not. */
  readonly toolChoice: ValueField<ToolChoice> | null;
  /** Whether several tools may be called at once; null: the server's to decide. */
  readonly parallelCalls: ValueField<boolean> | null;
  /** Whom the request is made for, by a name that only the client understands. */
  readonly user: ValueField<string> | null;
  /** Log probabilities are asked for. */
  readonly logprobs: RequestField | null;
  /** Of how many other tokens, too. */
  readonly topLogprobs: ValueField<RawJson> | null;
  /** In the client's order. */
  readonly sampling: readonly SamplingSetting[];
  /** What both of OpenAI's APIs have, and no other. */
  readonly openAi?: readonly OpenAiSetting[];
}

export interface OpenAiSetting extends ValueField<RawJson> {
  readonly name: OpenAiName;
}

/** By their names in Chat Completions. */
export type OpenAiName =
  | "metadata"
  | "moderation"
  | "prompt_cache_key"
  | "prompt_cache_options"
  | "prompt_cache_retention"
  | "service_tier"
  | "verbosity"
  | "web_search_options";

/** Any JSON object, or one of this schema. */
export type AnswerFormat =
  | { readonly kind: "object" }
  | {
      readonly kind: "schema";
      readonly schema: RawJson;
      /** Answers must keep to the schema in every detail; absent: nobody says so. */
      readonly strict?: boolean;
      /** A label for it. */
      readonly name?: string;
      /** What it is of, for the model. */
      readonly description?: ValueField<string>;
    };

export type ToolChoice =
  | { readonly kind: "auto" | "none" | "required" }
  /** This one must be called. */
  | { readonly kind: "tool"; readonly name: string };

export interface ThinkingWish {
  readonly on: boolean;
  /** null: as hard as the server likes. */
  readonly effort: ThinkingEffort | null;
}

export type ThinkingEffort = "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export interface SamplingSetting extends ValueField<Written> {
  readonly name: SamplingName;
}

export type SamplingName =
  | "max_tokens"
  | "temperature"
  | "top_p"
  | "top_k"
  | "min_p"
  | "seed"
  | "stop"
  | "presence_penalty"
  | "frequency_penalty"
  | "repeat_penalty";
