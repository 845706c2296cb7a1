export { afterFile, afterTestOrFile } from './after-file.ts'
export { type BindServer, bindServer } from './bind-server.ts'
export { DnsUnderTest, type DnsUnderTestOptions } from './dns-under-test.ts'
export {
  dockerRegistry,
  FIXED_PORT_SERVER,
  REGISTRY_USER,
  type TestRegistry,
} from './docker-registry.ts'
export { freePort } from './free-port.ts'
export { type HttpBackend, httpBackend } from './http-backend.ts'
export {
  type OcspResponder,
  type OcspResponderOptions,
  type OcspState,
  ocspResponder,
} from './ocsp-responder.ts'
export { type OwnDockerEngine, type OwnDockerEngineOptions, ownDockerEngine } from './own-docker-engine.ts'
export { type PebbleOptions, PebbleServer } from './pebble-server.ts'
export { createPostgresDatabase, type PostgresDatabase, type PostgresDatabaseOptions } from './postgres.ts'
export { type RedisServer, redisServer } from './redis-server.ts'
export { runFolder } from './run-folder.ts'
export {
  type ReceivedMail,
  type SmtpServerOptions,
  type SmtpServerUnderTest,
  type SmtpTrouble,
  smtpServer,
} from './smtp-server.ts'
export { findCommand, findPostgresCommand, type SystemPartName, systemPart } from './system-part.ts'
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts'
export { testCertificate } from './test-certificate.ts'
export { type WaitForOptions, waitFor } from './wait-for.ts'
