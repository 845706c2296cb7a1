import { once } from 'node:events'
import { connect } from 'node:net'
import multipart from '@fastify/multipart'
import { waitFor } from '@seaworthy/testing'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readArchiveUpload } from './archive-upload.ts'

const LIMIT_BYTES = 100_000

interface Outcome {
  fields?: object
  filename?: string
  bytes: number
  error?: { code?: string; status?: number; message: string }
  ended?: boolean
}

describe('an upload', () => {
  test('is handed on as a stream, with its fields', async () => {
    const { url, outcome } = await serve()
    const form = new FormData()
    form.set('scheduledAt', '2030-01-01T00:00:00Z')
    form.set('archive', new Blob(['x'.repeat(90_000)]), 'shop.tar')

    await fetch(url, { method: 'POST', body: form })

    expect(await outcome).toEqual({
      fields: { scheduledAt: '2030-01-01T00:00:00Z' },
      filename: 'shop.tar',
      bytes: 90_000,
      ended: true,
    })
  })

  test.each([
    [
      'without a file',
      (form: FormData) => form.set('scheduledAt', '2030-01-01T00:00:00Z'),
      400,
      /archive is missing/,
    ],
    [
      'with a file of another name',
      (form: FormData) => form.set('file', new Blob(['x']), 'a.tar'),
      400,
      /named archive/,
    ],
    [
      'with an unknown field',
      (form: FormData) => addAll(form, { hello: 'x', archive: new Blob(['x']) }),
      400,
      /hello is not known/,
    ],
    [
      'with a wrong field',
      (form: FormData) => addAll(form, { scheduledAt: 'soon', archive: new Blob(['x']) }),
      400,
      /scheduledAt/,
    ],
    [
      'with a field after the file',
      (form: FormData) => addAll(form, { archive: new Blob(['x']), scheduledAt: 'x' }),
      400,
      /last part/,
    ],
    ['with two files', (form: FormData) => addTwo(form), 400, /last part|files limit/],
    [
      'that is too large',
      (form: FormData) => addAll(form, { archive: new Blob(['x'.repeat(LIMIT_BYTES + 1)]) }),
      413,
      /larger than/,
    ],
    [
      'that names a prototype',
      (form: FormData) => addAll(form, { toString: 'x', archive: new Blob(['x']) }),
      400,
      /form is not/,
    ],
  ])('%s is refused before its stream ends', async (_, fill, status, message) => {
    const { url, outcome } = await serve()
    const form = new FormData()
    fill(form)

    await fetch(url, { method: 'POST', body: form })

    expect((await outcome).ended).toBeUndefined()
    expect((await outcome).error).toMatchObject({ status, message: expect.stringMatching(message) })
  })

  test('that breaks off fails its stream, so that nothing is kept', async () => {
    const { port, outcome } = await serve()
    const socket = connect(port, '127.0.0.1')
    const head = '--b\r\ncontent-disposition: form-data; name="archive"; filename="a.tar"\r\n\r\n'
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 90000\r\n\r\n${head}abc`,
    )
    await once(socket, 'connect')
    await waitFor(() => outcomeOf(port)?.bytes === 3, { what: 'the first bytes to arrive' })

    socket.destroy()

    expect(await outcome).toMatchObject({ bytes: 3, error: { code: 'upload_broken_off', status: 400 } })
  })
})

const running = new Map<number, Outcome>()
const outcomeOf = (port: number) => running.get(port)

/** A server that reads the upload as a deployment would, and says how that went. */
async function serve() {
  const server = Fastify({ forceCloseConnections: true })
  await server.register(multipart, { throwFileSizeLimit: false })
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const outcome: Outcome = { bytes: 0 }
  server.post('/', async request => {
    try {
      const { fields, filename, stream } = await readArchiveUpload(request, { limitBytes: LIMIT_BYTES })
      Object.assign(outcome, { fields, filename })
      for await (const chunk of stream) outcome.bytes += chunk.byteLength
      outcome.ended = true
    } catch (error) {
      outcome.error = error as NonNullable<Outcome['error']>
    }
    resolve(outcome)
    return {}
  })
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  const port = Number(new URL(url).port)
  running.set(port, outcome)
  onTestFinished(() => server.close())
  return { url, port, outcome: promise }
}

function addAll(form: FormData, parts: Record<string, string | Blob>): void {
  for (const [name, value] of Object.entries(parts)) form.set(name, value as string)
}

function addTwo(form: FormData): void {
  form.append('archive', new Blob(['x']), 'a.tar')
  form.append('archive', new Blob(['y']), 'b.tar')
}
