/** For tests: a control plane with one app, and what can be added to it. */
import { startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

export async function withApp(options: { heartbeatMs?: number } = {}): Promise<TestControlPlane> {
  const platform = await startTestControlPlane(options)
  await platform.apps.create({ slug: 'shop' })
  return platform
}

export async function withDeployment(options: { heartbeatMs?: number } = {}): Promise<TestControlPlane> {
  const platform = await withApp(options)
  await platform.deployments.add((await platform.apps.getBySlug('shop'))!)
  return platform
}

export async function addBuild({ store, builds }: TestControlPlane, appId: string) {
  const source = {
    id: 'src_1',
    app_id: appId,
    digest: 'sha256:1',
    kind: 'archive' as const,
    origin_json: '{}',
    size_bytes: 1,
    entries: 1,
    created_at: 1,
  }
  await store.db.insertInto('sources').values(source).execute()
  return builds.create({ appId, sourceId: source.id })
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
