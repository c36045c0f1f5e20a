// A router before a native Ollama server and one that speaks OpenAI only, for clients that must not notice which.
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "./start-router.ts";

export interface NativeAndForeign {
  readonly native: FakeModel;
  readonly foreign: FakeModel;
  readonly router: TestRouter;
  stop(): Promise<void>;
}

/** Both serve `m` and `think-m`; the alias `both` tries the native one first. */
export async function startNativeAndForeign(): Promise<NativeAndForeign> {
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
