/** Puts one tree after the other, as fast as it can, until it is killed. Arguments: store, work folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { createArtifactStore } from '../src/index.ts'

const [directory = '', work = ''] = process.argv.slice(2)
const store = createArtifactStore({ directory, log: silentLogger })

for (let round = 0; ; round++) {
  const tree = join(work, `tree${round}`)
  mkdirSync(join(tree, 'lib'), { recursive: true })
  for (let file = 0; file < 20; file++) writeFileSync(join(tree, 'lib', `${file}.js`), `// ${round} ${file}`)
  await store.put(tree)
  process.stdout.write(`${round}\n`)
}
