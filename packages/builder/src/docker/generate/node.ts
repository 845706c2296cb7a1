import { planBuild } from '../../detect/plan-build.ts'
import { DetectionFailed } from '../../errors.ts'
import { installCommand, pruneCommand } from '../../host/step-commands.ts'
import { dockerfileText, type Generator, lastLines } from './generated.ts'

export const node: Generator = {
  title: 'Node',
  fits: ({ packageJson }) => packageJson !== undefined,
  generate({ facts, manifest, images }) {
    const plan = planBuild(facts, manifest)
    const { web } = plan.processes
    if (web === undefined) throw pagesOnly()
    const { packages } = plan
    const files = facts.entries.filter(name => PACKAGE_FILES.test(name))
    const runs = [...plan.before, ...(plan.build ? [plan.build] : []), ...plan.after]
    const needsTool = packages && packages.name !== 'npm'
    const text = dockerfileText(
      `FROM ${images.node} AS build`,
      'WORKDIR /app',
      needsTool ? `RUN npm install --global ${toolPackage(packages.name)}@"${packages.range}"` : [],
      `COPY ${files.join(' ')} ./`,
      packages?.install ? `RUN ${installCommand(packages).join(' ')}` : [],
      'COPY . .',
      runs.map(line => `RUN ${line}`),
      packages?.install && packages.devDependencies ? `RUN ${pruneCommand(packages).join(' ')}` : [],
      '',
      `FROM ${images.node}`,
      'WORKDIR /app',
      'COPY --from=build /app /app',
      lastLines(web, { NODE_ENV: 'production' }),
    )
    return { text, processes: plan.processes }
  },
}

const PACKAGE_FILES =
  /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|\.npmrc|\.yarnrc\.yml|pnpm-workspace\.yaml)$/

const toolPackage = (name: string) => (name === 'berry' ? '@yarnpkg/cli-dist' : name)

function pagesOnly(): DetectionFailed {
  return new DetectionFailed(
    'This app is pages only, which need no image: leave "build.builder" out of seaworthy.json, or add a Dockerfile.',
  )
}
