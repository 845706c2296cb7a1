import { collectFacts, type Manifest, parseManifest } from '@seaworthy/builder'

/** The `build` part of a source's own manifest; empty where there is none, or one that cannot be read. */
export async function declaredBuild(directory: string): Promise<Partial<Manifest['build']>> {
  try {
    const { texts } = await collectFacts(directory)
    const text = texts['seaworthy.json']
    return text === undefined ? {} : parseManifest(text).build
  } catch {
    return {}
  }
}
