// A model server for the demo and the tests: deterministic answers, faults on demand, real sockets.
import type { Socket } from "bun";
import { answerAsk, askedModel, isModelCall, fakeSurfaceOf } from "./answer-table.ts";
import { parseJsonBytes } from "../../domain/bytes/json.ts";
import { createAsk, type FakeServer, type FormFields, readForm } from "./ask.ts";
import { belowAnyBase } from "./base-path.ts";
import type { Behaviour } from "./behaviour.ts";
import { createBehaviours } from "./behaviours.ts";
import type { FakeModel, FakeModelOptions } from "./fake-model.ts";
import { ollamaModel } from "./ollama-catalog.ts";
import {
  createHttpRequestReader,
  type HttpRequest,
  type HttpRequestReader,
} from "./http-request-reader.ts";
import { createMessage } from "./message.ts";
import { play, type Playing } from "./player.ts";
import { createRequestLog, type OpenRecord, type RecordedRequest } from "./request-log.ts";
import { stepsOf } from "./steps.ts";

interface PendingRequest {
  readonly request: HttpRequest;
  readonly open: OpenRecord;
}

interface FakeConnection {
  readonly number: number;
  readonly reader: HttpRequestReader;
  /** Pipelined requests wait for their turn. */
  readonly waiting: PendingRequest[];
  current: PendingRequest | null;
  playing: Playing | null;
}

const WAIT_MS = 4000;

/** Starts a fake model server; it listens when the promise resolves. */
export async function startFakeModel(options: FakeModelOptions): Promise<FakeModel> {
  const { name, models, kind = "both", host = "127.0.0.1", basePath = "" } = options;
  const loaded = new Set<string>();
  const server: FakeServer = { name, models, loaded };
  const behaviours = createBehaviours(options);
  const log = createRequestLog(options.keepRequests ?? true);
  const sockets = new Set<Socket<FakeConnection>>();
  let connections = 0;
  let received = 0;
  let emptied: (() => void)[] = [];

  const record = (request: HttpRequest, connection: number): OpenRecord => {
    const mark = request.target.indexOf("?");
    const full = mark < 0 ? request.target : request.target.slice(0, mark);
    const path =
      options.anyBasePath === true
        ? belowAnyBase(full)
        : full.startsWith(`${basePath}/`)
          ? full.slice(basePath.length)
          : "";
    received += 1;
    return log.add({
      number: received,
      connection,
      method: request.method,
      target: request.target,
      path,
      query: mark < 0 ? "" : request.target.slice(mark),
      headers: request.headers,
      body: request.body,
      json: request.body.length === 0 ? undefined : parseJsonBytes(request.body),
      isCall: isModelCall(request.method, path),
      receivedAt: performance.now(),
    });
  };

  const answer = (socket: Socket<FakeConnection>, exchange: PendingRequest): void => {
    const behaviour = behaviours.next(exchange.open.record);
    socket.data.current = exchange;
    readForm(exchange.request, (form) => reply(socket, exchange, behaviour, form));
  };

  const reply = (
    socket: Socket<FakeConnection>,
    exchange: PendingRequest,
    behaviour: Behaviour,
    form: FormFields,
  ): void => {
    const { request, open } = exchange;
    const flood = behaviour.kind === "flood";
    const wishes = flood
      ? { stream: behaviour.stream ?? true, content: "x".repeat(behaviour.eventBytes) }
      : behaviour;
    const ask = createAsk(open.record, form, wishes);
    if (open.record.isCall) loaded.add(ollamaModel(server, askedModel(ask)) ?? askedModel(ask));
    const message = createMessage(
      answerAsk(ask, server, kind),
      behaviour,
      request,
      fakeSurfaceOf(ask.path),
      `${name}-${open.record.number}`,
    );
    const { data } = socket;
    const playing = play(stepsOf(message, behaviour), socket, {
      sent: open.sent,
      ended(how) {
        open.end(how === "broken" ? "broken" : "answered", performance.now());
        data.current = null;
        data.playing = null;
        const next = how === "open" ? data.waiting.shift() : undefined;
        if (next !== undefined) answer(socket, next);
      },
    });
    // An answer without waits is over by now, and the next may have begun.
    if (data.current === exchange) data.playing = playing;
  };

  const listener = Bun.listen<FakeConnection>({
    hostname: host,
    port: options.port ?? 0,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    socket: {
      open(socket) {
        connections += 1;
        const reader = createHttpRequestReader();
        socket.data = { number: connections, reader, waiting: [], current: null, playing: null };
        socket.setNoDelay(true);
        sockets.add(socket);
      },
      data(socket, bytes) {
        const { data } = socket;
        const requests = data.reader.push(bytes);
        if (requests === null) {
          socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
          return;
        }
        for (const request of requests) {
          const exchange = { request, open: record(request, data.number) };
          if (data.current === null) answer(socket, exchange);
          else data.waiting.push(exchange);
        }
      },
      drain(socket) {
        socket.data.playing?.drained();
      },
      close(socket) {
        const { data } = socket;
        sockets.delete(socket);
        data.playing?.cancel();
        const at = performance.now();
        for (const exchange of [data.current, ...data.waiting]) exchange?.open.end("aborted", at);
        if (sockets.size > 0) return;
        for (const resolve of emptied) resolve();
        emptied = [];
      },
      // A reset by the client: the close that follows says all there is to say.
      error() {},
    },
  });

  const calls = (): readonly RecordedRequest[] => log.all().filter((request) => request.isCall);
  const noSockets = (): Promise<void> =>
    sockets.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          emptied.push(resolve);
        });

  return {
    url: `${options.tls === undefined ? "http" : "https"}://${host}:${listener.port}${basePath}`,
    port: listener.port,
    name,
    requests: log.all,
    calls,
    openSockets: () => sockets.size,
    waitForRequest: (which, withinMs = WAIT_MS) =>
      typeof which === "number"
        ? log.wait(`call ${which}`, () => calls()[which - 1], withinMs)
        : log.wait("a request", () => log.all().find(which), withinMs),
    waitForAbort: (call, withinMs = WAIT_MS) =>
      log.wait(
        `the abort of call ${call}`,
        () => calls()[call - 1]?.abortedAt ?? undefined,
        withinMs,
      ),
    async waitForNoSockets(withinMs = WAIT_MS) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(new Error(`${sockets.size} sockets are open after ${withinMs} ms`));
      }, withinMs);
      try {
        await Promise.race([noSockets(), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    script: behaviours.script,
    always: behaviours.always,
    reset() {
      behaviours.reset();
      log.clear();
    },
    async stop() {
      listener.stop();
      for (const socket of sockets) socket.terminate();
      await noSockets();
      log.close();
    },
  };
}
