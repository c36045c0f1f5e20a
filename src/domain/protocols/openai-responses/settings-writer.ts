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
import { sharedNames } from "../openai-settings.ts";
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
  // Who only says how hard to try wants no thinking switched off.
  const isSaid = thinking !== null && fields.includes(thinking);
  const isMeant = isSaid || fields.some(({ follows }) => follows === thinking);
  return {
    ...writeSampling(settings.sampling, traits, placed),
    ...writeLogprobs(settings, traits, placed),
    ...(thinking !== null && isMeant ? writeReasoning(thinking, isSaid, traits, placed) : {}),
    ...writeText(settings, traits, placed),
    ...writeOpenAi(settings, traits, placed),
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

/**
 * Who wants a model to think is shown what it thought, as far as the server shows it.
 * @param isSaid whether it shall think at all
 */
function writeReasoning(
  field: ValueField<ThinkingWish>,
  isSaid: boolean,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const { on, effort: wanted } = field.value;
  const { refuses } = traits;
  const hard = wanted === null ? undefined : takenEffort(wanted, traits);
  const word = on || !isSaid ? hard : off(traits);
  const effort = refuses.has("effort") ? undefined : word;
  const summary = on && !refuses.has("summary") ? "auto" : undefined;
  if (effort !== undefined || (on && wanted === null)) placed.place(field);
  return effort === undefined && summary === undefined ? {} : { reasoning: { effort, summary } };
}

function off({ refuses }: ServerTraits): string | undefined {
  return refuses.has("effort: none") ? undefined : "none";
}

function writeText(
  { format, openAi = [] }: GenerationSettings,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const verbosity = traits.refuses.has("verbosity")
    ? undefined
    : openAi.find(({ name }) => name === "verbosity");
  for (const field of [format, verbosity]) if (field) placed.place(field);
  if (format === null && verbosity === undefined) return {};
  return {
    text: {
      format: format === null ? undefined : writeFormat(format, traits, placed),
      verbosity: verbosity?.value,
    },
  };
}

function writeOpenAi(
  { openAi = [] }: GenerationSettings,
  { refuses }: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const body: Record<string, Written> = {};
  for (const setting of openAi) {
    if (!sharedNames.includes(setting.name) || refuses.has(setting.name)) continue;
    body[setting.name] = setting.value;
    placed.place(setting);
  }
  return body;
}

function writeFormat(
  { path, value }: ValueField<AnswerFormat>,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (value.kind === "object") return { type: "json_object" };
  const { name = "response", description } = value;
  if (description !== undefined) placed.place(description);
  // Strict schemas must close every object and require every property; where one does not, it is refused.
  const { refuses } = traits;
  const strict = value.strict === true && !refuses.has("strict") && !refuses.has("schema");
  return {
    type: "json_schema",
    name,
    description: description?.value,
    schema: takenSchema(value.schema, path, traits, placed),
    strict,
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
