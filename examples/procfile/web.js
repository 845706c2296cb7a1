import { createServer } from 'node:http'

const { PORT = '3000', SEAWORTHY_RELEASE = 'local' } = process.env

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(`web of release ${SEAWORTHY_RELEASE}\n`)
})

server.listen(Number(PORT), () => console.log(`web listens on port ${PORT}`))

process.once('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
