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
RUN node deploy/pack-app.mjs "$APP" /out && cp -r scenarios deploy/relay.mjs /out/
# The scripts that earn an identity, for the operator: what it hashes is what the other images run.
RUN for app in network fleet; do install -D -m 0644 "apps/$app/dist/main.js" "/out/attested/$app/main.js"; done \
 && chmod -R u=rwX,go=rX /out

FROM node:24-bookworm-slim
ARG APP
LABEL org.opencontainers.image.title="blastradius-$APP" \
      org.opencontainers.image.description="Blastradius: $APP, one process of the attack range" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
ENV NODE_ENV=production
# A named volume begins with the owner and mode of the folder that it is mounted on first. So the folders
# that our user may write, and those made for the users of PostgreSQL and Redis (999), are in the image.
RUN install -d -o 1000 -g 1000 -m 0700 /run/blastradius /run/spiffe /run/issuer /run/join /run/secrets \
      /ledger /certificate /backup /state \
 && install -d -o 1000 -g 999 -m 2750 /prepared/secrets \
 && install -d -o 999 -g 999 -m 0700 /prepared/data
COPY --from=packed /out /app
USER 1000:1000
# The sidecar attests a script by the first argument and the folder it runs in: no option comes before it.
WORKDIR /app/apps/$APP/dist
ENTRYPOINT ["node", "main.js"]
