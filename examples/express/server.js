import express from 'express'

const { PORT = '3000', SEAWORTHY_RELEASE = 'local', GREETING = 'Hello' } = process.env
const app = express()
app.disable('x-powered-by')

app.get('/', (_request, response) => {
  response.json({ message: `${GREETING} from Express`, release: SEAWORTHY_RELEASE })
})

app.get('/healthz', (_request, response) => {
  response.type('text').send('ok\n')
})

const server = app.listen(Number(PORT), error => {
  if (error) throw error
  console.log(`listening on port ${PORT}`)
})

process.once('SIGTERM', () => server.close(() => process.exit(0)))
