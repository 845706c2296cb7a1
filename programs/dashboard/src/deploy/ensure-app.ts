import { ApiError, client } from '../api/client.ts'

/** Makes the app unless it is there. */
export async function ensureApp(slug: string): Promise<void> {
  try {
    await client.call('apps.get', { params: { slug } })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    await client.call('apps.create', { body: { slug } })
  }
}
