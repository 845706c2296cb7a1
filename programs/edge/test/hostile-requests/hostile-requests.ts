/**
 * Requests that are malformed, ambiguous or out to deceive, and what must become of each. What the parser's own tests
 * hold (`proxy/refused-requests.test.ts`) is not repeated here: these are the ways in which edges and servers were
 * led to disagree (CWE-444; the desync research of 2019 to 2024), sent to the edge in front of a naive server.
 */
export interface HostileRequest {
  name: string
  /** As a client sends it, latin1. */
  bytes: string
  /** The first status that the client may see; `none`: the connection just ends. */
  answer: RegExp
  /** What the server may get of it: nothing, or exactly so many requests, by their request lines. */
  reaches: string[]
  /** Must be in none of the bytes that reach the server. */
  never?: RegExp
}

const HOST = 'Host: shop.localhost\r\n'
const REFUSED = /^HTTP\/1\.1 4\d\d /
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`

/** Everything after the head must never be taken for a request of its own. */
function smuggling(name: string, headers: string, body: string): HostileRequest {
  return {
    name,
    bytes: `POST /outer HTTP/1.1\r\n${HOST}${headers}\r\n${body}`,
    answer: REFUSED,
    reaches: [],
    never: /smuggled/,
  }
}

/** A head that is refused before anything reaches the server. */
function refused(name: string, bytes: string): HostileRequest {
  return { name, bytes, answer: REFUSED, reaches: [] }
}

const CHUNKED_END = '0\r\n\r\n'

export const HOSTILE_REQUESTS: HostileRequest[] = [
  // Framing: two lengths, two codings, or one that programs read differently.
  smuggling(
    'Content-Length before Transfer-Encoding',
    'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n',
    `${CHUNKED_END}G${SMUGGLED}`,
  ),
  smuggling(
    'Transfer-Encoding before Content-Length',
    'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
    `5c\r\n${SMUGGLED}\r\n${CHUNKED_END}`,
  ),
  smuggling(
    'a Content-Length of 0 beside chunks',
    'Content-Length: 0\r\nTransfer-Encoding: chunked\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling(
    'two codings in two fields',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling('identity after chunked', 'Transfer-Encoding: chunked, identity\r\n', CHUNKED_END + SMUGGLED),
  smuggling('a quoted coding', 'Transfer-Encoding: "chunked"\r\n', CHUNKED_END + SMUGGLED),
  smuggling('a coding with a vertical tab', 'Transfer-Encoding: \x0bchunked\r\n', CHUNKED_END + SMUGGLED),
  smuggling('a coding with a parameter', 'Transfer-Encoding: chunked;a=b\r\n', CHUNKED_END + SMUGGLED),
  smuggling(
    'a coding hidden by a space before the colon',
    'Transfer-Encoding : chunked\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling('a coding hidden by a leading space', ' Transfer-Encoding: chunked\r\n', CHUNKED_END + SMUGGLED),
  smuggling(
    'a coding hidden behind a folded line',
    'X: a\r\n\tTransfer-Encoding: chunked\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling(
    'a coding hidden behind a bare CR',
    'X: a\rTransfer-Encoding: chunked\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling(
    'a coding hidden behind a bare LF',
    'X: a\nTransfer-Encoding: chunked\r\n',
    CHUNKED_END + SMUGGLED,
  ),
  smuggling('a NUL in the name', 'Transfer-Encoding\0: chunked\r\n', CHUNKED_END + SMUGGLED),
  smuggling('a NUL in the value', 'Transfer-Encoding: chunked\0\r\n', CHUNKED_END + SMUGGLED),
  smuggling('lengths with a comma', 'Content-Length: 0, 44\r\n', SMUGGLED),
  smuggling('two lengths that differ', 'Content-Length: 0\r\nContent-Length: 44\r\n', SMUGGLED),
  smuggling('two lengths that are the same', 'Content-Length: 44\r\nContent-Length: 44\r\n', SMUGGLED),
  smuggling('a negative length', 'Content-Length: -1\r\n', SMUGGLED),
  smuggling('a length with a plus', 'Content-Length: +44\r\n', SMUGGLED),
  smuggling('a length with an underscore', 'Content-Length: 4_4\r\n', SMUGGLED),
  smuggling('a length in hexadecimal', 'Content-Length: 0x2c\r\n', SMUGGLED),
  smuggling('a length that overflows 64 bits', 'Content-Length: 18446744073709551660\r\n', SMUGGLED),
  smuggling('an empty length', 'Content-Length:\r\n', SMUGGLED),
  smuggling('a length in other digits', 'Content-Length: \xb2\xb2\r\n', SMUGGLED),
  {
    name: 'chunks in HTTP/1.0',
    bytes: `POST /outer HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${CHUNKED_END}${SMUGGLED}`,
    answer: REFUSED,
    reaches: [],
    never: /smuggled/,
  },
  refused('a name with a slash', `GET / HTTP/1.1\r\n${HOST}X/Y: z\r\n\r\n`),
  refused('an empty name', `GET / HTTP/1.1\r\n${HOST}: z\r\n\r\n`),
  refused('a line without a colon', `GET / HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`),
  refused('a first header with a space before it', `GET / HTTP/1.1\r\n X: y\r\n${HOST}\r\n`),

  // Request lines and targets.
  refused('two spaces in the request line', `GET  / HTTP/1.1\r\n${HOST}\r\n`),
  refused('a tab in the request line', `GET\t/\tHTTP/1.1\r\n${HOST}\r\n`),
  refused('HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`),
  refused('HTTP/1.10', `GET / HTTP/1.10\r\n${HOST}\r\n`),
  refused('a protocol in small letters', `GET / http/1.1\r\n${HOST}\r\n`),
  refused('a method with a NUL', `GE\0T / HTTP/1.1\r\n${HOST}\r\n`),
  refused('a target with a NUL', `GET /\0 HTTP/1.1\r\n${HOST}\r\n`),
  refused('a target with bytes beyond ASCII', `GET /\xff HTTP/1.1\r\n${HOST}\r\n`),
  refused('an authority as a target', `GET shop.localhost:80 HTTP/1.1\r\n${HOST}\r\n`),
  refused('another scheme as a target', `GET ftp://shop.localhost/ HTTP/1.1\r\n${HOST}\r\n`),
  refused('an absolute target with a backslash', `GET http://shop.localhost\\@evil/ HTTP/1.1\r\n${HOST}\r\n`),
  refused('an absolute target of another host', `GET http://evil.example/ HTTP/1.1\r\n${HOST}\r\n`),
  refused('an asterisk for anything but OPTIONS', `GET * HTTP/1.1\r\n${HOST}\r\n`),
  refused('CONNECT to elsewhere', `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`),
  refused('TRACE', `TRACE / HTTP/1.1\r\n${HOST}Cookie: secret\r\n\r\n`),
  refused('TRACK', `TRACK / HTTP/1.1\r\n${HOST}\r\n`),

  // Host.
  refused('a Host with a comma', 'GET / HTTP/1.1\r\nHost: shop.localhost, evil.example\r\n\r\n'),
  refused('a Host in two spellings', `GET / HTTP/1.1\r\n${HOST}hOST: evil.example\r\n\r\n`),
  refused('a Host with a space before the colon', 'GET / HTTP/1.1\r\nHost : shop.localhost\r\n\r\n'),
  refused('a Host with a port that is none', 'GET / HTTP/1.1\r\nHost: shop.localhost:80a\r\n\r\n'),
  refused('a Host with a tab', 'GET / HTTP/1.1\r\nHost: shop.localhost\tevil\r\n\r\n'),
  refused('a Host with a quote', 'GET / HTTP/1.1\r\nHost: shop.localhost";x="\r\n\r\n'),
  refused('an unknown Host', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'),
  refused(
    'an unknown Host, and a known one as X-Forwarded-Host',
    'GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: shop.localhost\r\n\r\n',
  ),

  // Sizes.
  refused('a name that is too long', `GET / HTTP/1.1\r\n${HOST}${'X'.repeat(40_000)}: y\r\n\r\n`),
  refused('a cookie that is too long', `GET / HTTP/1.1\r\n${HOST}Cookie: ${'a=b; '.repeat(10_000)}\r\n\r\n`),
  refused('thousands of headers', `GET / HTTP/1.1\r\n${HOST}${'A:\r\n'.repeat(5_000)}\r\n`),
  refused('a method that is too long', `${'G'.repeat(70_000)} / HTTP/1.1\r\n${HOST}\r\n`),

  // What is right as far as it goes: it must arrive as it is, and nothing more.
  {
    name: 'an unknown protocol to upgrade to is not switched to',
    bytes: `GET /up HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: nonsense\r\n\r\n`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /up HTTP/1.1'],
    never: /nonsense|upgrade/i,
  },
  {
    name: 'h2c is not switched to',
    bytes: `GET /h2c HTTP/1.1\r\n${HOST}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /h2c HTTP/1.1'],
    never: /h2c\r|settings/i,
  },
  {
    name: 'a WebSocket with a body that hides a request',
    bytes: `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /ws HTTP/1.1'],
  },
  {
    name: 'Connection names what must not be lost',
    bytes: `POST /nominated HTTP/1.1\r\n${HOST}Connection: close, Content-Length, Host, Cookie, X-Forwarded-For\r\nCookie: a=b\r\nContent-Length: 2\r\n\r\nhi`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['POST /nominated HTTP/1.1'],
  },
  {
    name: 'a body that looks like requests, by its length',
    bytes: `POST /by-length HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['POST /by-length HTTP/1.1'],
  },
  {
    name: 'a body that looks like requests, in chunks with extensions and trailers',
    bytes: `POST /in-chunks HTTP/1.1\r\n${HOST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${SMUGGLED.length.toString(16)};a=b;c="d"\r\n${SMUGGLED}\r\n0\r\nX-Trailer: GET /smuggled HTTP/1.1\r\nContent-Length: 9\r\n\r\n`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['POST /in-chunks HTTP/1.1'],
    never: /a=b|X-Trailer|Content-Length: 9/,
  },
  {
    name: 'a forwarded address in every spelling',
    bytes: `GET /forwarded HTTP/1.1\r\n${HOST}Connection: close\r\nX-Forwarded-For: 6.6.6.6\r\nx_forwarded-for: 6.6.6.6\r\nForwarded: for=6.6.6.6;host=evil\r\nX-Real_IP: 6.6.6.6\r\nX-Forwarded-Prefix: /evil\r\n\r\n`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /forwarded HTTP/1.1'],
    never: /6\.6\.6\.6|evil/,
  },
  {
    name: 'requests in a row arrive one by one',
    bytes: `GET /first HTTP/1.1\r\n${HOST}\r\nGET /second HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answer: /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 200 /,
    reaches: ['GET /first HTTP/1.1', 'GET /second HTTP/1.1'],
  },
  {
    name: 'what follows a malformed request is not read',
    bytes: `GET /good HTTP/1.1\r\n${HOST}\r\nGET /bad HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n${SMUGGLED}`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /good HTTP/1.1'],
    never: /smuggled|\/bad/,
  },
  {
    name: 'what follows a request that closes is not read',
    bytes: `GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n${SMUGGLED}`,
    answer: /^HTTP\/1\.1 200 /,
    reaches: ['GET /last HTTP/1.1'],
    never: /smuggled/,
  },
]
