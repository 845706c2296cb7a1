import type { EndpointEntry } from '../endpoint-list.ts'

export type ImageAction = 'registry:read' | 'registry:write' | 'volume:read' | 'volume:write' | 'volume:purge'

const REGISTRIES = '/api/v1/teams/{team}/registries'

export const imageEndpoints = {
  'registries.list': {
    method: 'GET',
    path: REGISTRIES,
    action: 'registry:read',
    tag: 'images',
    summary: 'List the registries that a team has a sign-in for, without the passwords',
  },
  'registries.set': {
    method: 'PUT',
    path: `${REGISTRIES}/{host}`,
    action: 'registry:write',
    tag: 'images',
    summary: 'Store the sign-in for a registry of images, or replace it',
  },
  'registries.remove': {
    method: 'DELETE',
    path: `${REGISTRIES}/{host}`,
    action: 'registry:write',
    tag: 'images',
    summary: 'Forget the sign-in for a registry',
  },
  'volumes.list': {
    method: 'GET',
    path: '/api/v1/apps/{slug}/volumes',
    action: 'volume:read',
    tag: 'instances',
    summary: 'List the volumes of an app with their sizes',
  },
  'volumes.remove': {
    method: 'DELETE',
    path: '/api/v1/apps/{slug}/volumes/{volume}',
    action: 'volume:write',
    tag: 'instances',
    summary: 'Put a volume that no release needs into the trash',
  },
  'volumes.trash': {
    method: 'GET',
    path: '/api/v1/apps/{slug}/trash',
    action: 'volume:read',
    tag: 'instances',
    summary: 'List the volumes of an app that are in the trash',
  },
  'volumes.restore': {
    method: 'POST',
    path: '/api/v1/apps/{slug}/trash/{id}/restore',
    action: 'volume:write',
    tag: 'instances',
    summary: 'Take a volume out of the trash',
  },
  'volumes.empty': {
    method: 'DELETE',
    path: '/api/v1/apps/{slug}/trash/{id}',
    action: 'volume:purge',
    tag: 'instances',
    summary: 'Remove a volume that is in the trash for good',
  },
} as const satisfies Record<string, EndpointEntry>
