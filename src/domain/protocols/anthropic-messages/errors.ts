// Errors as Anthropic's clients read them.
import { type ErrorForm, errorBodyOfV1 } from "../error-form.ts";

export const messagesErrors: ErrorForm = {
  body: errorBodyOfV1,
  event(error, requestId) {
    const said = { type: "error", error, request_id: requestId };
    return `event: error\ndata: ${JSON.stringify(said)}\n\n`;
  },
};
