FROM golang:1-bookworm AS build
WORKDIR /src
COPY go.mod ./
RUN go mod download
COPY . .
RUN mkdir /out
RUN CGO_ENABLED=0 go build -trimpath -o /out/ ./cmd/...

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /etc/ssl/certs /etc/ssl/certs
COPY --from=build /src /app
COPY --from=build /out /app/bin
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec /app/bin/server"]
