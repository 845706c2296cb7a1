/**
 * Where code is fetched from, as it is kept: a token or password in the URL is a secret, so the whole URL is sealed
 * and what people may see is shown without it.
 */
import type { KeyRing, SealBinding } from '@seaworthy/kit'
import type { GitOrigin } from '@seaworthy/source'

export interface StoredGitOrigin extends GitOrigin {
  /** The URL with its credentials, sealed. Missing when it has none. */
  sealedUrl?: string
}

/** A sealed URL opens for this app only. */
export function gitOriginBinding(appId: string): SealBinding {
  return { purpose: 'git-origin', context: appId }
}

export function sealGitOrigin(
  { url, ref, subdirectory }: GitOrigin,
  keyRing: KeyRing,
  appId: string,
): StoredGitOrigin {
  const shown = withoutCredentials(url)
  const stored = { url: shown, ref, subdirectory }
  return shown === url ? stored : { ...stored, sealedUrl: keyRing.seal(url, gitOriginBinding(appId)) }
}

/** The origin as it was given. */
export function openGitOrigin(
  { url, ref, subdirectory, sealedUrl }: StoredGitOrigin,
  keyRing: KeyRing,
  appId: string,
): GitOrigin {
  const opened = sealedUrl === undefined ? url : keyRing.open(sealedUrl, gitOriginBinding(appId))
  return { url: opened, ref, subdirectory }
}

/** Whether code would come from a folder of the platform's own machine, which holds more than one team's things. */
export function isLocalGitUrl(url: string): boolean {
  return URL.parse(url)?.protocol === 'file:'
}

/** `https://user:token@host/x` → `https://host/x` */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
}

/** What no log may show of a git URL: its password or token as written and decoded, and with the name before it. */
export function secretsOfGitUrl(url: string): string[] {
  const [, credentials] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(url) ?? []
  if (credentials === undefined) return []
  const password = credentials.slice(credentials.indexOf(':') + 1) // a token may stand there without a name
  return [...new Set([credentials, decode(credentials), password, decode(password)])]
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
