/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// How to point a client here: the address is the one the browser used, so it works as it stands.
import { Html } from "@elysiajs/html";
import { CopyButton } from "./layout.tsx";

export interface ConnectProps {
  readonly origin: string;
  /** A name clients may ask for. */
  readonly model: string;
}

export function Connect(props: ConnectProps): JSX.Element {
  return (
    <div class="connect">
      {snippets(props).map(({ id, title, text }) => (
        <section class="snippet" aria-labelledby={`${id}-title`}>
          <header>
            <h3 id={`${id}-title`} safe>
              {title}
            </h3>
            <CopyButton of={id} label={`Copy ${title} example`} />
          </header>
          <pre id={id} tabindex="0" safe>
            {text}
          </pre>
        </section>
      ))}
    </div>
  );
}

interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

function snippets({ origin, model }: ConnectProps): readonly Snippet[] {
  // A JSON string is one in Python and JavaScript too.
  const name = JSON.stringify(model);
  const chat = `{"model": ${name},
       "messages": [{"role": "user", "content": "Hello"}]}`;
  return [
    {
      id: "snippet-curl",
      title: "curl",
      text: `curl ${origin}/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '${chat.replaceAll("'", `'\\''`)}'`,
    },
    {
      id: "snippet-python",
      title: "OpenAI, Python",
      text: `from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="any")
answer = client.chat.completions.create(
    model=${name},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "snippet-javascript",
      title: "OpenAI, JavaScript",
      text: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${origin}/v1",
  apiKey: "any",
});
const answer = await client.chat.completions.create({
  model: ${name},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: "snippet-ollama",
      title: "Ollama",
      text: `export OLLAMA_HOST=${origin}
ollama run '${model.replaceAll("'", `'\\''`)}'`,
    },
  ];
}
