/** Apps as images: from a Dockerfile and from a registry, through the command line, on an engine that others use too. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dockerRegistry, systemPart, type TestRegistry, temporaryFolder, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker, homeOf, removeImages } from './harness/docker.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const isMissing = await systemPart.missing('linux', 'root', 'docker', 'docker-registry', 'busybox')

const SECRET = 'planted-Secret-7391'
const MARK = `seaworthy-e2e-${randomBytes(4).toString('hex')}`

describe.skipIf(isMissing)('with a Docker engine', () => {
  let platform: Platform
  let ada: Terminal
  let registry: TestRegistry
  let base: string

  beforeAll(async () => {
    registry = await dockerRegistry()
    base = await registry.push('base:1', { text: 'of the base' })
    docker('pull', '--quiet', base)
    docker('create', '--name', MARK, base)
    docker('volume', 'create', MARK)
    platform = await Platform.start({ SEAWORTHY_DOCKER_BUILDKIT: 'on', SEAWORTHY_WATCH_SECONDS: '0.2' })
    ada = Terminal.onMachine(platform)
  })

  afterAll(async () => {
    const home = platform && homeOf(platform)
    await platform?.destroy()
    if (home) removeImages(home)
    docker('rm', '--force', MARK)
    docker('volume', 'rm', MARK)
    docker('rmi', '--force', base)
  })

  /** Of the one instance of an app. */
  const containerOf = (app: string) =>
    docker(
      'ps',
      '--quiet',
      '--no-trunc',
      '--filter',
      `label=seaworthy.home=${homeOf(platform)}`,
      '--filter',
      `label=seaworthy.app=${app}`,
    )

  const inside = (app: string, script: string) =>
    spawnSync('docker', ['exec', containerOf(app), '/bin/busybox', 'sh', '-c', script], { encoding: 'utf8' })

  test('a Dockerfile is built, released and served, with its secret at run time and in no layer', async () => {
    await ada.good('apps', 'create', 'shop')
    await ada.good('env', 'set', 'GREETING=Ahoy', '--app', 'shop')
    await ada.run(['env', 'set', 'API_KEY', '--secret', '--app', 'shop'], { stdin: `${SECRET}\n` })
    const folder = folderOf({
      Dockerfile: `FROM ${base}
ARG GREETING
RUN --mount=type=secret,id=API_KEY ["/bin/busybox", "sh", "-c", "/bin/busybox wc -c < /run/secrets/API_KEY"]
RUN ["/bin/busybox", "sh", "-c", "echo built with $GREETING > /www/built.html"]
CMD ["/bin/sh", "-c", "echo key of $(echo -n $API_KEY | busybox wc -c); exec /bin/httpd -f -p $PORT -h /www"]
`,
    })

    await ada.good('deploy', folder, '--app', 'shop')

    expect(await ada.good('build-logs', '--app', 'shop')).toMatch(new RegExp(`^.*\\b${SECRET.length}$`, 'm'))
    expect((await platform.request('shop')).body).toBe('of the base')
    expect((await platform.request('shop', '/built.html')).body).toBe('built with Ahoy\n')
    await waitFor(async () => (await ada.good('logs', '--app', 'shop')).includes(`key of ${SECRET.length}`))
    const image = docker('inspect', '--format', '{{.Image}}', containerOf('shop'))
    const layers = spawnSync('docker', ['save', image], { maxBuffer: 256 * 1_048_576 }).stdout
    expect(layers.includes('built with Ahoy')).toBe(true)
    expect(layers.includes(SECRET)).toBe(false)
    expect(docker('history', '--no-trunc', image)).not.toContain(SECRET)
  })

  test('an instance has no right that it does not need', async () => {
    const [found] = JSON.parse(docker('inspect', containerOf('shop')))
    const { HostConfig, Config, Mounts } = found

    expect(HostConfig).toMatchObject({
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: null,
      SecurityOpt: ['no-new-privileges'],
      PidMode: '',
      IpcMode: 'private',
      UTSMode: '',
      Devices: null,
      Binds: null,
      PortBindings: null,
      PublishAllPorts: false,
      PidsLimit: expect.any(Number),
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'local', Config: { 'max-size': '10m', 'max-file': '5' } },
      Tmpfs: { '/tmp': expect.stringContaining('nosuid,nodev,size=256m'), '/run': expect.any(String) },
    })
    expect(HostConfig.Memory).toBe(HostConfig.MemorySwap)
    expect(HostConfig.Memory).toBeGreaterThan(0)
    expect(HostConfig.NanoCpus).toBeGreaterThanOrEqual(0)
    expect(HostConfig.NetworkMode).toMatch(/^seaworthy-.*-app_/)
    expect(Config.User).toMatch(/^20\d{4}:20\d{4}$/)
    expect(Mounts).toEqual([])
    expect(Config.Labels).toMatchObject({
      'seaworthy.app': 'shop',
      'seaworthy.process': 'web',
      'seaworthy.release': 'v1',
    })
  })

  test('and finds from inside that it has none', async () => {
    const { stdout, stderr } = inside(
      'shop',
      `cat /proc/self/status; touch /www/x; touch /etc/x; echo kept >/tmp/x && cat /tmp/x; ls -la /var/run/docker.sock /run/docker.sock; cat /proc/net/dev; mount -t tmpfs none /tmp; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; busybox mknod /tmp/disk b 254 0; busybox chroot / /bin/busybox true`.replaceAll(
        /(^|; |&& )(cat|touch|ls|mount) /g,
        '$1busybox $2 ',
      ),
    )

    expect(stdout).toMatch(/^CapEff:\s+0{16}$/m)
    expect(stdout).toMatch(/^CapBnd:\s+0{16}$/m)
    expect(stdout).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(stdout).toMatch(/^Seccomp:\s+2$/m)
    expect(stdout).toMatch(/^Uid:\s+20\d{4}/m)
    expect(stdout).toMatch(/^kept$/m)
    expect(stdout).toContain(
      `\n${docker('inspect', '--format', '{{.HostConfig.PidsLimit}}', containerOf('shop'))}\n`,
    )
    expect(
      [...stdout.matchAll(/^\s*(\w+):.*\d+ +\d+ +\d+ +\d+ +\d+/gm)].map(([, name]) => name).sort(),
    ).toEqual(['eth0', 'lo'])
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    expect(stderr.match(/docker\.sock: No such file/g)).toHaveLength(2)
    expect(stderr).toMatch(/mount: .*(denied|permitted|must be)/i)
    expect(stderr).toMatch(/mknod: .*not permitted/i)
    expect(stderr).toMatch(/chroot: .*not permitted/i)
  })

  test('an image of a registry runs, pinned to its bytes, beside the other and out of its reach', async () => {
    const name = await registry.push('other:v1', { text: 'one' })
    await ada.good('deploy', '--image', name, '--app', 'other')
    await registry.push('other:v1', { text: 'two' })
    await ada.good('restart', '--app', 'other')

    expect((await platform.request('other')).body).toBe('one')
    const [shop] = JSON.parse(docker('inspect', containerOf('shop')))
    const [network] = Object.values<{ IPAddress: string }>(shop.NetworkSettings.Networks)
    const port = shop.Config.Env.find((line: string) => line.startsWith('PORT=')).slice(5)
    const get = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 2 ${network!.IPAddress} ${port}`
    expect(inside('shop', get).stdout).toMatch(/of the base$/)
    expect(inside('other', get)).toMatchObject({ stdout: '', status: 1 })
  })

  test.each([
    ['RUN --network=host x', /Dockerfile, line 2: "RUN --network=host" is refused/],
    ['RUN --security=insecure x', /line 2: "RUN --security=insecure" is refused/],
    ['RUN --mount=type=bind,from=/,target=/host x', /line 2: "\/" is not the name of an image/],
    ['COPY ../../etc/shadow /', /line 2: "COPY \.\.\/\.\.\/etc\/shadow" is refused/],
    ['FROOM x', /line 2: "FROOM" is no instruction/],
  ])('a Dockerfile that says %s is refused in a sentence, and the app serves on', async (line, message) => {
    const { code, stdout, stderr } = await ada.run([
      'deploy',
      folderOf({ Dockerfile: `FROM ${base}\n${line}\n` }),
      '--app',
      'shop',
    ])

    expect(code).toBe(1)
    expect(stdout + stderr).toMatch(message)
    expect((await platform.request('shop')).body).toBe('of the base')
  })

  test.each([
    ['that is not there', () => `${registry.host}/nothing:1`, /There is no image .*nothing:1/],
    ['whose name is none', () => 'Not/An Image', /is not the name of an image/],
    ['of a registry that is not there', () => '127.0.0.1:9/x:1', /127\.0\.0\.1:9 did not answer/],
  ])('an image %s is refused in a sentence', async (_what, image, message) => {
    const { code, stdout, stderr } = await ada.run(['deploy', '--image', image(), '--app', 'other'])

    expect(code).not.toBe(0)
    expect(stdout + stderr).toMatch(message)
    expect((await platform.request('other')).body).toBe('one')
  })

  test('deleted apps leave no container and no network, and what others have on the engine stays', async () => {
    for (const app of ['shop', 'other']) await ada.good('apps', 'delete', app, '--confirm', app)

    const label = `label=seaworthy.home=${homeOf(platform)}`
    await waitFor(() => docker('ps', '--all', '--quiet', '--filter', label) === '', {
      what: 'the containers to go',
    })
    await waitFor(() => docker('network', 'ls', '--quiet', '--filter', label) === '', {
      what: 'the networks to go',
    })
    expect(docker('inspect', '--format', '{{.State.Status}}', MARK)).toBe('created')
    expect(docker('volume', 'inspect', '--format', '{{.Name}}', MARK)).toBe(MARK)
    expect(docker('image', 'inspect', '--format', '{{.RepoTags}}', base)).toContain(base)
  })
})

function folderOf(files: Record<string, string>): string {
  const { path } = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}
