import { BuildFailed } from '../errors.ts'
import { runProgram } from '../run-program.ts'
import { SYSTEM_PATH } from './build-env.ts'

/**
 * The version of the system's python3: `3.11`.
 * @throws {BuildFailed} when Python or, where it is needed, pip is missing
 */
export async function findSystemPython({ needsPip }: { needsPip: boolean }): Promise<string> {
  const program = `import sys${needsPip ? ', pip' : ''}; print("%d.%d" % sys.version_info[:2])`
  const env = { PATH: SYSTEM_PATH.join(':') } // the PATH that the app will have, not the platform's own
  const result = await runProgram('python3', ['-c', program], { env, cwd: '/' }).catch(() => undefined)
  if (result?.code === 0) return result.stdout.trim()
  const missing = result === undefined ? 'python3' : 'pip for python3'
  throw new BuildFailed(`This is a Python app, but the server has no ${missing}.`, {
    step: 'prepare',
    exitCode: result?.code ?? null,
    lastLines: result?.stderr.trim().split('\n').slice(-20) ?? [],
    hint: 'Install it with: apt-get install python3 python3-pip.',
  })
}
