// A router before a native Ollama server and one that speaks OpenAI only, for clients that must not notice which.
import { afterAll, beforeAll } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "./start-router.ts";

interface NativeAndForeign {
  readonly native: FakeModel;
  readonly foreign: FakeModel;
  readonly router: TestRouter;
}

/**
 * For every test of a file: both servers serve `m` and `think-m`; the alias `both` tries the native one
 * first. Whoever reads it outside a test gets an error.
 */
export function useNativeAndForeign(): NativeAndForeign {
  let started: (NativeAndForeign & { stop(): Promise<void> }) | null = null;
  beforeAll(async () => {
    started = await startBoth();
  });
  afterAll(() => started?.stop());
  const lab = (): NativeAndForeign => {
    if (started === null) throw new Error("the servers run while tests do");
    return started;
  };
  return {
    get native() {
      return lab().native;
    },
    get foreign() {
      return lab().foreign;
    },
    get router() {
      return lab().router;
    },
  };
}

async function startBoth(): Promise<NativeAndForeign & { stop(): Promise<void> }> {
  const models = ["m", "think-m"];
  const native = await startFakeModel({ name: "native", kind: "ollama", models });
  const foreign = await startFakeModel({ name: "foreign", kind: "openai", models });
  const router = await startRouter({
    env: { DEFAULT_UPSTREAM: foreign.url },
    routes: `
servers:
  native: { url: "${native.url}", type: ollama }
  foreign: "${foreign.url}"
aliases:
  both: { instances: ["native/m", "foreign/m"] }
`,
  });
  return {
    native,
    foreign,
    router,
    async stop() {
      await router.stop();
      await Promise.all([native.stop(), foreign.stop()]);
    },
  };
}
