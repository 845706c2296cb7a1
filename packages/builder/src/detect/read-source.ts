import { MANIFEST_FILE, type Manifest, PROCFILE, readManifest } from '../manifest.ts'
import { collectFacts, type SourceFacts } from './source-facts.ts'

/** What a plan is made from: the facts of a source, and what it says itself. @throws {ManifestInvalid} */
export async function readSource(directory: string): Promise<{ facts: SourceFacts; manifest: Manifest }> {
  const facts = await collectFacts(directory)
  const manifest = readManifest({ manifest: facts.texts[MANIFEST_FILE], procfile: facts.texts[PROCFILE] })
  return { facts, manifest }
}
