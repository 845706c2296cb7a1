import { createServer } from 'node:http'

const {
  PORT = '3000',
  SEAWORTHY_APP = 'hello',
  SEAWORTHY_RELEASE = 'local',
  SEAWORTHY_INSTANCE = 'local',
} = process.env

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(`Hello from ${SEAWORTHY_APP} ${SEAWORTHY_RELEASE}, instance ${SEAWORTHY_INSTANCE}\n`)
})

server.listen(Number(PORT), () => console.log(`listening on port ${PORT}`))

// Before an instance goes away it gets SIGTERM: take no new connections, answer what is open, leave.
process.once('SIGTERM', () => {
  console.log('stopping: finishing open requests')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
