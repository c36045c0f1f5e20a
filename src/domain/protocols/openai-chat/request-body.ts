// A /v1 request in the making: under which names a server takes a field, and whether it does at all.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { RequestField } from "../neutral/request.ts";
import type { ServerTraits } from "../server-traits.ts";

export interface RequestBody {
  /** Whether the server takes what OpenAI's API does not define. */
  readonly extras: boolean;
  /** Puts a field of OpenAI's API in. @param source it is placed so, if the server takes the field */
  set(name: string, value: Written, source?: RequestField): void;
  /** As `set`, for fields that only servers with `extras` know. */
  setExtra(name: string, value: Written, source: RequestField): void;
  written(): WrittenObject;
}

/** @param chat whether the request goes to /v1/chat/completions */
export function createRequestBody(
  { extras, chatNames, refuses }: ServerTraits,
  placed: PlacedFields,
  chat: boolean,
): RequestBody {
  const body: Record<string, Written> = {};

  function put(name: string, value: Written, source: RequestField | undefined): void {
    if (refuses.has(name)) return;
    body[name] = value;
    if (source !== undefined) placed.place(source);
  }

  return {
    extras,
    set(name, value, source) {
      const theirs = chat ? chatNames.get(name) : undefined;
      if (theirs !== null) put(theirs ?? name, value, source);
    },
    setExtra(name, value, source) {
      if (extras) put(name, value, source);
    },
    written: () => body,
  };
}
