# A static binary and nothing else: no shell, no package manager, no root.
#
#     docker build -t turno .
#     docker run -p 8080:8080 -v turno:/var/lib/turno turno
#
# There is no HEALTHCHECK, since the image has no second program that could ask.
# Let the orchestrator ask /healthz and /readyz.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Time zones are compiled in.
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /turno ./cmd/turno
RUN mkdir /empty

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /turno /turno
# The database, its key and the files beside it. A named volume inherits the owner.
COPY --from=build --chown=65532:65532 /empty /var/lib/turno
# SQLite sorts what does not fit in memory here.
COPY --from=build --chown=65532:65532 /empty /tmp
USER 65532:65532
ENV TURNO_DATABASE=/var/lib/turno/turno.db \
    TURNO_LISTEN=:8080
VOLUME /var/lib/turno
EXPOSE 8080
ENTRYPOINT ["/turno"]
CMD ["serve"]
