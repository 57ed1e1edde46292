# One file for all of our images: `docker build --build-arg APP=issuer .`
# Plain enough for the classic builder of engine 20.10 as well as for BuildKit, and for amd64 and arm64.
FROM node:24-bookworm-slim AS manifests
COPY . /src
# What `npm ci` reads, and nothing else, so that a changed source doesn't install everything again.
RUN find /src -type f ! -name package.json ! -name package-lock.json -delete && find /src -type d -empty -delete

FROM node:24-bookworm-slim AS dependencies
WORKDIR /src
# Where a mirror serves the registry, or a proxy signs for it: taken from the build's environment.
ARG NPM_CONFIG_REGISTRY
ARG NPM_CONFIG_CA
COPY --from=manifests /src ./
# No package that runs here needs its install script: native parts come prebuilt for the platform.
RUN npm ci --ignore-scripts --no-audit --no-fund && rm -rf /root/.npm

FROM dependencies AS build
COPY . ./
RUN node_modules/.bin/tsc -b

FROM build AS packed
ARG APP
RUN node deploy/pack-app.mjs "$APP" /out && cp -r scenarios deploy/ready.sh deploy/relay.mjs deploy/request-relay.mjs \
      deploy/container-facts.mjs /out/
# The scripts that earn an identity, for the operator: what it hashes is what the other images run.
RUN for app in network fleet; do install -D -m 0644 "apps/$app/dist/main.js" "/out/attested/$app/main.js"; done \
 && chmod -R u=rwX,go=rX /out

FROM node:24-bookworm-slim
ARG APP
LABEL org.opencontainers.image.title="blastradius-$APP" \
      org.opencontainers.image.description="Blastradius: $APP, one process of the attack range" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
ENV NODE_ENV=production
# A named volume begins with the owner and mode of the folder that it is first mounted on. So every folder
# on which docker-compose.yml mounts one is in the image, empty: ours (1000), what PostgreSQL and Redis
# may read (group 999; new files inherit it), and what Redis owns.
RUN install -d -o 1000 -g 1000 -m 0700 /run/blastradius /run/spiffe /run/issuer /run/issuer-1 /run/issuer-2 \
      /run/container-facts /run/join-token /run/join/network /run/join/fleet /run/join/load \
      /run/join/agent-1 /run/join/agent-2 /run/join/agent-3 \
      /var/lib/blastradius /certificate /backup /state /run/secrets /secrets/issuer \
      /secrets/network-static-key /secrets/postgrest-static-key /secrets/data-api-static-key \
      /secrets/network-x509-svid /secrets/postgrest-x509-svid /secrets/data-api-x509-svid \
 && install -d -o 1000 -g 999 -m 2750 /secrets/postgres /secrets/redis \
 && install -d -o 999 -g 999 -m 0700 /prepared/data
COPY --from=packed /out /app
USER 1000:1000
# The sidecar attests a script by the first argument and the folder it runs in: no option comes before it.
WORKDIR /app/apps/$APP/dist
ENTRYPOINT ["node", "main.js"]
