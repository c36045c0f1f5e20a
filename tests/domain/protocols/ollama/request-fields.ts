// Every field of Ollama's requests and what becomes of it towards a /v1 server: what docs/ollama.md says, and what
// the translation is held against. A field without a row is dropped by name.
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { optionFields } from "./option-fields.ts";
import { rows, type DocumentedField } from "./documented-field.ts";

const every: readonly OllamaKind[] = ["chat", "generate", "embed", "embeddings"];
const texts: readonly OllamaKind[] = ["chat", "generate"];

export const requestFields: readonly DocumentedField[] = [
  ...rows(every, "carried", [["model", "model", "the name the router sends upstream"]]),
  ...rows(texts, "carried", [
    ["stream", "stream", "true unless said otherwise, then with `stream_options.include_usage`"],
    ["logprobs", "logprobs", "on `/v1/completions` as the number in `top_logprobs`"],
    ["top_logprobs", "top_logprobs"],
  ]),
  ...rows(["chat"], "carried", [
    ["messages", "messages"],
    ["messages.role", "messages.role", "in lower case"],
    ["messages.content", "messages.content"],
    ["messages.tool_calls", "messages.tool_calls"],
    [
      "messages.tool_calls.id",
      "messages.tool_calls.id",
      "numbered `call00001` where there is none",
    ],
    ["messages.tool_calls.type", "messages.tool_calls.type", "always `function`"],
    ["messages.tool_calls.function", "messages.tool_calls.function"],
    ["messages.tool_calls.function.name", "messages.tool_calls.function.name"],
    [
      "messages.tool_call_id",
      "messages.tool_call_id",
      "where there is none: of the open call with the result's `tool_name`, else of the first open one",
    ],
    ["tools", "tools"],
  ]),
  ...rows(["chat"], "renamed", [
    [
      "messages.tool_calls.function.arguments",
      "messages.tool_calls.function.arguments",
      "an object here, JSON text there",
    ],
    ["messages.tool_calls.function.index", "messages.tool_calls", "their order"],
    [
      "messages.images",
      "messages.content",
      "`image_url` parts before the text, as data URLs; dropped from messages that are not the user's",
    ],
  ]),
  ...rows(
    ["chat"],
    "renamed",
    [
      ["messages.thinking", "messages.reasoning_content", "of the assistant"],
      [
        "messages.tool_name",
        "messages.name",
        "besides, it finds the call that a result belongs to",
      ],
      ["messages.name", "messages.name", "of a tool's result only, as an older `tool_name`"],
    ],
    true,
  ),
  ...rows(texts, "renamed", [
    [
      "format",
      "response_format",
      "`json` becomes `json_object`, a schema `json_schema` (not strict); on `/v1/completions` only " +
        "to servers that accept more, beside llama.cpp's `json_schema`",
    ],
  ]),
  ...rows(
    texts,
    "renamed",
    [
      [
        "think",
        [
          "reasoning_effort",
          "chat_template_kwargs.enable_thinking",
          "chat_template_kwargs.thinking",
          "chat_template_kwargs.reasoning_effort",
        ],
        "`reasoning_effort` for a level only (`max` as `high`), and to every server; " +
          "dropped on `/v1/completions`",
      ],
    ],
    true,
  ),
  ...rows(["generate"], "renamed", [
    [
      "prompt",
      ["messages", "prompt"],
      "one user message; with `raw` or `suffix` the `prompt` of `/v1/completions`",
    ],
    ["system", "messages", "a system message before it; dropped beside `suffix`"],
    ["images", "messages", "as in a chat; dropped beside `raw` or `suffix`"],
    ["raw", "prompt", "`/v1/completions`, the prompt as it is"],
  ]),
  ...rows(["generate"], "carried", [["suffix", "suffix", "by `/v1/completions`"]]),
  ...rows(["embed"], "carried", [
    ["input", "input"],
    ["dimensions", "dimensions"],
  ]),
  ...rows(["embeddings"], "renamed", [["prompt", "input"]]),
  ...rows(every, "carried", [["options", "", "one by one, as below; none on embeddings"]]),
  ...optionFields,
  ...rows(texts, "dropped", [
    ["shift", "", "the server decides what happens to a context that is full"],
  ]),
  ...rows(["chat", "generate", "embed"], "dropped", [
    ["truncate", "", "the server decides what happens to an input that is too long"],
  ]),
  ...rows(every, "dropped", [
    ["keep_alive", "", "the server decides how long a model stays loaded"],
  ]),
  ...rows(["generate"], "dropped", [
    ["template", "", "the server has the model's own"],
    ["context", "", "tokens of another server's tokenizer"],
    ["width", "", "makes images"],
    ["height", "", "makes images"],
    ["steps", "", "makes images"],
  ]),
];
