import type { SourceFacts } from '../../detect/source-facts.ts'
import { DetectionFailed } from '../../errors.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

export const rust: Generator = {
  title: 'Rust',
  fits: ({ entries }) => entries.includes('Cargo.toml'),
  generate({ facts, manifest, images }) {
    const name = binaryName(facts)
    const web = manifest.processes.web ?? (name ? `/app/bin/${name}` : undefined)
    if (web === undefined) throw unknownProgram()
    const lock = facts.entries.includes('Cargo.lock')
    const text = dockerfileText(
      `FROM ${images.rust} AS build`,
      'WORKDIR /src',
      name ? dependencyLayer(lock) : [],
      'COPY . .',
      // Cargo goes by the time of a file, and the stand-in is younger than the source.
      name ? "RUN find src -name '*.rs' -exec touch {} +" : [],
      buildLines(manifest.build, `cargo build --release${lock ? ' --locked' : ''}`),
      'RUN mkdir /out && find target/release -maxdepth 1 -type f -executable -exec cp {} /out/ \\;',
      '',
      `FROM ${images.debian}`,
      'WORKDIR /app',
      'COPY --from=build /etc/ssl/certs /etc/ssl/certs',
      'COPY --from=build /out /app/bin',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

/** The dependencies are built once with a program that does nothing, so that a change of the source leaves them alone. */
function dependencyLayer(lock: boolean): string[] {
  return [
    `COPY Cargo.toml ${lock ? 'Cargo.lock ' : ''}./`,
    `RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release${lock ? ' --locked' : ''}`,
  ]
}

/** Of a package with one program in the usual place; a workspace has no package. */
function binaryName({ texts }: SourceFacts): string | undefined {
  const text = texts['Cargo.toml'] ?? ''
  if (/^\[\[bin\]\]|^\[workspace\]/m.test(text)) return undefined
  return /^\[package\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(text)?.[1]
}

function unknownProgram(): DetectionFailed {
  return new DetectionFailed(
    'This is a Rust app with several programs. They are built to /app/bin: say which one is the web process with ' +
      '"processes": { "web": "/app/bin/NAME" } in seaworthy.json.',
  )
}
