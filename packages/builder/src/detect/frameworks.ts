import { dependsOn } from './package-json.ts'
import type { SourceFacts } from './source-facts.ts'

export interface Framework {
  title: string
  /** A server's start command … */
  start?: string
  /** … or the folders where the finished pages may be, best first. A `*` stands for one folder. */
  outputs?: string[]
  /** Whether the router in the browser answers unknown paths. */
  spa?: boolean
}

/** What an app is made with. The first that fits wins, so what builds on another comes before it. */
export function findFramework(facts: SourceFacts): Framework | undefined {
  return FRAMEWORKS.find(candidate => candidate.fits(facts))?.describe(facts)
}

const uses =
  (...names: string[]) =>
  (facts: SourceFacts) =>
    names.some(name => dependsOn(facts.packageJson, name))

const staticSite = (title: string, outputs: string[], spa = false) => ({
  fits: uses(title.toLowerCase()),
  describe: (): Framework => ({ title, outputs, spa }),
})

const FRAMEWORKS: { fits(facts: SourceFacts): boolean; describe(facts: SourceFacts): Framework }[] = [
  { fits: uses('next'), describe: describeNext },
  { fits: uses('nuxt'), describe: describeNuxt },
  { fits: uses('astro'), describe: describeAstro },
  { fits: uses('@sveltejs/kit'), describe: describeSvelteKit },
  {
    fits: uses('react-scripts'),
    describe: () => ({ title: 'Create React App', outputs: ['build'], spa: true }),
  },
  { fits: uses('@docusaurus/core'), describe: () => ({ title: 'Docusaurus', outputs: ['build'] }) },
  { fits: uses('@11ty/eleventy'), describe: () => ({ title: 'Eleventy', outputs: ['_site'] }) },
  { fits: uses('@vue/cli-service'), describe: () => ({ title: 'Vue CLI', outputs: ['dist'], spa: true }) },
  {
    fits: uses('@angular/core'),
    describe: () => ({ title: 'Angular', outputs: ['dist/*/browser', 'dist/*', 'dist'], spa: true }),
  },
  staticSite('VitePress', ['.vitepress/dist', 'docs/.vitepress/dist']),
  staticSite('Gatsby', ['public']),
  staticSite('Parcel', ['dist'], true),
  { fits: uses('vite'), describe: describeVite },
]

function describeNext(facts: SourceFacts): Framework {
  if (/\boutput\s*:\s*['"]export['"]/.test(configText(facts, 'next.config'))) {
    return { title: 'Next.js (static export)', outputs: ['out'] }
  }
  return { title: 'Next.js', start: 'next start -H $HOST -p $PORT' }
}

/** https://nuxt.com/docs/getting-started/deployment: `nuxt generate` writes pages, `nuxt build` a server. */
function describeNuxt(facts: SourceFacts): Framework {
  const generates = /\bnuxi?\s+generate\b/.test(facts.packageJson?.scripts.build ?? '')
  return generates
    ? { title: 'Nuxt (static)', outputs: ['.output/public', 'dist'] }
    : { title: 'Nuxt', start: 'node .output/server/index.mjs' }
}

/** https://docs.astro.build/en/guides/integrations-guide/node/: a server, which listens on `localhost` (perhaps ::1) unless told. */
function describeAstro(facts: SourceFacts): Framework {
  const config = configText(facts, 'astro.config')
  return config.includes('@astrojs/node')
    ? { title: 'Astro (server)', start: 'HOST=127.0.0.1 node dist/server/entry.mjs' }
    : { title: 'Astro', outputs: [outDir(config) ?? 'dist'] }
}

/** https://svelte.dev/docs/kit/adapter-node and …/adapter-static */
function describeSvelteKit(facts: SourceFacts): Framework {
  return dependsOn(facts.packageJson, '@sveltejs/adapter-static')
    ? { title: 'SvelteKit (static)', outputs: ['build'] }
    : { title: 'SvelteKit', start: 'node build' }
}

function describeVite(facts: SourceFacts): Framework {
  return { title: 'Vite', outputs: [outDir(configText(facts, 'vite.config')) ?? 'dist'], spa: true }
}

function configText(facts: SourceFacts, name: string): string {
  const file = Object.keys(facts.texts).find(path => path.startsWith(`${name}.`))
  return file ? facts.texts[file]! : ''
}

/** `outDir: 'public'`; a computed one cannot be seen, then `build.output` of the manifest tells it. */
function outDir(config: string): string | undefined {
  const folder = /\boutDir\s*:\s*['"](?:\.\/)?([\w./-]+?)\/?['"]/.exec(config)?.[1]
  return folder?.split('/').includes('..') || folder?.startsWith('/') ? undefined : folder
}
