import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { ASIDE, WORK_TREE } from './paths-inside.ts'
import { openStage, type Stage } from './sandbox-stage.ts'

const isMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')
/** Of no host. */
const NEW = `/volume-of-${process.pid}`

describe.skipIf(isMissing)('a volume', () => {
  test.each([
    ['at the root', NEW],
    ['deep below the root', `${NEW}/one/two`],
    ['below a folder that the host has', `/var/lib${NEW}`],
    ['in a folder that the host has', '/srv'],
    ['in the work tree', `${WORK_TREE}/data`],
  ])('%s is found and kept, and the host stays as it is', async (_where, target) => {
    const stage = await openStage()
    const before = namesOf('/', '/var/lib', '/srv', '/run/seaworthy', stage.tree)
    const volumes = [{ source: folderOf(stage, 'data'), target }]

    await stage.run(`echo kept > ${target}/note`, { volumes })
    const said = await stage.run(`cat ${target}/note; pwd; ls -A ${ASIDE}`, { volumes })

    expect(stage.errors()).toBe('')
    expect(said).toBe(`kept\n${WORK_TREE}\n`)
    expect(readFileSync(join(stage.home, 'data', 'note'), 'utf8')).toBe('kept\n')
    expect(namesOf('/', '/var/lib', '/srv', '/run/seaworthy', stage.tree)).toEqual(before)
  })

  test('may lie within another, whatever their order', async () => {
    const stage = await openStage()
    const volumes = [
      { source: folderOf(stage, 'inner'), target: `${NEW}/deep/inner` },
      { source: folderOf(stage, 'outer'), target: NEW },
    ]

    await stage.run(`echo in > ${NEW}/deep/inner/note; echo out > ${NEW}/note`, { volumes })

    expect(readFileSync(join(stage.home, 'inner', 'note'), 'utf8')).toBe('in\n')
    expect(readdirSync(join(stage.home, 'outer')).sort()).toEqual(['deep', 'note'])
  })

  test('opens no other door: what is hidden, closed or not to be written stays so', async () => {
    const stage = await openStage({ hiddenDirectories: ['/opt'] })
    const closed = join(stage.home, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const volumes = [
      { source: folderOf(stage, 'data'), target: NEW },
      { source: folderOf(stage, 'other'), target: `/root${NEW}` },
    ]

    const said = await stage.run(
      `ls /opt || echo hidden; ls /root || echo closed; touch /made || echo no root; touch ${WORK_TREE}/x || echo no tree; ls ${stage.home} || echo no home; grep -c '^Cap.*0000000000000000' /proc/self/status; ls /.old || echo let go`,
      { volumes },
    )

    expect(said).toBe('hidden\nclosed\nno root\nno tree\nno home\n5\nlet go\n')
  })

  test('is seen by one more command beside the running one', async () => {
    const stage = await openStage()
    const volumes = [{ source: folderOf(stage, 'data'), target: NEW }]
    const script = `echo kept > ${NEW}/note; echo up; sleep 1000`
    const { handle } = await stage.start({ argv: ['/bin/sh', '-c', script], volumes })
    await stage.waitForOutput('up')

    const attached = await stage.sandbox.attach(handle, { argv: ['cat', `${NEW}/note`], terminal: undefined })
    const chunks: Buffer[] = []
    for await (const chunk of attached.stdout) chunks.push(chunk as Buffer)

    expect(Buffer.concat(chunks).toString()).toBe('kept\n')
  })
})

/** As the runtime gives it to the command's user. */
function folderOf({ home }: Stage, name: string): string {
  const folder = join(home, name)
  mkdirSync(folder)
  chownSync(folder, 200_001, 200_001)
  return folder
}

function namesOf(...folders: string[]): string[][] {
  return folders.map(folder => (existsSync(folder) ? readdirSync(folder).sort() : []))
}
