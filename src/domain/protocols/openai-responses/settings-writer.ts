// Settings of a neutral request as fields of Responses.
import { ownNumber, RawJson, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type {
  AnswerFormat,
  ConversationRequest,
  GenerationSettings,
  SamplingSetting,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import type { ServerTraits } from "../server-traits.ts";
import { takenEffort } from "../taken-effort.ts";
import { takenSchema } from "../taken-schema.ts";

/** The fields of settings, tools aside. */
export function writeSettings(
  { settings, fields }: ConversationRequest,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const { thinking } = settings;
  const isSaid = thinking !== null && fields.includes(thinking);
  return {
    ...writeSampling(settings.sampling, traits, placed),
    ...writeLogprobs(settings, traits, placed),
    ...(isSaid ? writeReasoning(thinking, traits, placed) : {}),
    ...writeText(settings.format, traits, placed),
    ...writeUser(settings, traits, placed),
    stream: settings.stream,
    // The client's conversation is its own: nobody else keeps it.
    store: false,
  };
}

/** Tokens that OpenAI takes at least for a limit. */
const leastTokens = 16;

function writeSampling(
  sampling: readonly SamplingSetting[],
  { refuses }: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const body: Record<string, Written> = {};
  for (const setting of sampling) {
    const { name, value } = setting;
    switch (name) {
      case "max_tokens": {
        const enough = value instanceof RawJson && Number(value.text) >= leastTokens;
        body["max_output_tokens"] = enough ? value : ownNumber(leastTokens);
        if (enough) placed.place(setting);
        break;
      }
      case "temperature":
      case "top_p":
        if (refuses.has(name)) break;
        body[name] = value;
        placed.place(setting);
        break;
      case "top_k":
      case "min_p":
      case "seed":
      case "stop":
      case "presence_penalty":
      case "frequency_penalty":
      case "repeat_penalty":
    }
  }
  return body;
}

/** What only the server reads of its reasoning is asked for always, for nothing of it is stored there. */
function writeLogprobs(
  { logprobs, topLogprobs }: GenerationSettings,
  { refuses }: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const include = refuses.has("include") ? [] : ["reasoning.encrypted_content"];
  if (logprobs === null || refuses.has("logprobs") || refuses.has("include"))
    return include.length === 0 ? {} : { include };
  placed.place(logprobs);
  if (topLogprobs !== null) placed.place(topLogprobs);
  return {
    include: [...include, "message.output_text.logprobs"],
    top_logprobs: topLogprobs?.value,
  };
}

/** Who wants a model to think is shown what it thought, as far as the server shows it. */
function writeReasoning(
  field: ValueField<ThinkingWish>,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const { on, effort: wanted } = field.value;
  const { refuses } = traits;
  const word = on ? (wanted === null ? undefined : takenEffort(wanted, traits)) : off(traits);
  const effort = refuses.has("effort") ? undefined : word;
  const summary = on && !refuses.has("summary") ? "auto" : undefined;
  if (effort !== undefined || (on && wanted === null)) placed.place(field);
  return effort === undefined && summary === undefined ? {} : { reasoning: { effort, summary } };
}

function off({ refuses }: ServerTraits): string | undefined {
  return refuses.has("effort: none") ? undefined : "none";
}

function writeText(
  format: ValueField<AnswerFormat> | null,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (format === null) return {};
  placed.place(format);
  return { text: { format: writeFormat(format, traits, placed) } };
}

function writeFormat(
  { path, value }: ValueField<AnswerFormat>,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (value.kind === "object") return { type: "json_object" };
  return {
    type: "json_schema",
    name: "response",
    schema: takenSchema(value.schema, path, traits, placed),
    strict: value.strict === true,
  };
}

/** Characters of a user's name that OpenAI takes. */
const longestUser = 64;

function writeUser(
  { user }: GenerationSettings,
  { refuses }: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (user === null || user.value.length > longestUser) return {};
  // The newer name, where the client has it.
  const name = user.path === "safety_identifier" ? user.path : "user";
  if (refuses.has(name)) return {};
  placed.place(user);
  return { [name]: user.value };
}
