FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked
COPY . .
RUN find src -name '*.rs' -exec touch {} +
RUN cargo build --release --locked
RUN mkdir /out && find target/release -maxdepth 1 -type f -executable -exec cp {} /out/ \;

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /etc/ssl/certs /etc/ssl/certs
COPY --from=build /out /app/bin
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec /app/bin/shop"]
