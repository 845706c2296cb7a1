import { dependsOn } from './package-json.ts'
import type { SourceFacts } from './source-facts.ts'

/** Start scripts that serve for development only: the finished pages are served by the edge instead. */
const DEV_SERVER =
  /^(npx )?(vite|react-scripts start|astro|vue-cli-service|ng|gatsby|parcel|webpack|docusaurus|eleventy|vitepress|npm run (dev|serve|preview))\b/
const SERVER_FILES = [
  'server',
  'index',
  'app',
  'main',
  'src/server',
  'src/index',
  'src/app',
  'src/main',
].flatMap(name => ['js', 'mjs', 'cjs', 'ts', 'mts'].map(extension => `${name}.${extension}`))

/** The `start` script as a command line, unless it is a development server of pages. */
export function startScript(facts: SourceFacts, runner: string): string | undefined {
  const script = facts.packageJson?.scripts.start?.trim()
  if (!script || DEV_SERVER.test(script)) return undefined
  return isBareNode(script, facts) ? script : `${runner} start`
}

/** `node server.js`, from package.json's `main` or from the usual names. */
export function serverFile(facts: SourceFacts): string | undefined {
  const files = new Set([...facts.entries, ...facts.nested])
  const main = facts.packageJson?.main?.replace(/^\.\//, '')
  const candidates = main ? [main, `${main}.js`, ...SERVER_FILES] : SERVER_FILES
  const found = candidates.find(file => files.has(file))
  return found && `node ${found}`
}

/** Whether a server library is used, so that a lone `index.js` is surely a server. */
export function usesServerLibrary(facts: SourceFacts): boolean {
  return ['express', 'fastify', 'koa', '@hapi/hapi', 'hono', '@nestjs/core', 'polka', 'ws', 'socket.io'].some(
    name => dependsOn(facts.packageJson, name),
  )
}

/** A plain `node file.js` runs without npm in between: that saves a process of 60 MB and half a second of boot. */
function isBareNode(script: string, { packageJson }: SourceFacts): boolean {
  const hooked = packageJson?.scripts.prestart !== undefined || packageJson?.scripts.poststart !== undefined
  return !hooked && /^node [\w@./ =:,-]+$/.test(script)
}
