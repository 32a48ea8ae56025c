# Builds `tributary` and starts a market. Its servers listen on the loopback address, so share the host's network:
#
#     docker build -t tributary .
#     docker run --rm -it --init --network host -v tributary:/data tributary
#
# Any other command goes behind the image's name: `docker run --rm --network host tributary status`.
FROM rust:1.95-slim-bookworm AS build
# Debian keeps no old versions to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked -p tributary \
    && install -D target/release/tributary /out/tributary

FROM debian:bookworm-slim
# The beacon of artefacts is asked over HTTPS.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 tributary \
    && install --directory --owner tributary /data
COPY --from=build /out/tributary /usr/local/bin/tributary
USER 10001
VOLUME /data
ENTRYPOINT ["tributary"]
CMD ["up", "--data", "/data"]
