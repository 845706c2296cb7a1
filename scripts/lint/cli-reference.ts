import type { Argument, Command, Option } from 'commander'
import { createProgram } from '../../programs/cli/app.ts'
import { GENERATED, inCell } from './reference-text.ts'

/** docs/reference/cli.md, from the commands themselves. */
export function cliReference(): string {
  const program = createProgram({
    env: {},
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: '/',
  })
  return `${[HEAD, '## Options of every command', optionTable(program.options), SURROUNDINGS, '## Commands', ...commandsOf(program).map(commandText)].join('\n\n')}\n`
}

const HEAD = `# The command line

${GENERATED}

In a clone, write \`npx seaworthy\` for \`seaworthy\`. Every command answers to \`--help\`.

## Exit codes

| Code | Meaning |
| --- | --- |
| 0 | done |
| 1 | failed: the deployment did not go live, the platform could not be reached, what was asked for cannot be done as things are |
| 2 | the command was not called as it should be |
| 3 | not signed in |
| 4 | not found |
| 5 | refused: not allowed, over a quota, too often, or no room |

Results go to standard output, progress and problems to standard error. With \`--json\`, results are JSON, streams are one
JSON document a line, and a problem is one line of JSON with a stable \`code\` (see [errors](errors.md)).`

const SURROUNDINGS = `## Which platform, which app

- **Platform**: \`--url\`, else \`SEAWORTHY_URL\`, else what \`login\` saved, else the platform on this machine. On the machine
  itself no sign-in is needed: who may open the control plane's socket in its home is its administrator.
- **Token**: \`--token\`, else \`SEAWORTHY_TOKEN\` (or the file that \`SEAWORTHY_TOKEN_FILE\` names), else what \`login\` saved.
- **App**: \`--app\`, else \`SEAWORTHY_APP\`, else the app named like the folder you stand in, else the only app there is.`

function commandsOf(command: Command): Command[] {
  return command.commands.flatMap(child => [child, ...commandsOf(child)])
}

function commandText(command: Command): string {
  const words = [...pathOf(command), ...command.registeredArguments.map(argumentText)]
  if (command.options.length > 0) words.push('[options]')
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)]
  return [
    `### ${pathOf(command).slice(1).join(' ')}`,
    `\`${words.join(' ')}\``,
    sentence(command.description()),
    ...(rows.length > 0 ? [['| | |', '| --- | --- |', ...rows].join('\n')] : []),
  ].join('\n\n')
}

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [command.name()]
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function argumentRow(argument: Argument): string {
  return `| \`${argumentText(argument)}\` | ${inCell(argument.description)} |`
}

function optionTable(options: readonly Option[]): string {
  return ['| | |', '| --- | --- |', ...options.map(optionRow)].join('\n')
}

function optionRow({ flags, description, defaultValue }: Option): string {
  const fallback = defaultValue === undefined ? '' : ` (default: ${defaultValue})`
  return `| \`${flags}\` | ${inCell(description)}${fallback} |`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
