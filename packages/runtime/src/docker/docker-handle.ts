/** What the Docker driver needs to find an instance again. Plain JSON, kept by the caller. */
export interface DockerHandle {
  /** The engine's id of the container, 64 hex. */
  container: string
  /** Where its output goes: `<id>.out` and `<id>.err` in this folder. */
  outputDirectory: string
  address?: { host: string; port: number }
}

/** A handle as it came back from where the caller kept it, or undefined if it is none of ours. */
export function parseDockerHandle(value: unknown): DockerHandle | undefined {
  const { container, outputDirectory, address } = (value ?? {}) as Partial<
    Record<keyof DockerHandle, unknown>
  >
  if (typeof container !== 'string' || !/^[0-9a-f]{64}$/.test(container)) return undefined
  if (typeof outputDirectory !== 'string') return undefined
  if (address === undefined) return { container, outputDirectory }
  const { host, port } = (address ?? {}) as { host?: unknown; port?: unknown }
  if (typeof host !== 'string' || !Number.isSafeInteger(port)) return undefined
  return { container, outputDirectory, address: { host, port: Number(port) } }
}
