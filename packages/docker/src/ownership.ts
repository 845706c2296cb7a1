/** Who made an object of the engine. Only what carries our label with our home is ever changed or removed. */
export const HOME_LABEL = 'seaworthy.home'
export const APP_LABEL = 'seaworthy.app'
export const INSTANCE_LABEL = 'seaworthy.instance'
export const APP_ID_LABEL = 'seaworthy.app-id'
/** On every image that a build makes, final or in between. Not `HOME_LABEL`: an image must not look like an instance. */
export const BUILD_HOME_LABEL = 'seaworthy.build.home'
export const BUILD_APP_LABEL = 'seaworthy.build.app'

export type Labels = Readonly<Record<string, string>>

/** The labels of a new object: what the caller says of it, and whose it is. */
export function ownLabels(home: string, more: Labels = {}): Record<string, string> {
  return { ...more, [HOME_LABEL]: home }
}

/** Whether the object is this platform's. One of another platform on the same engine is as foreign as a stranger's. */
export function isOwn(home: string, labels: Labels | null | undefined): boolean {
  return labels?.[HOME_LABEL] === home
}

/** The engine's filter for objects of this home that carry `more`. */
export function ownFilter(home: string, more: Labels = {}): { label: string[] } {
  return { label: Object.entries(ownLabels(home, more)).map(([name, value]) => `${name}=${value}`) }
}
