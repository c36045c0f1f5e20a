// Streams the answers of `/try` into the page, one beside the other. Without it the form works, for one model.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */
(() => {
  const form = document.getElementById("try");
  const answers = document.getElementById("answers");
  const stopAll = document.getElementById("try-stop");
  const send = form.querySelector("button[type=submit]");
  document.getElementById("try-keys").hidden = false;
  // To be typed in; with `autofocus` a browser would show the page later.
  afterPaint(() => {
    if (document.activeElement === document.body) form.elements.prompt.focus();
  });

  /** Those under way. */
  const running = new Set();

  function newCard(model) {
    const card = document.getElementById("answer").content.cloneNode(true).firstElementChild;
    const at = (selector) => card.querySelector(selector);
    at("h2").textContent = model;
    answers.append(card);
    return {
      text: at(".text"),
      thought: at(".thought"),
      thinking: at(".thought .said"),
      stop: at(".more button"),
      ends(words, failed) {
        at(".ends").textContent = words;
        at(".ends").className = failed ? "ends why" : "ends faint";
      },
      links(id) {
        const link = at(".more a");
        link.href = `/request/${encodeURIComponent(id)}`;
        link.hidden = false;
      },
      took(pairs) {
        const list = at(".took");
        list.replaceChildren();
        for (const [name, value] of pairs) {
          if (value === null) continue;
          const pair = document.createElement("div");
          const [term, said] = [document.createElement("dt"), document.createElement("dd")];
          term.textContent = name;
          said.textContent = value;
          pair.append(term, said);
          list.append(pair);
        }
      },
    };
  }

  const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

  /** null: an event that cannot be read; the rest may be. */
  function parsed(data) {
    try {
      // oxlint-disable-next-line smolrouter/no-unbounded-json -- the browser bounds its own, and a tab is all that is at stake
      return JSON.parse(data);
    } catch {
      return null;
    }
  }

  /** The events of a stream, as objects. */
  async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\r|\n/);
      rest = lines.pop();
      for (const line of lines) {
        const data = line.startsWith("data:") ? line.slice(5).trim() : "";
        const event = data === "" || data === "[DONE]" ? null : parsed(data);
        if (event !== null) yield event;
      }
    }
  }

  const errorIn = (body, status) =>
    body?.error?.message ?? (typeof body?.error === "string" ? body.error : `status ${status}`);

  function show(card, { message, delta }, seen) {
    const said = delta ?? message ?? {};
    const thinking = said.reasoning_content ?? said.reasoning;
    const calls = said.tool_calls?.map(
      ({ function: call }) => (call?.name ? `\n${call.name} ` : "") + (call?.arguments ?? ""),
    );
    const text = (typeof said.content === "string" ? said.content : "") + (calls?.join("") ?? "");
    if (thinking) {
      card.thought.hidden = false;
      card.thinking.append(thinking);
    }
    if (text) card.text.append(text);
    if ((text || thinking) && seen.firstAt === null) {
      seen.firstAt = performance.now();
      card.ends("Writing", false);
    }
  }

  /** What the log says of it, once its row is whole: it knows more than the page. */
  async function rowOf(id) {
    for (let tries = 0; tries < 20; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100 + tries * 50));
      const answer = await fetch(`/api/logs/${encodeURIComponent(id)}`, { cache: "no-store" });
      const row = answer.ok ? await answer.json() : null;
      if (row !== null && row.state !== "inflight") return row;
    }
    return null;
  }

  /** As format.ts has it, for the small sums of one call. */
  function dollars(cost) {
    if (cost === 0) return "$0";
    return cost < 0.0001 ? "< $0.0001" : `$${cost.toPrecision(3)}`;
  }

  function figures(row) {
    const { ttft_ms: first, duration_ms: ms, completion_tokens: tokens, attempts, cost } = row;
    const writing = ms - (first ?? 0);
    const about = row.tokens_estimated ? "about " : "";
    const count = (number) =>
      number === null ? null : `${about}${number.toLocaleString("en-US")}`;
    return [
      ["First token", first === null ? null : seconds(first)],
      ["Duration", ms === null ? null : seconds(ms)],
      ["Prompt tokens", count(row.prompt_tokens)],
      ["Answer tokens", count(tokens)],
      ["Tokens/s", tokens > 0 && writing > 0 ? ((tokens * 1000) / writing).toFixed(1) : null],
      ["Cost", cost === null ? "no price is known" : dollars(cost)],
      ["Attempts", String(attempts.length)],
      ["Upstream", row.upstream],
      ["Sent as", row.mapped_model === row.original_model ? null : row.mapped_model],
    ];
  }

  /** @param over called when nothing more comes, before the figures are there */
  async function ask(data, card, signal, over) {
    const startedAt = performance.now();
    const seen = { firstAt: null };
    let id = null;
    let failure = null;
    card.ends("Waiting for the first token", false);
    try {
      const response = await fetch("/api/try", { method: "POST", body: data, signal });
      id = response.headers.get("x-request-id");
      if (id !== null) card.links(id);
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      if (isStream)
        for await (const event of events(response.body)) {
          if (event.error) failure = errorIn(event, event.error.status ?? response.status);
          for (const choice of event.choices ?? []) show(card, choice, seen);
        }
      else {
        const body = await response.json().catch(() => null);
        if (!response.ok || body?.error) failure = errorIn(body, response.status);
        for (const choice of body?.choices ?? []) show(card, choice, seen);
      }
    } catch (error) {
      failure = signal.aborted ? null : `the connection was lost: ${error.message}`;
    }
    const took = seconds(performance.now() - startedAt);
    if (signal.aborted) card.ends(`Stopped after ${took}`, false);
    else if (failure !== null) card.ends(failure, true);
    else card.ends(`Done in ${took}`, false);
    card.stop.hidden = true;
    over();
    if (id === null) return;
    const row = await rowOf(id).catch(() => null);
    if (row !== null) card.took(figures(row));
  }

  function settle() {
    const isBusy = running.size > 0;
    stopAll.hidden = !isBusy;
    send.disabled = isBusy;
    answers.setAttribute("aria-busy", String(isBusy));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running.size > 0) return;
    const models = new FormData(form).getAll("model").map((name) => name.trim());
    answers.replaceChildren();
    for (const model of models.filter((name) => name !== "")) {
      const data = new FormData(form);
      data.set("model", model);
      const control = new AbortController();
      const card = newCard(model);
      card.stop.hidden = false;
      card.stop.setAttribute("aria-label", `Stop ${model}`);
      card.stop.addEventListener("click", () => control.abort());
      running.add(control);
      settle();
      ask(data, card, control.signal, () => {
        running.delete(control);
        settle();
      }).catch(() => {});
    }
  });

  stopAll.addEventListener("click", () => {
    for (const control of running) control.abort();
    running.clear();
    settle();
    // This button is gone: the next one takes the focus.
    send.focus();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
