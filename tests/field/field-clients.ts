// The clients that people really use, each reduced to the same three questions: a text, a stream's text, vectors.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { embed, generateText, type LanguageModel, streamText } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

export interface FieldClient {
  readonly name: string;
  readonly speaks: "openai" | "ollama";
  /** @throws what the client throws */
  whole(model: string): Promise<string>;
  /**
   * Reads a stream to its end; `so far` gets the text as it grows.
   * @throws what the client throws
   */
  streamed(model: string, soFar?: (text: string) => void): Promise<string>;
  vector(model: string): Promise<readonly number[]>;
}

const messages = [{ role: "user" as const, content: "hi" }];

async function joined<Part>(
  parts: AsyncIterable<Part>,
  textOf: (part: Part) => string,
  soFar: (text: string) => void = () => undefined,
): Promise<string> {
  let text = "";
  for await (const part of parts) {
    text += textOf(part);
    soFar(text);
  }
  return text;
}

/** Without retries of their own, which would hide what the router does. */
export function fieldClients(url: string): readonly FieldClient[] {
  const baseURL = `${url}/v1`;
  const apiKey = "client-key";
  const openai = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const ollama = new Ollama({ host: url });
  const compatible = createOpenAICompatible({ name: "router", baseURL, apiKey });
  const vercel = createOpenAI({ baseURL, apiKey });
  const chatOpenAI = (model: string) =>
    new ChatOpenAI({
      model,
      apiKey,
      configuration: { baseURL },
      maxRetries: 0,
      streamUsage: false,
    });
  const chatOllama = (model: string) => new ChatOllama({ model, baseUrl: url, maxRetries: 0 });

  const aiSdk = (
    name: string,
    chat: (model: string) => LanguageModel,
    vector: FieldClient["vector"],
  ): FieldClient => ({
    name,
    speaks: "openai",
    vector,
    whole: async (model) =>
      (await generateText({ model: chat(model), messages, maxRetries: 0 })).text,
    streamed: (model, soFar) =>
      joined(
        streamText({ model: chat(model), messages, maxRetries: 0, onError: () => undefined })
          .stream,
        (part) => {
          if (part.type === "error") throw new Error(JSON.stringify(part.error));
          if (part.type === "finish" && part.finishReason !== "stop")
            throw new Error(`finished with ${part.rawFinishReason}`);
          return part.type === "text-delta" ? part.text : "";
        },
        soFar,
      ),
  });

  return [
    {
      name: "openai",
      speaks: "openai",
      whole: async (model) =>
        (await openai.chat.completions.create({ model, messages })).choices[0]?.message.content ??
        "",
      streamed: async (model, soFar) =>
        joined(
          await openai.chat.completions.create({ model, messages, stream: true }),
          (part) => part.choices[0]?.delta.content ?? "",
          soFar,
        ),
      vector: async (model) =>
        (await openai.embeddings.create({ model, input: "hi" })).data[0]?.embedding ?? [],
    },
    aiSdk(
      "@ai-sdk/openai-compatible",
      (model) => compatible(model),
      async (model) =>
        (await embed({ model: compatible.embeddingModel(model), value: "hi" })).embedding,
    ),
    aiSdk(
      "@ai-sdk/openai",
      (model) => vercel.chat(model),
      async (model) =>
        (await embed({ model: vercel.embeddingModel(model), value: "hi" })).embedding,
    ),
    {
      name: "@langchain/openai",
      speaks: "openai",
      whole: async (model) => (await chatOpenAI(model).invoke("hi")).text,
      streamed: async (model, soFar) =>
        joined(await chatOpenAI(model).stream("hi"), (part) => part.text, soFar),
      vector: (model) =>
        new OpenAIEmbeddings({
          model,
          apiKey,
          configuration: { baseURL },
          maxRetries: 0,
        }).embedQuery("hi"),
    },
    {
      name: "ollama",
      speaks: "ollama",
      whole: async (model) => (await ollama.chat({ model, messages })).message.content,
      streamed: async (model, soFar) =>
        joined(
          await ollama.chat({ model, messages, stream: true }),
          (part) => part.message.content,
          soFar,
        ),
      vector: async (model) => (await ollama.embed({ model, input: "hi" })).embeddings[0] ?? [],
    },
    {
      name: "@langchain/ollama",
      speaks: "ollama",
      whole: async (model) => (await chatOllama(model).invoke("hi")).text,
      streamed: async (model, soFar) =>
        joined(await chatOllama(model).stream("hi"), (part) => part.text, soFar),
      vector: (model) =>
        new OllamaEmbeddings({ model, baseUrl: url, maxRetries: 0 }).embedQuery("hi"),
    },
  ];
}
