// A row and its bodies with the same text wherever a client or an upstream could put one.
import type { LogDetail } from "../../../src/ports/browse.ts";
import { sampleAttempt, sampleDetail } from "./sample.ts";

export const hostileTexts: readonly string[] = [
  "<script>document.title='run'</script>",
  '"><img src=x onerror="document.title=\'run\'">',
  "' onmouseover='document.title=1' x='",
  "</title></pre></textarea></details><svg onload=document.title=1>",
  "javascript:document.title=1",
  "--><!--<b>",
  "]]><b>",
  "&lt;b&gt;&quot;&#x27;",
  "\u0001\u2028\u202e\ufffe<b\u0000>",
  "`${1}` {{1}} <%= 1 %> $& $1",
  "//evil.example/x",
];

export function hostileDetail(text: string): LogDetail {
  const call = { id: text, type: "function", function: { name: text, arguments: text } };
  const part = (type: string, fields: object) => ({ type, ...fields });
  return sampleDetail({
    id: `id ${text}`,
    state: "failed",
    source_ip: text,
    method: text,
    path: `/v1/${text}`,
    user_agent: text,
    auth_user: text,
    original_model: text,
    mapped_model: `${text} mapped`,
    upstream: text,
    upstream_url: text,
    upstream_request_id: text,
    route: `rule:1>${text}`,
    attempts: [
      sampleAttempt({ upstream: text, upstream_url: text, model: text, error: text, reason: text }),
      sampleAttempt({ upstream: text, error: text, reason: text }),
    ],
    dropped: [text],
    warnings: [text],
    error_message: `${text} failed`,
    finish_reason: text,
    request_headers: [[text, text]],
    response_headers: [[text, text]],
    request_body: JSON.stringify({
      system: text,
      tools: [{ function: { name: text } }],
      messages: [
        {
          role: text,
          name: text,
          content: [
            part("text", { text }),
            part(text, { text }),
            part("image_url", { image_url: { url: text } }),
            part("input_audio", { input_audio: { format: text, data: text } }),
            part("file", { file: { filename: text, file_id: text } }),
            part("refusal", { refusal: text }),
            part("tool_result", { tool_use_id: text, content: text }),
          ],
        },
        { role: "tool", tool_call_id: text, content: text },
      ],
    }),
    response_body_clean: JSON.stringify({ choices: [{ message: { content: text } }] }),
    response_body: JSON.stringify({
      error: { message: text },
      choices: [
        {
          message: { reasoning_content: text, content: text, tool_calls: [call] },
          finish_reason: text,
        },
        { index: 1, message: { content: text } },
      ],
    }),
  });
}
