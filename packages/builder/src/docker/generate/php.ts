import type { SourceFacts } from '../../detect/source-facts.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

/** Apache keeps its run files where its user, who is not root, may write. */
const APACHE = { APACHE_RUN_DIR: '/tmp', APACHE_LOCK_DIR: '/tmp', APACHE_PID_FILE: '/tmp/apache2.pid' }

export const php: Generator = {
  title: 'PHP',
  fits: ({ entries }) => ['composer.json', 'index.php', 'artisan'].some(name => entries.includes(name)),
  generate({ facts, manifest, images }) {
    const web = manifest.processes.web ?? 'apache2-foreground'
    const text = dockerfileText(
      facts.entries.includes('composer.json') ? composerStage(facts, images.composer) : [],
      `FROM ${images.php}`,
      'WORKDIR /var/www/html',
      `RUN sed -i 's/^Listen 80$/Listen \${PORT}/' /etc/apache2/ports.conf && sed -i 's/\\*:80>/*:\${PORT}>/;s#/var/www/html#${documentRoot(facts)}#' /etc/apache2/sites-available/000-default.conf && a2enmod rewrite`,
      'COPY . .',
      facts.entries.includes('composer.json') ? 'COPY --from=vendor /app/vendor ./vendor' : [],
      buildLines(manifest.build),
      lastLines(web, APACHE),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

function composerStage(facts: SourceFacts, composer: string): string[] {
  const files = facts.entries.includes('composer.lock') ? 'composer.json composer.lock' : 'composer.json'
  return [
    `FROM ${composer} AS vendor`,
    'WORKDIR /app',
    `COPY ${files} ./`,
    // Extensions are the other stage's; scripts need the source, which is not here yet.
    'RUN composer install --no-dev --no-scripts --no-interaction --ignore-platform-reqs --optimize-autoloader',
    '',
  ]
}

function documentRoot({ entries }: SourceFacts): string {
  const folder = ['public', 'web', 'htdocs'].find(name => entries.includes(`${name}/`))
  return folder ? `/var/www/html/${folder}` : '/var/www/html'
}
