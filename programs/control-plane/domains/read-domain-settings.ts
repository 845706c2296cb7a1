import { readFileSync } from 'node:fs'
import { ConfigError } from '@seaworthy/kit'
import type { ControlPlaneConfig } from '../config.ts'
import type { DomainSettings } from './compose-domains.ts'

/** Names for directories that everybody uses. */
const DIRECTORIES: Record<string, string> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
}

/** What the settings say about domains. Throws `ConfigError` where the file of a private authority cannot be read. */
export function readDomainSettings(config: ControlPlaneConfig, dashboardUrl: string): DomainSettings {
  const { acmeDirectory, acmeEmail, acmeKeyId, acmeKey } = config
  const directoryUrl = DIRECTORIES[acmeDirectory] ?? acmeDirectory
  const externalAccount =
    acmeKeyId !== undefined && acmeKey !== undefined ? { keyId: acmeKeyId, hmacKey: acmeKey } : undefined
  return {
    acme:
      directoryUrl === 'none'
        ? undefined
        : { directoryUrl, email: acmeEmail, externalAccount, ca: readCa(config) },
    dnsServers: config.dnsServers,
    publicAddresses: config.publicAddresses,
    allowLocal: config.domainsAllowLocal,
    acmeHttpPort: config.acmeHttpPort,
    baseDomain: config.baseDomain,
    dashboardHost: new URL(dashboardUrl).hostname,
    ports: { http: config.httpPort, https: config.httpsPort },
  }
}

function readCa({ acmeCaFile }: ControlPlaneConfig): string | undefined {
  if (acmeCaFile === undefined) return undefined
  try {
    return readFileSync(acmeCaFile, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ConfigError([
      { path: 'SEAWORTHY_ACME_CA_FILE', message: `names a file that cannot be read (${code})` },
    ])
  }
}
