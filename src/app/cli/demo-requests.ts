// The demo's requests: each shows one thing the router does, and checks that it did it.

export interface DemoResult {
  readonly title: string;
  readonly passed: boolean;
  /** What came back, in a line. */
  readonly detail: string;
}

interface DemoAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly ms: number;
}

const question = [{ role: "user", content: "Hello, who is there?" }];

/** In order; each takes the router's URL. None throws. */
export const demoRequests: readonly ((url: string) => Promise<DemoResult>)[] = [
  (url) =>
    tell("a plain chat", url, "/v1/chat/completions", { model: "smol-chat" }, (got) =>
      got.text.includes('"content":"Hello'),
    ),
  (url) =>
    tell(
      "a streamed chat, event by event",
      url,
      "/v1/chat/completions",
      { model: "smol-chat", stream: true },
      (got) => got.text.trimEnd().endsWith("data: [DONE]"),
    ),
  (url) =>
    tell(
      "a model renamed by MODEL_MAP: gpt-4 is smol-chat here",
      url,
      "/v1/chat/completions",
      { model: "gpt-4" },
      (got) => got.headers.get("x-smolrouter-model") === "smol-chat",
    ),
  (url) =>
    tell(
      "an alias whose first instance fails: the next one answers",
      url,
      "/v1/chat/completions",
      { model: "assistant", stream: true },
      (got) =>
        got.headers.get("x-smolrouter-attempts") === "2" &&
        got.headers.get("x-smolrouter-upstream") === "steady",
    ),
  (url) =>
    tell(
      "a model that thinks aloud: the client gets the answer only",
      url,
      "/v1/chat/completions",
      { model: "smol-think", stream: true },
      (got) => !got.text.includes("think>") && got.text.includes("Hello"),
    ),
  (url) =>
    tell("an Ollama client, natively", url, "/api/chat", { model: "steady/smol-chat" }, (got) =>
      got.text.includes('"done":true'),
    ),
];

async function tell(
  title: string,
  url: string,
  path: string,
  body: object,
  holds: (got: DemoAnswer) => boolean,
): Promise<DemoResult> {
  try {
    const got = await post(url + path, { ...body, messages: question });
    const passed = got.status === 200 && holds(got);
    return { title, passed, detail: passed ? routeOf(got) : `status ${got.status}: ${got.text}` };
  } catch (error) {
    return { title, passed: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function post(url: string, body: object): Promise<DemoAnswer> {
  const start = performance.now();
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const text = await response.text();
  const ms = Math.round(performance.now() - start);
  return { status: response.status, headers: response.headers, text, ms };
}

function routeOf({ headers, ms }: DemoAnswer): string {
  const of = (name: string) => headers.get(`x-smolrouter-${name}`);
  return `${of("model")} on ${of("upstream")}, attempts: ${of("attempts")}, ${ms} ms`;
}
