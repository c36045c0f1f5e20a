# docker build -t smolrouter --build-arg GIT_COMMIT=$(git rev-parse --short HEAD) .
# docker run -p 1234:1234 -v ./routes.yaml:/app/routes.yaml:ro -v smolrouter:/data smolrouter

FROM oven/bun:1.4.5-slim AS build
WORKDIR /src
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production
COPY . .
ARG GIT_COMMIT=unknown
RUN GIT_COMMIT=$GIT_COMMIT bun run build

# The binary needs only the C library; bash asks after its health.
FROM debian:13-slim
RUN useradd --system --uid 10001 --no-create-home smolrouter \
  && install -d -o smolrouter -g smolrouter /app /data
COPY --from=build /src/dist/smolrouter /usr/local/bin/smolrouter
ENV LISTEN_HOST=0.0.0.0 \
  LISTEN_PORT=1234 \
  DB_PATH=/data/requests.db \
  BLOB_STORAGE_PATH=/data/blobs
USER smolrouter
# ROUTES_CONFIG's default, routes.yaml, is looked for here.
WORKDIR /app
VOLUME /data
EXPOSE 1234
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$LISTEN_PORT && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["smolrouter"]
