import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { AppError } from '@seaworthy/kit'
import { certificateErrors } from '../errors.ts'
import { type AddressGuard, guardedLookup, requireReachable } from '../net/address-guard.ts'
import type { DnsDriver, TextRecord } from './dns-driver.ts'
import { CLASS, encodeText, type ResourceRecord, readAnswer, TYPE, updateMessage } from './dns-message.ts'
import { signMessage, type TsigKey, verifyAnswer } from './tsig.ts'

export interface Rfc2136Options extends AddressGuard {
  server: string
  port?: number
  /** The zone that the server holds: `example.com`. */
  zone: string
  key: TsigKey
  timeoutMs?: number
}

const PORT = 53
const TIMEOUT_MS = 10_000
const TTL_SECONDS = 60
/** RFC 1035, 4.1.1, and RFC 2136, 2.2. */
const RESPONSE_CODES: Record<number, string> = {
  1: 'it did not understand the message',
  2: 'it failed inside',
  4: 'it takes no updates',
  5: 'not allowed',
  6: 'a name exists that should not',
  8: 'a record is missing that should exist',
  9: 'it is not in charge of this zone, or does not know the key',
  10: 'the name is outside of the zone',
}

/** Dynamic updates of a zone, signed with TSIG (RFC 2136, RFC 8945), over TCP. BIND, Knot and PowerDNS take them. */
export function rfc2136Driver(options: Rfc2136Options): DnsDriver {
  const change = (
    record: TextRecord,
    update: Pick<ResourceRecord, 'class' | 'ttlSeconds'>,
    signal?: AbortSignal,
  ) =>
    sendUpdate(
      options,
      { name: record.name, type: TYPE.TXT, data: encodeText(record.value), ...update },
      signal,
    )
  return {
    kind: 'rfc2136',
    addText: (record, signal) => change(record, { class: CLASS.IN, ttlSeconds: TTL_SECONDS }, signal),
    // RFC 2136, 2.5.4: exactly this record, if it is there.
    removeText: (record, signal) => change(record, { class: CLASS.NONE, ttlSeconds: 0 }, signal),
  }
}

async function sendUpdate(
  options: Rfc2136Options,
  update: ResourceRecord,
  signal?: AbortSignal,
): Promise<void> {
  const id = randomInt(0x10000)
  const unsigned = updateMessage({ id, zone: options.zone, updates: [update] })
  const { message, mac } = signMessage(unsigned, options.key, Date.now())
  const answer = await ask(options, message, signal)
  requireTaken(options, { id, mac, name: update.name }, answer)
}

function requireTaken(
  { server, key }: Rfc2136Options,
  { id, mac, name }: { id: number; mac: Buffer; name: string },
  answer: Buffer,
): void {
  const read = readOrRefuse(server, answer)
  const proof = verifyAnswer(answer, read.last, { key, mac })
  const refused = (problem: string) => certificateErrors.dns_update_refused({ server, name, problem })
  // A server that does not know the key cannot sign its refusal.
  if (read.responseCode !== 0 && !proof.ok && read.last) throw refused(proof.problem)
  if (read.responseCode !== 0) throw refused(RESPONSE_CODES[read.responseCode] ?? `code ${read.responseCode}`)
  if (!proof.ok) throw certificateErrors.dns_answer_invalid({ server, problem: proof.problem })
  if (read.id !== id)
    throw certificateErrors.dns_answer_invalid({ server, problem: 'it answers something else' })
}

function readOrRefuse(server: string, answer: Buffer) {
  try {
    return readAnswer(answer)
  } catch (cause) {
    throw certificateErrors.dns_answer_invalid({ server, problem: 'it is no DNS message' }, { cause })
  }
}

/** DNS over TCP: each message after its length in two bytes (RFC 7766, 8). */
async function ask(options: Rfc2136Options, message: Buffer, signal?: AbortSignal): Promise<Buffer> {
  const { server } = options
  signal?.throwIfAborted()
  requireReachable(server, options)
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  const ends = signal ? AbortSignal.any([signal, limit]) : limit
  const socket = connect({ host: server, port: options.port ?? PORT, lookup: guardedLookup(options) })
  const abort = () => socket.destroy(limit.aborted ? new Error('no answer in time') : new Error('given up'))
  ends.addEventListener('abort', abort, { once: true })
  try {
    await once(socket, 'connect')
    const head = Buffer.alloc(2)
    head.writeUInt16BE(message.byteLength)
    socket.write(Buffer.concat([head, message]))
    return await readMessage(socket)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const { code, message: text } = cause as NodeJS.ErrnoException
    throw certificateErrors.dns_server_unreachable({ server, problem: code ?? text }, { cause })
  } finally {
    ends.removeEventListener('abort', abort)
    socket.destroy()
  }
}

async function readMessage(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk])
    if (received.byteLength < 2) continue
    const length = received.readUInt16BE(0)
    if (received.byteLength >= length + 2) return received.subarray(2, length + 2)
  }
  throw new Error('the connection ended before the answer')
}
