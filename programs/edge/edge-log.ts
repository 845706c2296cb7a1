/** What the edge needs of a logger. Our own few lines instead of pino: the edge has a budget of memory. */
export interface EdgeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Logs one JSON object a line to standard error, which the supervisor appends to `logs/edge/edge.log`. */
export function createEdgeLog(write: (line: string) => void = line => process.stderr.write(line)): EdgeLog {
  const at = (level: string) => (fields: object, message: string) => {
    const time = new Date().toISOString()
    write(`${JSON.stringify({ level, time, name: 'edge', pid: process.pid, ...fields, msg: message })}\n`)
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
