import { DetectionFailed } from '../../errors.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

export const go: Generator = {
  title: 'Go',
  fits: ({ entries }) => entries.includes('go.mod'),
  generate({ facts, manifest, images }) {
    const hasRootProgram = facts.entries.some(name => name.endsWith('.go') && !name.endsWith('_test.go'))
    const web = manifest.processes.web ?? (hasRootProgram ? '/app/bin/app' : undefined)
    if (web === undefined) throw unknownProgram()
    const compile = hasRootProgram
      ? 'CGO_ENABLED=0 go build -trimpath -o /out/app .'
      : 'CGO_ENABLED=0 go build -trimpath -o /out/ ./cmd/...'
    const text = dockerfileText(
      `FROM ${images.go} AS build`,
      'WORKDIR /src',
      facts.entries.includes('go.sum') ? 'COPY go.mod go.sum ./' : 'COPY go.mod ./',
      'RUN go mod download',
      'COPY . .',
      'RUN mkdir /out',
      buildLines(manifest.build, compile),
      '',
      `FROM ${images.debian}`,
      'WORKDIR /app',
      // For calls over TLS; the small image has no certificates of its own.
      'COPY --from=build /etc/ssl/certs /etc/ssl/certs',
      'COPY --from=build /src /app',
      'COPY --from=build /out /app/bin',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

function unknownProgram(): DetectionFailed {
  return new DetectionFailed(
    'This is a Go app without a program in its root. Its programs under cmd/ are built to /app/bin: say which one is ' +
      'the web process with "processes": { "web": "/app/bin/NAME" } in seaworthy.json.',
  )
}
