// Frameworks that speak to Ollama, through the router: LangChain's ChatOllama and an AI SDK provider.
import { describe, expect, test } from "bun:test";
import { HumanMessage } from "@langchain/core/messages";
import { tool as langTool } from "@langchain/core/tools";
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { embed, generateText, streamText, tool } from "ai";
import { createOllama } from "ollama-ai-provider-v2";
import { z } from "zod";
import { useNativeAndForeign } from "../lab/native-and-foreign.ts";

const lab = useNativeAndForeign();

const city = z.object({ city: z.string() });

describe.each(["native", "foreign"])("before a %s server", (server) => {
  describe("LangChain's ChatOllama", () => {
    const chat = (more: object = {}) =>
      new ChatOllama({ baseUrl: lab.router.url, model: `${server}/m`, maxRetries: 0, ...more });

    test("chats and streams", async () => {
      const plain = await chat().invoke([new HumanMessage("Hello there")]);
      expect(plain.content).toContain(`m on ${server}`);
      expect(plain).toMatchObject({ usage_metadata: { output_tokens: expect.any(Number) } });
      let text = "";
      for await (const part of await chat().stream("Hello there")) text += part.text;
      expect(text).toBe(plain.text);
    });

    test("calls tools", async () => {
      const weather = langTool(() => "sunny", { name: "weather", schema: city });
      const answer = await chat().bindTools([weather]).invoke("Hello there");
      expect(answer.tool_calls?.[0]).toMatchObject({
        name: "weather",
        args: { city: expect.any(String) },
      });
    });

    test("gets structured output, and thinking apart", async () => {
      const structured = await chat().withStructuredOutput(city).invoke("Hello there");
      expect(structured.city).toBeString();
      const answer = await chat({ model: `${server}/think-m`, think: true }).invoke("Hello there");
      expect(answer.text).not.toContain("<think>");
      expect(answer.additional_kwargs["reasoning_content"]).toBeTruthy();
    });

    test("embeds", async () => {
      const embeddings = new OllamaEmbeddings({ baseUrl: lab.router.url, model: `${server}/m` });
      expect((await embeddings.embedQuery("one")).length).toBeGreaterThan(0);
    });
  });

  describe("the AI SDK", () => {
    const ollama = () => createOllama({ baseURL: `${lab.router.url}/api` });

    test("chats and streams", async () => {
      const { text, usage } = await generateText({
        model: ollama()(`${server}/m`),
        prompt: "Hello there",
      });
      expect(text).toContain(`m on ${server}`);
      expect(usage.outputTokens).toBeGreaterThan(0);
      const streamed = streamText({ model: ollama()(`${server}/m`), prompt: "Hello there" });
      expect(await streamed.text).toBe(text);
    });

    test("calls tools", async () => {
      const { toolCalls } = await generateText({
        model: ollama()(`${server}/m`),
        prompt: "Hello there",
        tools: { weather: tool({ inputSchema: city }) },
      });
      expect(toolCalls[0]).toMatchObject({
        toolName: "weather",
        input: { city: expect.any(String) },
      });
    });

    test("embeds, and aborts", async () => {
      const { embedding } = await embed({
        model: ollama().textEmbeddingModel(`${server}/m`),
        value: "one",
      });
      expect(embedding.length).toBeGreaterThan(0);
      const fake = server === "native" ? lab.native : lab.foreign;
      fake.script([{ kind: "stall", when: "mid-content", perEvent: true }]);
      const before = fake.calls().length;
      const controller = new AbortController();
      const streamed = streamText({
        model: ollama()(`${server}/m`),
        prompt: "Hello there",
        abortSignal: controller.signal,
      });
      for await (const _ of streamed.textStream) break;
      controller.abort();
      await fake.waitForAbort(before + 1);
    });
  });
});
