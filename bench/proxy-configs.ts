/**
 * nginx, HAProxy and Caddy set up for the same work as our edge: two threads, keep-alive both ways, the same forwarded
 * headers, a request id in both directions, an access log in JSON, security headers; nginx and HAProxy also count
 * requests a minute and concurrent ones by client, for which Caddy has no module of its own.
 */
import { tableRules } from '@seaworthy/routes/settings'

/** What an app's answers carry when it says nothing. */
const SECURITY_HEADERS = tableRules({}).headers!.defaults

/** A backend that is never the bottleneck: nginx answering from memory. */
export function backendConfig({ folder, port }: { folder: string; port: number }): string {
  return nginx(folder, 'backend', [
    'access_log off;',
    `server { listen 127.0.0.1:${port} reuseport; keepalive_requests 100000000;`,
    'location / { default_type text/plain; return 200 "hello from a small app, with a small body\\n"; } }',
  ])
}

/** PEM files. With them a proxy speaks TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2, and resumes sessions by tickets. */
export interface TlsFiles {
  cert: string
  key: string
}

export interface ProxyOptions {
  folder: string
  port: number
  backendPort: number
  tls?: TlsFiles
}

export function nginxProxyConfig({ folder, port, backendPort, tls }: ProxyOptions): string {
  return nginx(folder, 'proxy', [
    'log_format json escape=json \'{"time":"$time_iso8601","id":"$request_id","ip":"$remote_addr",' +
      '"method":"$request_method","host":"$host","path":"$uri","status":$status,"bytesIn":$request_length,' +
      '"bytesOut":$body_bytes_sent,"ms":$request_time,"headMs":"$upstream_header_time","agent":"$http_user_agent"}\';',
    `access_log ${folder}/nginx-access.log json buffer=64k flush=500ms;`,
    'limit_req_zone $binary_remote_addr zone=rate:10m rate=1000000r/s;',
    'limit_conn_zone $binary_remote_addr zone=open:10m;',
    `upstream app { server 127.0.0.1:${backendPort}; keepalive 128; keepalive_requests 100000000; }`,
    `server { listen 127.0.0.1:${port} reuseport${tls ? ' ssl http2' : ''}; keepalive_requests 100000000;`,
    ...(tls ? nginxTls(tls) : []),
    'limit_req zone=rate burst=1000000 nodelay; limit_conn open 60000;',
    ...SECURITY_HEADERS.map(([name, value]) => `add_header ${name} "${value}";`),
    'location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";',
    'proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;',
    'proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;',
    'proxy_set_header Forwarded "for=$remote_addr;proto=$scheme;host=\\"$http_host\\"";',
    'proxy_set_header X-Request-Id $request_id; } add_header X-Request-Id $request_id; }',
  ])
}

function nginxTls({ cert, key }: TlsFiles): string[] {
  return [
    `ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;`,
    'ssl_prefer_server_ciphers off; ssl_ecdh_curve X25519:prime256v1; ssl_session_timeout 1d; ssl_session_tickets on;',
  ]
}

