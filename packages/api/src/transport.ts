/** One HTTP exchange with the platform. Node has its own (`http-transport.ts`), browsers have `fetch-transport.ts`. */
export interface TransportRequest {
  method: string
  /** With its query string. */
  path: string
  headers: Record<string, string>
  body?: string | AsyncIterable<Uint8Array> | undefined
  /** Longest silence on the connection. */
  idleTimeoutMs: number
  signal?: AbortSignal | undefined
}

/** The head of an answer; its body is read by iterating. */
export interface TransportAnswer extends AsyncIterable<Uint8Array> {
  statusCode?: number | undefined
}

export interface Transport {
  /** Resolves with the answer's head; its body is still to be read. Rejects with `ApiUnreachable`. */
  send(request: TransportRequest): Promise<TransportAnswer>
  close(): void
}
