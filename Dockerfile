# Two stages: the first has the compiler, the second only what runs.
FROM node:24-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends git
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
LABEL org.opencontainers.image.title="gitward" \
  org.opencontainers.image.description="Guards the path from a Git commit to a running object" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY LICENSE ./
# The one program alone: it opens packs, and without its helpers it cannot speak to a network
# (docs/adr/0006-native-git-store.md). The second line ends the build if a library were missing.
COPY --from=build /usr/bin/git /usr/bin/git
RUN git version
# Nobody, by number: Kubernetes checks runAsNonRoot without looking the name up.
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["node", "dist/main.js"]
