import type { ControlPlaneConfig } from '../config.ts'

/** Settings of the edge that the control plane only hands on, by the names that the edge reads them by. */
export function edgeSettings({
  edgeWorkers,
  edgeTlsMinVersion,
  geoipFile,
  edgeConnectionsPerAddress,
  edgeMinBodyBytesPerSecond,
  edgeRedisUrl,
}: ControlPlaneConfig): Record<string, string> {
  return {
    SEAWORTHY_EDGE_TLS_MIN_VERSION: edgeTlsMinVersion,
    SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS: String(edgeConnectionsPerAddress),
    SEAWORTHY_EDGE_MIN_BODY_BYTES_PER_SECOND: String(edgeMinBodyBytesPerSecond),
    ...(edgeRedisUrl === undefined ? {} : { SEAWORTHY_EDGE_REDIS_URL: edgeRedisUrl }),
    ...(geoipFile === undefined ? {} : { SEAWORTHY_GEOIP_FILE: geoipFile }),
    ...(edgeWorkers > 0 ? { SEAWORTHY_EDGE_WORKERS: String(edgeWorkers) } : {}),
  }
}
