# Builds maskwire and runs it as an unprivileged user from a root file system that may be read-only.
# Nothing is written at run time but a history's own folder (history.dataDir), no shell is started, and npm is not in the final image.

FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app

FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json ./
COPY src ./src
RUN npx tsc -b src/node
RUN node src/build.mjs

FROM base AS run
LABEL org.opencontainers.image.title="maskwire" \
      org.opencontainers.image.description="Masks personal data and secrets in live streams" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="docker.io/library/node:20.20.2-bookworm-slim"
# Package managers are build tools: whoever gets into the container should not find them.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
ENV NODE_ENV=production
# A number, so that Kubernetes can see that it is not root. Files belong to root: the process cannot change itself.
USER 65532:65532
# publish, subscribe, admin. Without a configuration file the server listens on the container's loopback only.
EXPOSE 8080 8081 9090
STOPSIGNAL SIGTERM
# For engines without probes; Kubernetes ignores it and asks /livez and /readyz itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# A process without work for two minutes gives memory back, and with it nearly all code that was compiled: the first thousand
# events after a quiet spell would cost half as much again.
ENTRYPOINT ["node", "--no-memory-reducer", "dist/node/main.js"]
CMD ["serve"]
