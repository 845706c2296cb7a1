import type { ReactNode } from 'react'
import type { ReleaseChanges } from '../api/deployment-queries.ts'
import { inertLine } from '../text/inert.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'

/** What going to a release changes: code, names of variables, settings. */
export function ChangeList({ changes }: { changes: ReleaseChanges }) {
  if (changes.to === null) return <p className="text-soft">{words.notBuilt}</p>
  const { from, to, env, settings } = changes
  return (
    <section aria-label={words.changes} className="rounded-md border border-line">
      <h3 className="border-b border-line px-4 py-2 text-sm font-medium">
        {from === null ? words.firstRelease : words.changesFrom(from, to)}
      </h3>
      <dl className="divide-y divide-line">
        <Part name={words.code}>
          <Code changes={changes} />
        </Part>
        <Part name={words.env}>{env.length === 0 ? words.sameEnv : <Names names={env} />}</Part>
        <Part name={words.settings}>
          {settings.length === 0 ? words.sameSettings : <Settings settings={settings} />}
        </Part>
      </dl>
    </section>
  )
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[6rem_1fr]">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  )
}

function Code({ changes: { code } }: { changes: ReleaseChanges }) {
  const { same, from, to, files } = code
  if (same) return words.sameCode
  return (
    <>
      <FromTo from={from} to={to} />
      {files && (
        <span className="block text-sm text-soft">
          {words.files(files.added, files.changed, files.removed)}
        </span>
      )}
    </>
  )
}

function Names({ names }: { names: ReleaseChanges['env'] }) {
  return (
    <ul className="grid gap-1">
      {names.map(({ name, change }) => (
        <li key={name}>
          <code>{inertLine(name)}</code> <span className="text-sm text-soft">{words.kinds[change]}</span>
        </li>
      ))}
    </ul>
  )
}

function Settings({ settings }: { settings: ReleaseChanges['settings'] }) {
  return (
    <ul className="grid gap-1.5">
      {settings.map(({ name, change, from, to }) => (
        <li key={name}>
          <code>{inertLine(name)}</code> <span className="text-sm text-soft">{words.kinds[change]}</span>
          {(from !== null || to !== null) && <FromTo from={from} to={to} />}
        </li>
      ))}
    </ul>
  )
}

function FromTo({ from, to }: { from: string | null; to: string | null }) {
  return (
    <span className="block text-sm">
      {from !== null && (
        <del className="mr-2 text-bad">
          <code>{inertLine(from)}</code>
        </del>
      )}
      {to !== null && (
        <ins className="text-good no-underline">
          <code>{inertLine(to)}</code>
        </ins>
      )}
    </span>
  )
}
