/** By the first bytes, never by the name (WHATWG MIME Sniffing, 6.1). No kind that can hold a script, such as SVG. */
const SIGNATURES: readonly { type: string; matches: (head: Buffer) => boolean }[] = [
  { type: 'image/png', matches: head => head.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')) },
  { type: 'image/jpeg', matches: head => head.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) },
  { type: 'image/gif', matches: head => /^GIF8[79]a/.test(head.toString('latin1', 0, 6)) },
  { type: 'image/webp', matches: head => /^RIFF.{4}WEBP/s.test(head.toString('latin1', 0, 12)) },
  { type: 'image/avif', matches: head => /^ftypavi[fs]/.test(head.toString('latin1', 4, 12)) },
  { type: 'image/x-icon', matches: head => head.subarray(0, 4).equals(Buffer.from('00000100', 'hex')) },
]

/** The media type of a picture that a browser can show safely; undefined for everything else. */
export function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return SIGNATURES.find(({ matches }) => matches(head))?.type
}
