import type { Domain } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { domainDetails, domainName, domainOutcome, recordLines, stepLine } from '../domain-text.ts'
import { CommandFailed, UsageError } from '../exit-codes.ts'
import { followDomain } from '../follow-domain.ts'
import { printable, table } from '../output.ts'
import { type DomainOptions, domainSettings, fileText, withDomainOptions } from './domain-options.ts'

interface AddOptions extends DomainOptions {
  redirectTo?: string
  redirectFrom?: string
  certificate?: boolean
  detach?: boolean
}

export function addDomainCommands(program: Command, surroundings: Surroundings): void {
  const run = (command: Command, work: (context: Context) => Promise<void>) =>
    withContext(surroundings, command, work)
  const domains = program
    .command('domains')
    .description('list the domains of an app')
    .action((_, command: Command) => run(command, listDomains))
  withDomainOptions(domains.command('add'))
    .description('claim a host for an app, and get its certificate')
    .argument('<host>', 'shop.example.com, or *.example.com with a DNS driver')
    .option('--redirect-to <host>', 'send all requests to this domain of the app')
    .option('--redirect-from <host>', 'claim this one too, and send its requests here')
    .option('--no-certificate', 'get none; upload your own')
    .option('--detach', 'do not wait for the certificate')
    .action((host: string, options: AddOptions, command: Command) =>
      run(command, context => addDomain(context, host, options)),
    )
  domains
    .command('info')
    .description('show a domain, what DNS should say, and how its certificate is')
    .argument('<host>', 'a domain of the app')
    .action((host: string, _, command: Command) => run(command, context => showDomain(context, host)))
  withDomainOptions(domains.command('set'))
    .description('change where a domain leads, its https, and how it is proved')
    .argument('<host>', 'a domain of the app')
    .option('--redirect-to <host>', 'send all requests to this domain of the app; none: to the app')
    .action((host: string, options: AddOptions, command: Command) =>
      run(command, context => setDomain(context, host, options)),
    )
  domains
    .command('check')
    .description('look at DNS, CAA and port 80 of a domain now')
    .argument('<host>', 'a domain of the app')
    .action((host: string, _, command: Command) => run(command, context => checkDomain(context, host)))
  domains
    .command('remove')
    .description('give a host up')
    .argument('<host>', 'a domain of the app')
    .action((host: string, _, command: Command) => run(command, context => removeDomain(context, host)))
  domains
    .command('renew')
    .description('get a new certificate now')
    .argument('<host>', 'a domain of the app')
    .option('--automatic', 'also in place of one that was uploaded')
    .option('--detach', 'do not wait for it')
    .action((host: string, options: { automatic?: boolean; detach?: boolean }, command: Command) =>
      run(command, context => renewDomain(context, host, options)),
    )
  domains
    .command('certificate')
    .description('serve a certificate of your own')
    .argument('<host>', 'a domain of the app')
    .requiredOption(
      '--upload <files...>',
      'CHAIN KEY: the certificate with those above it, and its key (PEM)',
    )
    .action((host: string, { upload }: { upload: string[] }, command: Command) =>
      run(command, context => uploadCertificate(context, host, upload)),
    )
}

async function listDomains(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const domains = await (await context.client()).call('domains.list', { params: { slug } })
  context.out.result(domains, () =>
    domains.length === 0
      ? `${slug} has no domains. Add one with: seaworthy domains add shop.example.com --app ${slug}`
      : table(
          ['DOMAIN', 'STATE', 'LEADS TO', 'CERTIFICATE', 'UNTIL'],
          domains.map(domain => [
            domainName(domain),
            domain.state,
            domain.redirectTo ?? slug,
            domain.certificate?.issuer ?? '-',
            domain.certificate?.notAfter.slice(0, 10) ?? '-',
          ]),
        ),
  )
}

