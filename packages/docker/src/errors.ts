import { AppError, defineErrors } from '@seaworthy/kit'

/** What the Docker engine could not do, in words for the person who deployed. */
export const dockerErrors = defineErrors({
  docker_host_invalid: {
    status: 422,
    message:
      'DOCKER_HOST is {host}, which is not an address that Seaworthy can use. Give unix:///path/to/docker.sock, tcp://host:port or https://host:port; for ssh, forward the socket and name the forwarded one.',
  },
  docker_certificates_missing: {
    status: 422,
    message:
      'The certificates for the Docker engine could not be read from {folder}. Set DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem.',
  },
  docker_unreachable: {
    status: 503,
    message:
      'No Docker engine answers at {host}. Start it (on Debian: systemctl start docker), or set DOCKER_HOST to where it listens.',
  },
  docker_too_old: {
    status: 503,
    message:
      'The Docker engine at {host} speaks API {version}; Seaworthy needs {needed} or newer (Docker 20.10). Upgrade the engine.',
  },
  docker_not_linux: {
    status: 503,
    message: 'The Docker engine at {host} runs {system} images. Seaworthy needs one that runs Linux images.',
  },
  docker_object_foreign: {
    status: 409,
    message:
      'The {kind} {name} of the Docker engine was not made by this platform, so it is left alone. Rename or remove it yourself if it is in the way.',
  },
  docker_failed: {
    status: 502,
    message: 'The Docker engine could not {what}: {reason}',
  },
  image_reference_invalid: {
    status: 422,
    message:
      '{reference} is not the name of an image. Write it as name:tag or host/name:tag, for example nginx:1.27 or registry.example.com/shop:v3.',
  },
  image_not_found: {
    status: 422,
    message:
      'There is no image {reference}, or it may be pulled only after signing in. Check the name and the tag; for a private one store a sign-in with `seaworthy registries add {registry}`.',
  },
  image_sign_in_refused: {
    status: 422,
    message:
      'The registry {registry} refused the stored sign-in for {reference}. Store a new one with `seaworthy registries add {registry}`.',
  },
  image_registry_unreachable: {
    status: 502,
    message: 'The registry {registry} did not answer while {reference} was asked for: {reason}',
  },
  image_platform_missing: {
    status: 422,
    message:
      '{reference} is made for {offered}; this server needs {needed}. Build it for {needed} (docker buildx build --platform {needed}) and deploy it again.',
  },
})

interface EngineFailure {
  statusCode?: number
  code?: string
  reason?: string
  json?: { message?: string }
  message?: string
}

/** The status of an engine's answer, or undefined where it gave none. */
export function statusOf(error: unknown): number | undefined {
  return (error as EngineFailure | undefined)?.statusCode
}

/** The engine's own words for what went wrong. */
export function reasonOf(error: unknown): string {
  const { json, message, reason } = (error ?? {}) as EngineFailure
  return (json?.message ?? message ?? reason ?? String(error)).trim()
}

const CONNECTION_CODES = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EACCES', 'EPIPE', 'ETIMEDOUT'])

/** An error of the engine's client as one of ours. @param what ends "the engine could not …" */
export function asDockerError(error: unknown, { host, what }: { host: string; what: string }): AppError {
  if (error instanceof AppError) return error
  const { code } = (error ?? {}) as EngineFailure
  if (statusOf(error) === undefined && code && CONNECTION_CODES.has(code)) {
    return dockerErrors.docker_unreachable({ host }, { cause: error })
  }
  return dockerErrors.docker_failed({ what, reason: reasonOf(error) }, { cause: error })
}
