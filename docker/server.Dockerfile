# The server with its dashboard and command line, and the Windows agent that it offers. Build from the repository's top level.
FROM node:24-bookworm-slim AS build
WORKDIR /carillon
COPY . .
RUN npm ci --no-audit --no-fund && npx turbo run generate build \
    && npm run build:msi && rm -rf .cache \
    # Of what is optional, an image needs only the machine code of argon2.
    && mv node_modules/@node-rs /tmp/node-rs \
    && npm prune --omit=dev --omit=optional --no-audit --no-fund \
    && rm -rf node_modules/@node-rs && mv /tmp/node-rs node_modules/@node-rs

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /carillon
COPY --from=build --chown=root:root /carillon /carillon
RUN install -d -o node -g node -m 0700 /data && ln -s /carillon/apps/cli/bin/carillon.mjs /usr/local/bin/carillon
ENV CARILLON_WEB_ROOT=/carillon/apps/web/dist
USER node
VOLUME /data
EXPOSE 7070
CMD ["node", "apps/server/dist/bundle/main.js"]
