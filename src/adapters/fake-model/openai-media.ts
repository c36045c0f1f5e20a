// OpenAI's audio and images: uploads by multipart, answers in binary.
import { CREATED, type Answerer } from "./ask.ts";
import { asText, countOf, maxChoices } from "./fields.ts";
import { countError, errorReply, jsonReply, textReply } from "./reply.ts";

const MIB = 1024 * 1024;

/** The smallest PNG: one transparent pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Answers `POST /v1/audio/transcriptions` and `…/translations`: names the file and its size. */
export const answerTranscription: Answerer = ({ form }, server) => {
  const file = [...form.values()].find((value) => value instanceof File);
  if (file === undefined) return errorReply("openai", 400, "file: Field required");
  const model = asText(form.get("model"));
  const text = `${model} on ${server.name} heard ${file.name}, ${file.size} bytes.`;
  const format = form.get("response_format");
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
  const inForm = asText(ask.form.get("n"));
  const wanted = inForm === "" ? ask.fields["n"] : Number(inForm);
  const length = countOf(wanted, 1, maxChoices);
  if (length === null) return countError("openai", "n", maxChoices);
  const data = Array.from({ length }, () => ({ b64_json: PIXEL }));
  return jsonReply({ created: CREATED, data });
};
