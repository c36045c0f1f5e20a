// What becomes of each of Ollama's `options` towards a /v1 server; a part of the table of request fields.
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { rows, type DocumentedField } from "./documented-field.ts";

const texts: readonly OllamaKind[] = ["chat", "generate"];

const atLoad = "set where the server loads the model";
const oneServer = "no name that more than one server understands";

export const optionFields: readonly DocumentedField[] = [
  ...rows(texts, "carried", [
    ["options.temperature", "temperature"],
    ["options.top_p", "top_p"],
    ["options.seed", "seed"],
    ["options.stop", "stop", "a text or a list"],
    ["options.presence_penalty", "presence_penalty"],
    ["options.frequency_penalty", "frequency_penalty"],
  ]),
  ...rows(texts, "renamed", [
    [
      "options.num_predict",
      "max_tokens",
      "0 and below mean no limit and are not sent; `max_completion_tokens` to OpenAI and Azure",
    ],
  ]),
  ...rows(
    texts,
    "carried",
    [
      ["options.top_k", "top_k"],
      ["options.min_p", "min_p"],
    ],
    true,
  ),
  ...rows(
    texts,
    "renamed",
    [
      [
        "options.repeat_penalty",
        ["repeat_penalty", "repetition_penalty"],
        "the former is llama.cpp's and LM Studio's name, the latter vLLM's and SGLang's",
      ],
    ],
    true,
  ),
  ...rows(texts, "dropped", [
    ["options.num_ctx", "", atLoad],
    ["options.num_keep", "", oneServer],
    ["options.num_batch", "", atLoad],
    ["options.num_gpu", "", atLoad],
    ["options.main_gpu", "", atLoad],
    ["options.num_thread", "", atLoad],
    ["options.numa", "", atLoad],
    ["options.low_vram", "", atLoad],
    ["options.f16_kv", "", atLoad],
    ["options.logits_all", "", atLoad],
    ["options.vocab_only", "", atLoad],
    ["options.use_mmap", "", atLoad],
    ["options.use_mlock", "", atLoad],
    ["options.embedding_only", "", atLoad],
    ["options.typical_p", "", oneServer],
    ["options.tfs_z", "", oneServer],
    ["options.repeat_last_n", "", oneServer],
    ["options.mirostat", "", oneServer],
    ["options.mirostat_tau", "", oneServer],
    ["options.mirostat_eta", "", oneServer],
    ["options.penalize_newline", "", oneServer],
  ]),
];
