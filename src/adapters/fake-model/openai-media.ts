// OpenAI's audio and images: uploads by multipart, answers in binary.
import { CREATED, type Answerer, type Ask } from "./ask.ts";
import { asText, countOf, mostChoices } from "./fields.ts";
import { readMultipart, type FormPart } from "./multipart.ts";
import { countError, errorReply, jsonReply, textReply } from "./reply.ts";

const MIB = 1024 * 1024;

/** The smallest PNG: one transparent pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** The parts of an upload; none where the request is no multipart form. */
export function formOf(ask: Pick<Ask, "headers" | "body">): readonly FormPart[] {
  const contentType = ask.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  return readMultipart(contentType, ask.body);
}

/** A form field's text; empty where it is absent. */
export function formText(form: readonly FormPart[], name: string): string {
  const part = form.find((candidate) => candidate.name === name);
  return part === undefined ? "" : new TextDecoder().decode(part.bytes);
}

/** Answers `POST /v1/audio/transcriptions` and `…/translations`: names the file and its size. */
export const answerTranscription: Answerer = (ask, server) => {
  const form = formOf(ask);
  const file = form.find((part) => part.filename !== null);
  if (file === undefined) return errorReply("openai", 400, "file: Field required");
  const model = formText(form, "model");
  const text = `${model} on ${server.name} heard ${file.filename ?? ""}, ${file.bytes.length} bytes.`;
  const format = formText(form, "response_format");
  if (format === "text") return textReply(`${text}\n`);
  if (format !== "verbose_json") return jsonReply({ text });
  return jsonReply({ task: "transcribe", language: "english", duration: 1, text, segments: [] });
};

/** Answers `POST /v1/audio/speech`: bytes of every value, one KiB for each character, ≤ 1 MiB. */
export const answerSpeech: Answerer = (ask) => {
  const length = Math.min(1024 * asText(ask.fields["input"]).length, MIB);
  const body = Uint8Array.from({ length }, (_, index) => index & 0xff);
  return { kind: "whole", status: 200, contentType: "audio/mpeg", body };
};

/** Answers `POST /v1/images/generations`, and `…/edits` by multipart. */
export const answerImages: Answerer = (ask) => {
  const form = formOf(ask);
  const inForm = formText(form, "n");
  const wanted = inForm === "" ? ask.fields["n"] : Number(inForm);
  const length = countOf(wanted, 1, mostChoices);
  if (length === null) return countError("openai", "n", mostChoices);
  const data = Array.from({ length }, () => ({ b64_json: PIXEL }));
  return jsonReply({ created: CREATED, data });
};
