/** Answers out of the edge's shared cache against nginx's proxy_cache: 64 connections, one small answer, in turns. */
import { tableRules } from '@seaworthy/routes/settings'
import { freePort } from './contest.ts'
import { nginxCacheConfig } from './proxy-configs.ts'
import { inTurns, onStage, proxyRoute, ROUNDS, ratio, ready, turnRow } from './stage.ts'
import { printTable } from './table.ts'

const LOAD = { connections: 64, seconds: 3 }

export async function run(): Promise<unknown> {
  return await onStage('cache', async stage => {
    const backend = await stage.backend()
    const route = {
      ...proxyRoute({ port: backend.port }),
      ...tableRules({ cache: [{ path: '/*', store: true, defaultSeconds: 3_600 }] }),
    }
    const edge = await stage.edge('edge', { version: 1, routes: [route] })
    const port = await freePort()
    const options = { folder: stage.folder, port, backendPort: backend.port }
    const nginx = stage.nginx('nginx', port, `user root;\n${nginxCacheConfig(options)}`)
    await ready([backend, edge, nginx])
    const turns = await inTurns([edge, nginx], LOAD)
    const [ours, theirs] = [turns.get('edge')!, turns.get('nginx')!]
    const rows = [
      { ...turnRow('edge', ours), 'of nginx': `${ratio(ours, theirs).toFixed(2)} ×` },
      { ...turnRow('nginx', theirs), 'of nginx': '' },
    ]
    printTable(`answers out of the cache, ${ROUNDS} rounds in turns`, rows)
    return { rows, turns: Object.fromEntries(turns) }
  })
}
