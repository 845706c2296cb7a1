import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  CLASS,
  encodeName,
  type ResourceRecord,
  readName,
  TYPE,
  uint16,
  withAdditional,
} from './dns-message.ts'

/** Signatures of DNS messages by a shared key (RFC 8945). */
export interface TsigKey {
  name: string
  algorithm: TsigAlgorithm
  /** Base64, as `tsig-keygen` prints it. */
  secret: string
}

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number]

const FUDGE_SECONDS = 300

/** @returns the signed message, and its signature, which the answer is signed with */
export function signMessage(message: Buffer, key: TsigKey, nowMs: number): { message: Buffer; mac: Buffer } {
  const time = timeOf(nowMs)
  const mac = macOf(key, [message, variables(key, time, Buffer.alloc(0))])
  const data = Buffer.concat([
    encodeName(key.algorithm),
    time,
    uint16(FUDGE_SECONDS),
    uint16(mac.byteLength),
    mac,
    message.subarray(0, 2),
    uint16(0),
    uint16(0),
  ])
  return {
    message: withAdditional(message, {
      name: key.name,
      type: TYPE.TSIG,
      class: CLASS.ANY,
      ttlSeconds: 0,
      data,
    }),
    mac,
  }
}

/** What the server says about our signature (RFC 8945, 5.2); undefined when nothing is wrong. */
const TSIG_ERRORS: Record<number, string> = {
  16: 'its signature is wrong. Is the secret right?',
  17: 'it does not know this key. Are name and algorithm right?',
  18: 'its clock and ours are too far apart',
}

export type AnswerProof = { ok: true } | { ok: false; problem: string }

/** Whether an answer was signed with the same key, over our own signature. */
export function verifyAnswer(
  answer: Buffer,
  last: { record: ResourceRecord; at: number } | undefined,
  { key, mac }: { key: TsigKey; mac: Buffer },
): AnswerProof {
  if (last?.record.type !== TYPE.TSIG) return { ok: false, problem: 'it is not signed' }
  const tsig = readTsig(last.record.data)
  if (tsig.error !== 0) return { ok: false, problem: TSIG_ERRORS[tsig.error] ?? `TSIG error ${tsig.error}` }
  const unsigned = Buffer.from(answer.subarray(0, last.at))
  tsig.originalId.copy(unsigned, 0)
  unsigned.writeUInt16BE(unsigned.readUInt16BE(10) - 1, 10)
  const expected = macOf(key, [
    uint16(mac.byteLength),
    mac,
    unsigned,
    variables(key, tsig.time, tsig.other, tsig.fudge),
  ])
  const same = tsig.mac.byteLength === expected.byteLength && timingSafeEqual(tsig.mac, expected)
  return same ? { ok: true } : { ok: false, problem: 'its signature is wrong' }
}

function readTsig(data: Buffer) {
  const { end } = readName(data, 0)
  const macBytes = data.readUInt16BE(end + 8)
  const afterMac = end + 10 + macBytes
  return {
    time: data.subarray(end, end + 6),
    fudge: data.subarray(end + 6, end + 8),
    mac: data.subarray(end + 10, afterMac),
    originalId: data.subarray(afterMac, afterMac + 2),
    error: data.readUInt16BE(afterMac + 2),
    other: data.subarray(afterMac + 6),
  }
}

/** RFC 8945, 4.3.3. */
function variables(key: TsigKey, time: Buffer, other: Buffer, fudge = uint16(FUDGE_SECONDS)): Buffer {
  return Buffer.concat([
    encodeName(key.name),
    uint16(CLASS.ANY),
    Buffer.alloc(4),
    encodeName(key.algorithm),
    time,
    fudge,
    uint16(0),
    uint16(other.byteLength),
    other,
  ])
}

function macOf({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(algorithm.replace('hmac-', ''), Buffer.from(secret, 'base64'))
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** Seconds since 1970 in 48 bits. */
function timeOf(nowMs: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(Math.floor(nowMs / 1000), 0, 6)
  return bytes
}
