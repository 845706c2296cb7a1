/** The WebSocket of `exec.open` speaks this subprotocol; see docs/guides/exec.md for its frames. */
export const EXEC_PROTOCOL = 'seaworthy.exec.v1'

/** The first byte of a binary frame from the platform. */
export const EXEC_STREAM = { stdout: 1, stderr: 2 } as const

/** Why the platform closed the socket, beside the usual codes. */
export const EXEC_CLOSE = {
  notAllowedAnyMore: 4001,
  idle: 4002,
  instanceEnded: 4003,
  notStarted: 4004,
} as const

/** Text frames from the platform. */
export type ExecEvent =
  | { type: 'started'; instance: string; process: string }
  | { type: 'exit'; code: number | null; signal: string | null }
  | { type: 'error'; code: string; message: string }