async function addDomain(context: Context, host: string, options: AddOptions): Promise<void> {
  const slug = await chooseApp(context)
  const domain = await addOne(context, slug, { host, redirectTo: options.redirectTo }, options)
  const { redirectFrom } = options
  const other =
    redirectFrom === undefined
      ? undefined
      : await addOne(context, slug, { host: redirectFrom, redirectTo: domain.host }, options)
  context.out.result(domain, () => [domain, ...(other ? [other] : [])].map(domainOutcome).join('\n'))
  for (const added of [domain, other]) if (added) failUnlessGood(added)
}

async function addOne(
  context: Context,
  slug: string,
  { host, redirectTo }: { host: string; redirectTo: string | undefined },
  { certificate, detach, ...options }: AddOptions,
): Promise<Domain> {
  const client = await context.client()
  const { dns, ...settings } = await domainSettings(context, options)
  const body = {
    host,
    ...settings,
    ...(dns && { dns }),
    ...(redirectTo !== undefined && { redirectTo }),
    ...(certificate === false && { certificate }),
  }
  const added = await client.call('domains.add', { params: { slug }, body })
  context.out.progress(`${domainName(added)} belongs to ${slug} now.`)
  return detach ? added : followDomain(context, slug, added)
}

async function showDomain(context: Context, host: string): Promise<void> {
  const slug = await chooseApp(context)
  const domain = await (await context.client()).call('domains.get', { params: { slug, host } })
  context.out.result(domain, () =>
    [domainDetails(domain), recordLines(domain), stepLines(domain)].filter(text => text !== '').join('\n\n'),
  )
}

async function setDomain(context: Context, host: string, options: AddOptions): Promise<void> {
  const slug = await chooseApp(context)
  const redirectTo = options.redirectTo === 'none' ? null : options.redirectTo
  const body = {
    ...(await domainSettings(context, options)),
    ...(redirectTo !== undefined && { redirectTo }),
  }
  const domain = await (await context.client()).call('domains.update', { params: { slug, host }, body })
  context.out.result(domain, () => domainDetails(domain))
}

async function checkDomain(context: Context, host: string): Promise<void> {
  const slug = await chooseApp(context)
  const domain = await (await context.client()).call('domains.check', { params: { slug, host } })
  context.out.result(domain, () => `${recordLines(domain)}\n\n${stepLines(domain)}`)
  if (domain.steps.some(({ state }) => state === 'failed')) throw new CommandFailed('the domain is not ready')
}

async function removeDomain(context: Context, host: string): Promise<void> {
  const slug = await chooseApp(context)
  const domain = await (await context.client()).call('domains.remove', { params: { slug, host } })
  context.out.result(domain, () => `${domainName(domain)} is given up. Nothing answers there any more.`)
}

async function renewDomain(
  context: Context,
  host: string,
  { automatic, detach }: { automatic?: boolean; detach?: boolean },
): Promise<void> {
  const slug = await chooseApp(context)
  const asked = await (await context.client()).call('domains.renew', {
    params: { slug, host },
    body: { automatic },
  })
  const domain = detach ? asked : await followDomain(context, slug, asked)
  context.out.result(domain, () => domainOutcome(domain))
  failUnlessGood(domain)
}

async function uploadCertificate(
  context: Context,
  host: string,
  [chain, key, ...more]: readonly string[],
): Promise<void> {
  if (chain === undefined || key === undefined || more.length > 0)
    throw new UsageError('Say both files: --upload CHAIN KEY')
  const slug = await chooseApp(context)
  const body = { chain: await fileText(context, chain), key: await fileText(context, key) }
  const domain = await (await context.client()).call('domains.upload', { params: { slug, host }, body })
  context.out.result(domain, () => domainOutcome(domain))
}

function stepLines({ steps }: Domain): string {
  return steps.flatMap(step => stepLine(step).split('\n').map(printable)).join('\n')
}

/** A certificate that is still being got is no failure. */
function failUnlessGood(domain: Domain): void {
  if (domain.state === 'failed') throw new CommandFailed(domain.problem?.code ?? 'failed')
}
