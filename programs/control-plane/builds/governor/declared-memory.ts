import { collectFacts, lineOfBuildMemory, parseManifest } from '@seaworthy/builder'

export interface DeclaredMemory {
  bytes: number
  /** Of `build.memoryMb` in `seaworthy.json`. */
  line: number
}

/** What a source's own manifest says that its build needs; undefined where it says nothing, or cannot be read. */
export async function declaredMemory(directory: string): Promise<DeclaredMemory | undefined> {
  try {
    const { texts } = await collectFacts(directory)
    const text = texts['seaworthy.json'] ?? '{}'
    const { memoryMb } = parseManifest(text).build
    return memoryMb === undefined ? undefined : { bytes: memoryMb * 1_048_576, line: lineOfBuildMemory(text) }
  } catch {
    return undefined
  }
}
