import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { type AskOptions, type Reply, rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

const sticky = { cookie: 'stay', maxAgeSeconds: 3_600 }

async function twoInstances() {
  const [one, two] = await Promise.all(
    ['one', 'two'].map(name =>
      httpBackend((_, response) => {
        response.setHeader('Set-Cookie', [`from=${name}; Path=/`, 'own=1'])
        response.end(name)
      }),
    ),
  )
  return [target(one!.port, { id: 'ins_one' }), target(two!.port, { id: 'ins_two' })] as const
}

function cookiesOf({ headers }: Reply): string[] {
  return [headers['set-cookie'] ?? []].flat()
}

function withCookie(reply: Reply): AskOptions {
  const set = cookiesOf(reply).find(cookie => cookie.startsWith('stay='))!
  return { headers: { cookie: `a=b; ${set.split(';')[0]}; c=d` } }
}

test('a client stays at the instance that it got first, by a cookie that tells nothing of it', async () => {
  const edge = await TestEdge.start()
  const targets = await twoInstances()
  await edge.push(route([...targets], { sticky }))

  const first = await edge.ask()
  const again = await Promise.all(Array.from({ length: 20 }, () => edge.ask(withCookie(first))))

  expect(new Set(again.map(({ body }) => body))).toEqual(new Set([first.body]))
  expect(again.flatMap(cookiesOf).filter(cookie => cookie.startsWith('stay='))).toEqual([])
  const cookies = cookiesOf(first)
  expect(cookies).toContain(`from=${first.body}; Path=/`)
  expect(cookies).toContain('own=1')
  const own = cookies.find(cookie => cookie.startsWith('stay='))!
  expect(own).toMatch(/^stay=[\w-]{22}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/)
  for (const { id, port } of targets) expect(own).not.toMatch(new RegExp(`${id}|${port}`))
})

test('it moves when its instance drains, and its cookie with it', async () => {
  const edge = await TestEdge.start()
  const [one, two] = await twoInstances()
  await edge.push(route([one], { sticky }))
  const first = await edge.ask()

  await edge.push(route([{ ...one, state: 'draining' }, two], { sticky }))
  const moved = await edge.ask(withCookie(first))

  expect(first.body).toBe('one')
  expect(moved.body).toBe('two')
  expect(withCookie(moved)).not.toEqual(withCookie(first))
})

test('an instance that fails is left, and cookies outlive a restart of the edge', async () => {
  const edge = await TestEdge.start()
  const [one, two] = await twoInstances()
  const gone = await rawBackend(socket => socket.destroy())
  await edge.push(route([one, two], { sticky }))
  const first = await edge.ask()
  await edge.kill()

  const next = await TestEdge.start({ home: edge.home })
  const again = await Promise.all(Array.from({ length: 10 }, () => next.ask(withCookie(first))))
  expect(again.every(({ body }) => body === first.body)).toBe(true)

  const broken = { ...target(gone.port), id: first.body === 'one' ? 'ins_one' : 'ins_two' }
  const healthy = first.body === 'one' ? two : one
  await next.push(route([broken, healthy], { sticky }))
  const moved = await next.ask(withCookie(first))
  expect(moved.body).toBe(first.body === 'one' ? 'two' : 'one')
})

test.each(['stay=', 'stay=made-up', 'stay=../..', `stay=${'x'.repeat(5_000)}`, 'nostay=1', 'stay'])(
  'a cookie that means nothing is replaced: %s',
  async cookie => {
    const edge = await TestEdge.start()
    const [one] = await twoInstances()
    await edge.push(route([one], { sticky }))

    const reply = await edge.ask({ headers: { cookie } })

    expect(reply.status).toBe(200)
    expect(cookiesOf(reply).some(set => set.startsWith('stay='))).toBe(true)
  },
)

test('a WebSocket goes to the instance of its client', async () => {
  const edge = await TestEdge.start()
  const answer = (name: string) => (socket: { write(text: string): unknown }, received: string) => {
    if (!received.endsWith('\r\n\r\n')) return
    const body = `HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`
    const isUpgrade = received.slice(received.lastIndexOf('GET ')).includes('websocket')
    socket.write(
      isUpgrade ? `HTTP/1.1 101 ${name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n` : body,
    )
  }
  const [one, two] = [await rawBackend(answer('one')), await rawBackend(answer('two'))]
  await edge.push(route([target(one.port), target(two.port)], { sticky }))
  const first = await edge.ask()

  for (let round = 0; round < 6; round++) {
    const { cookie } = withCookie(first).headers as { cookie: string }
    const client = await edge.connect()
    client.socket.write(
      `GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: ${cookie}\r\n\r\n`,
    )
    await waitFor(() => client.text().includes(` 101 ${first.body}`))
    client.socket.destroy()
  }
})
