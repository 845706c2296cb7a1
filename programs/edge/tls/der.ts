/** The few shapes of DER (X.690) that a certificate is made of. */

export function sequence(...items: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(items))
}

export function set(...items: Buffer[]): Buffer {
  return element(0x31, Buffer.concat(items))
}

/** A positive number from big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  return element(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** @param dotted such as `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text))
}

/** UTCTime for years before 2050, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[^\dZ]/g, '')
  return digits < '2050' ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

export function bitString(bytes: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}

export function octetString(bytes: Buffer): Buffer {
  return element(0x04, bytes)
}

/** `[number]`, explicit. */
export function tagged(number: number, content: Buffer): Buffer {
  return element(0xa0 + number, content)
}

/** `[number]` in place of the type's own tag, for texts. */
export function implicitText(number: number, text: string): Buffer {
  return element(0x80 + number, Buffer.from(text, 'latin1'))
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content])
}

function length(bytes: number): number[] {
  if (bytes < 0x80) return [bytes]
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff]
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift(0x80 | (rest & 0x7f))
  return digits
}
