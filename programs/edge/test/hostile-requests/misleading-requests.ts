/** Requests that a server may get: they arrive as what they are, and what would mislead it stays behind. */
import { HOST, type HostileRequest, passing, SMUGGLED, withHeaders } from './hostile-request.ts'

const CLOSE = 'Connection: close\r\n'
const WEBSOCKET = `${HOST}Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`
const SIZE = SMUGGLED.length.toString(16)

export const MISLEADING_REQUESTS: HostileRequest[] = [
  {
    name: 'an unknown protocol to upgrade to is not switched to',
    bytes: `GET /up HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: nonsense\r\n\r\n`,
    answers: '2xx',
    reaches: ['GET /up HTTP/1.1'],
    never: /nonsense|upgrade/i,
  },
  {
    name: 'h2c is not switched to',
    bytes: `GET /h2c HTTP/1.1\r\n${HOST}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    answers: '2xx',
    reaches: ['GET /h2c HTTP/1.1'],
    never: /h2c\r|settings/i,
  },
  {
    name: 'a WebSocket with a body that hides a request',
    bytes: `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    answers: '2xx',
    reaches: [`GET /ws HTTP/1.1 ${SMUGGLED}`],
  },
  {
    name: 'Connection names what must not be lost',
    bytes: `POST /nominated HTTP/1.1\r\n${HOST}Connection: close, Content-Length, Host, Cookie, X-Forwarded-For\r\nCookie: a=b\r\nContent-Length: 2\r\n\r\nhi`,
    answers: '2xx',
    reaches: ['POST /nominated HTTP/1.1 hi'],
  },
  {
    name: 'a body that looks like requests, by its length',
    bytes: `POST /by-length HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    answers: '2xx',
    reaches: [`POST /by-length HTTP/1.1 ${SMUGGLED}`],
  },
  {
    name: 'a forwarded address in every spelling',
    bytes: `GET /forwarded HTTP/1.1\r\n${HOST}Connection: close\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nx_forwarded-for: 6.6.6.6\r\nForwarded: for=6.6.6.6;host=evil\r\nX-Real_IP: 6.6.6.6\r\nX-Forwarded-Prefix: /evil\r\n\r\n`,
    answers: '2xx',
    reaches: ['GET /forwarded HTTP/1.1'],
    never: /6\.6\.6\.6|evil/,
  },
  {
    name: 'requests in a row arrive one by one',
    bytes: `GET /first HTTP/1.1\r\n${HOST}\r\nGET /second HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: '2xx 2xx',
    reaches: ['GET /first HTTP/1.1', 'GET /second HTTP/1.1'],
  },
  {
    name: 'what follows a malformed request is not read',
    bytes: `GET /good HTTP/1.1\r\n${HOST}\r\nGET /bad HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n${SMUGGLED}`,
    answers: '2xx',
    reaches: ['GET /good HTTP/1.1'],
    never: /smuggled|\/bad/,
  },
  {
    name: 'what follows a request that closes is not read',
    bytes: `GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n${SMUGGLED}`,
    answers: '2xx',
    reaches: ['GET /last HTTP/1.1'],
    never: /smuggled/,
  },
  passing(
    'a body that looks like requests, in chunks with extensions and a trailer',
    `POST /in-chunks HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n${SIZE};a=b;c="d"\r\n${SMUGGLED}\r\n0\r\nX-Trailer: GET /smuggled HTTP/1.1\r\n\r\n`,
    `POST /in-chunks HTTP/1.1 ${SMUGGLED}`,
  ),
  passing(
    'chunks in other letters, with zeros in front of their sizes',
    `POST /zeros HTTP/1.1\r\n${HOST}${CLOSE}tRANSFER-eNCODING:\tChunked \r\n\r\n000${SIZE.toUpperCase()}\r\n${SMUGGLED}\r\n000\r\n\r\n`,
    `POST /zeros HTTP/1.1 ${SMUGGLED}`,
  ),
  passing(
    'a body of a GET',
    `GET /with-body HTTP/1.1\r\n${HOST}${CLOSE}Content-Length:  ${SMUGGLED.length} \r\n\r\n${SMUGGLED}`,
    `GET /with-body HTTP/1.1 ${SMUGGLED}`,
  ),
  passing(
    'a chunked body of a GET',
    `GET /with-chunks HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n${SIZE}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    `GET /with-chunks HTTP/1.1 ${SMUGGLED}`,
  ),
  passing(
    'a body behind which another request stands',
    `POST /one HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhiPOST /two HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n2\r\nho\r\n0\r\n\r\n`,
    'POST /one HTTP/1.1 hi',
    'POST /two HTTP/1.1 ho',
  ),
  {
    ...passing(
      'a body that is not asked for and not waited for',
      `POST /expects HTTP/1.1\r\n${HOST}${CLOSE}Expect: 100-continue\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
      `POST /expects HTTP/1.1 ${SMUGGLED}`,
    ),
    answers: '1xx 2xx',
  },
  passing(
    'line ends before the request',
    `\r\n\r\nGET /late HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    'GET /late HTTP/1.1',
  ),
  passing('two spaces in the request line', `GET  /two HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 'GET /two HTTP/1.1'),
  passing(
    'a path that means something to others',
    `GET //evil.example/%2e%2e/%0d%0aX:%20y/..;/a\\b?http://x HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    'GET //evil.example/%2e%2e/%0d%0aX:%20y/..;/a\\b?http://x HTTP/1.1',
  ),
  passing(
    'an absolute target',
    `GET HTTP://SHOP.localhost:80/abs HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    'GET /abs HTTP/1.1',
  ),
  passing(
    'an absolute target without a path',
    `GET http://shop.localhost?a HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    'GET /?a HTTP/1.1',
  ),
  passing(
    'a Host in other letters, with a dot and a port',
    `GET /host HTTP/1.1\r\nHost: SHOP.localhost.:80\r\n${CLOSE}\r\n`,
    'GET /host HTTP/1.1',
  ),
  passing('OPTIONS of the server', `OPTIONS * HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 'OPTIONS * HTTP/1.1'),
  passing('HTTP/1.0', `GET /old HTTP/1.0\r\n${HOST}\r\n${SMUGGLED}`, 'GET /old HTTP/1.1'),
  {
    ...passing(
      'requests behind a WebSocket that the server does not take',
      `GET /chat HTTP/1.1\r\n${WEBSOCKET}Upgrade: websocket\r\nSec-WebSocket-Version: 777\r\n\r\n${SMUGGLED}`,
      'GET /chat HTTP/1.1',
    ),
    never: /smuggled/,
  },
  {
    ...passing(
      'a WebSocket and more',
      `GET /more HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket, h2c\r\n\r\n`,
      'GET /more HTTP/1.1',
    ),
    never: /^upgrade:|, h2c/im,
  },
  {
    ...passing(
      'a WebSocket behind a request that is not answered yet',
      `GET /first HTTP/1.1\r\n${HOST}\r\nGET /socket HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      'GET /first HTTP/1.1',
      'GET /socket HTTP/1.1',
    ),
    never: /^upgrade:|websocket/im,
  },
  {
    name: 'a WebSocket behind a request that is refused',
    bytes: `GET /a#b HTTP/1.1\r\n${HOST}\r\nGET /socket HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    answers: '4xx',
    reaches: [],
    never: /socket/,
  },
  withHeaders('TLS in the middle', 'Upgrade: TLS/1.3\r\nConnection: Upgrade\r\n', /^upgrade:|TLS\/1/im),
  withHeaders(
    'hop-by-hop fields',
    'TE: trailers\r\nTrailer: X-A\r\nKeep-Alive: timeout=9\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\n',
    /^(?:te|trailer|keep-alive|proxy-[a-z]+):/im,
  ),
  withHeaders(
    'fields that Connection takes away, and those that it must not',
    'Connection: X-Secret, X-Forwarded-For, X-Request-Id, Forwarded, Host\r\nX-Secret: a\r\n',
    /x-secret/i,
  ),
  withHeaders(
    'framing in names that frameworks take for it',
    'Content_Length: 5\r\nTransfer_Encoding: chunked\r\n',
    /content_length|transfer_encoding/i,
  ),
  withHeaders(
    'another path than the one that was asked',
    'X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX_Original_URL: /admin\r\n',
    /admin/,
  ),
  withHeaders(
    'an address by another name',
    'X-Client-IP: 6.6.6.6\r\nX-Cluster-Client-Ip: 6.6.6.6\r\nX-Original-Forwarded-For: 6.6.6.6\r\n',
    /6\.6\.6\.6/,
  ),
  withHeaders('a proxy for programs run by CGI', 'Proxy: http://evil.example/\r\n', /evil/),
  withHeaders('a request id of its own', 'X-Request-Id: forged\r\nX_Request_ID: forged\r\n', /forged/),
]
