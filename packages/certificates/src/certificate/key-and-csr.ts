import { createHash, createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto'

/** A new key for a certificate, PEM. P-256: what every client takes, and quick to sign with. */
export function createCertificateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

/** A request for a certificate of these names (RFC 2986), DER. */
export async function createCsr(keyPem: string, names: readonly string[]): Promise<Uint8Array> {
  const x509 = await library()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: await webKeys(keyPem),
    signingAlgorithm: SIGNING,
    extensions: [new x509.SubjectAlternativeNameExtension(names.map(value => ({ type: 'dns', value })))],
  })
  return new Uint8Array(request.rawData)
}

/** RFC 8737, 3. */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31'
const DAY_MS = 86_400_000

/** The certificate that answers a TLS-ALPN-01 challenge: key and certificate as one PEM. */
export async function alpnCertificate(host: string, keyAuthorization: string): Promise<string> {
  const x509 = await library()
  const key = createCertificateKey()
  const digest = createHash('sha256').update(keyAuthorization).digest()
  const octets = Buffer.concat([Buffer.from([0x04, digest.byteLength]), digest])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    keys: await webKeys(key),
    signingAlgorithm: SIGNING,
    name: 'CN=ACME challenge',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 7 * DAY_MS),
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      new x509.Extension(ACME_IDENTIFIER, true, octets),
    ],
  })
  return `${key.trim()}\n${certificate.toString('pem').trim()}\n`
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }

async function webKeys(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const jwk = createPrivateKey(keyPem).export({ format: 'jwk' })
  const { subtle } = webcrypto
  const privateKey = await subtle.importKey('jwk', jwk, CURVE, true, ['sign'])
  const { d: _, ...open } = jwk
  const publicKey = await subtle.importKey('jwk', open, CURVE, true, ['verify'])
  return { privateKey, publicKey }
}

/** Loaded when needed: an idle platform makes no certificates. */
function library() {
  return import('@peculiar/x509')
}
