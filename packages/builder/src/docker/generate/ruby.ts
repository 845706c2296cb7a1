import type { SourceFacts } from '../../detect/source-facts.ts'
import { DetectionFailed } from '../../errors.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

export const ruby: Generator = {
  title: 'Ruby',
  fits: ({ entries }) => entries.includes('Gemfile'),
  generate({ facts, manifest, images }) {
    const web = manifest.processes.web ?? webCommand(facts)
    const lock = facts.entries.includes('Gemfile.lock')
    const precompile = facts.entries.includes('Rakefile') && uses(facts, 'sprockets|propshaft')
    const text = dockerfileText(
      `FROM ${images.ruby} AS build`,
      'RUN apt-get update && apt-get install -y --no-install-recommends build-essential git libpq-dev libyaml-dev',
      'WORKDIR /app',
      'ENV BUNDLE_PATH=/bundle BUNDLE_WITHOUT=development:test BUNDLE_JOBS=4',
      lock
        ? ['COPY Gemfile Gemfile.lock ./', 'RUN bundle config set --global frozen true && bundle install']
        : ['COPY Gemfile ./', 'RUN bundle install'],
      'COPY . .',
      buildLines(
        manifest.build,
        precompile
          ? 'SECRET_KEY_BASE_DUMMY=1 RAILS_ENV=production bundle exec rake assets:precompile'
          : undefined,
      ),
      '',
      `FROM ${images.ruby}`,
      'WORKDIR /app',
      uses(facts, 'pg') ? 'RUN apt-get update && apt-get install -y --no-install-recommends libpq5' : [],
      'COPY --from=build /bundle /bundle',
      'COPY --from=build /app /app',
      'ENV BUNDLE_PATH=/bundle BUNDLE_WITHOUT=development:test RACK_ENV=production RAILS_ENV=production RAILS_LOG_TO_STDOUT=1',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

function webCommand(facts: SourceFacts): string {
  const isRack = facts.entries.includes('config.ru')
  if (isRack && uses(facts, 'puma')) return 'bundle exec puma -b tcp://0.0.0.0:$PORT'
  if (isRack) return 'bundle exec rackup -o 0.0.0.0 -p $PORT'
  const file = ['app.rb', 'main.rb', 'server.rb'].find(name => facts.entries.includes(name))
  if (file) return `bundle exec ruby ${file}`
  throw new DetectionFailed(
    'This looks like a Ruby app, but nothing tells how to start it: no config.ru, app.rb, main.rb or server.rb was ' +
      'found. Add "processes": { "web": "bundle exec …" } to seaworthy.json.',
  )
}

function uses({ texts }: SourceFacts, gems: string): boolean {
  const inGemfile = new RegExp(`^\\s*gem\\s+["'](${gems})["']`, 'm').test(texts.Gemfile ?? '')
  return inGemfile || new RegExp(`^\\s+(${gems}) \\(`, 'm').test(texts['Gemfile.lock'] ?? '')
}
