// Errors as Ollama's clients read them: a message and nothing else.
import type { ErrorForm } from "../error-form.ts";

export const ollamaErrors: ErrorForm = {
  body: ({ message }) => JSON.stringify({ error: message }),
  event: ({ message }) => `${JSON.stringify({ error: message })}\n`,
  soFar: null,
};
