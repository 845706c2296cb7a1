/** Server-sent events, as the WHATWG HTML standard frames them (section 9.2). */
export interface ServerSentEvent {
  id: string | undefined
  event: string
  data: string
}

/** Yields each event, and undefined for a comment (the server's heartbeat). */
export async function* parseEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<ServerSentEvent | undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    // A carriage return at the end may be half of a line break, so it waits for the next chunk.
    const frames = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n\r\n|\n\n/)
    rest = frames.pop()!
    for (const frame of frames) yield parseFrame(frame)
  }
}

function parseFrame(frame: string): ServerSentEvent | undefined {
  const found: { id?: string; event?: string; data: string[] } = { data: [] }
  for (const line of frame.split(/\r?\n/)) readField(line, found)
  if (found.data.length === 0) return undefined
  return { id: found.id, event: found.event ?? 'message', data: found.data.join('\n') }
}

function readField(line: string, found: { id?: string; event?: string; data: string[] }): void {
  const match = /^([a-z]+):? ?(.*)$/s.exec(line)
  if (!match) return
  const [, name, value] = match as unknown as [string, string, string]
  if (name === 'data') found.data.push(value)
  else if (name === 'id' || name === 'event') found[name] = value
}
