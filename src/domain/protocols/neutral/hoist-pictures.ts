// Pictures and files in the results of tools, for servers whose tools' messages hold text alone.
import type { FilePart, ImagePart, RequestMessage, RequestPart } from "./request.ts";

type Result = Extract<RequestMessage, { readonly role: "result" }>;

/** What no tool's message can hold, as said by the user after the whole run of them. */
export function hoistPictures(messages: readonly RequestMessage[]): readonly RequestMessage[] {
  const hoisting: RequestMessage[] = [];
  let hoisted: RequestPart[] = [];
  for (const message of messages) {
    if (message.role === "result") hoisted.push(...hoistedParts(message));
    else if (hoisted.length > 0) {
      const joins = message.role === "user";
      hoisting.push({ role: "user", parts: joins ? [...hoisted, ...message.parts] : hoisted });
      hoisted = [];
      if (joins) continue;
    }
    hoisting.push(message);
  }
  return hoisted.length === 0 ? hoisting : [...hoisting, { role: "user", parts: hoisted }];
}

function hoistedParts({ callId, parts }: Result): readonly RequestPart[] {
  const pictures = parts.filter(isPicture);
  if (pictures.length === 0) return [];
  const text = `From the result of ${callId}:`;
  return [{ kind: "text", path: "messages.content", text }, ...pictures];
}

function isPicture(part: RequestPart): part is ImagePart | FilePart {
  return part.kind === "image" || part.kind === "file";
}