export function caddyConfig({ folder, port, backendPort, tls }: ProxyOptions): string {
  return `{
  admin off
  auto_https off
${tls ? '  default_sni localhost\n' : ''}  log default {
    output discard
  }
}
${tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`} {
${tls ? `  tls ${tls.cert} ${tls.key}\n` : ''}  log {
    output file ${folder}/caddy-access.log
    format json
  }
  header X-Request-Id {http.request.uuid}
${SECURITY_HEADERS.map(([name, value]) => `  header ${name} "${value}"`).join('\n')}
  reverse_proxy 127.0.0.1:${backendPort} {
    header_up X-Request-Id {http.request.uuid}
    header_up X-Real-IP {remote_host}
    header_up X-Forwarded-Port ${port}
    header_up Forwarded "for={remote_host};proto=${tls ? 'https' : 'http'};host={host}"
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`
}

/** Its log goes to standard output: HAProxy writes no files. */
export function haproxyConfig({ port, backendPort }: Omit<ProxyOptions, 'folder' | 'tls'>): string {
  const log =
    '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S)]","id":"%ID","ip":"%ci","method":"%HM","host":"%[capture.req.hdr(0),json(utf8s)]",' +
    '"path":"%HPO","status":%ST,"bytesIn":%U,"bytesOut":%B,"ms":%Ta,"headMs":%Tr,"agent":"%[capture.req.hdr(1),json(utf8s)]"}'
  return `global
  nbthread 2
  maxconn 8000
  log stdout format raw local0
defaults
  mode http
  log global
  timeout client 60s
  timeout connect 5s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  unique-id-format %[rand(4294967295),hex]%[rand(4294967295),hex]
  unique-id-header X-Request-Id
  stick-table type ip size 100k expire 2m store http_req_rate(60s),conn_cur
  http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1000000000 } or { sc_conn_cur(0) gt 7000 }
  http-request capture req.hdr(host) len 100
  http-request capture req.hdr(user-agent) len 200
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port ${port}
  http-request set-header Forwarded "for=%[src];proto=http;host="%[req.hdr(host)]""
  http-response set-header X-Request-Id %[unique-id]
${SECURITY_HEADERS.map(([name, value]) => `  http-response set-header ${name} "${value}"`).join('\n')}
  log-format '${log}'
  default_backend app
backend app
  server app 127.0.0.1:${backendPort}
`
}

/** nginx giving out a folder, or passing another server's large bodies on, with an access log as the edge has. */
export function nginxFilesConfig(options: {
  folder: string
  name: string
  port: number
  root: string
}): string {
  const { folder, name, port, root } = options
  return nginx(folder, name, [
    ...TYPES,
    accessLog(folder, name),
    `server { listen 127.0.0.1:${port} reuseport; keepalive_requests 100000000; root ${root}; sendfile on; tcp_nopush on; }`,
  ])
}

/** nginx answering out of its own cache, with the same log and the same headers. */
export function nginxCacheConfig(options: { folder: string; port: number; backendPort: number }): string {
  const { folder, port, backendPort } = options
  return nginx(folder, 'cache', [
    accessLog(folder, 'cache'),
    `proxy_cache_path ${folder}/cache levels=1:2 keys_zone=answers:10m max_size=64m;`,
    `upstream app { server 127.0.0.1:${backendPort}; keepalive 8; }`,
    `server { listen 127.0.0.1:${port} reuseport; keepalive_requests 100000000;`,
    ...SECURITY_HEADERS.map(([name, value]) => `add_header ${name} "${value}";`),
    'add_header X-Request-Id $request_id; add_header Cache-Status $upstream_cache_status;',
    'location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";',
    'proxy_cache answers; proxy_cache_valid 200 1h; } }',
  ])
}

/** What a slow client has not read stays in memory, as with the edge, and not in a file. */
export function nginxLargeBodyConfig(options: { folder: string; port: number; backendPort: number }): string {
  const { folder, port, backendPort } = options
  return nginx(folder, 'large', [
    accessLog(folder, 'large'),
    `upstream app { server 127.0.0.1:${backendPort}; keepalive 8; }`,
    `server { listen 127.0.0.1:${port} reuseport; proxy_max_temp_file_size 0;`,
    'location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; } }',
  ])
}

const TYPES = ['types { text/html html; application/octet-stream bin; }', 'etag on;']

function accessLog(folder: string, name: string): string {
  return `access_log ${folder}/${name}-access.log combined buffer=64k flush=500ms;`
}

function nginx(folder: string, name: string, http: string[]): string {
  return [
    `worker_processes 2; daemon off; pid ${folder}/${name}.pid; error_log ${folder}/${name}-error.log;`,
    'events { worker_connections 4096; }',
    `http { client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;`,
    `fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u; scgi_temp_path ${folder}/${name}-s;`,
    ...http,
    '}',
  ].join('\n')
}
