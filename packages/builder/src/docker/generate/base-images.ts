/** What generated Dockerfiles start from, by name. Each may be set for the platform or in an app's manifest. */
export const DEFAULT_BASE_IMAGES = {
  debian: 'debian:bookworm-slim',
  go: 'golang:1-bookworm',
  gradle: 'gradle:8-jdk21',
  java: 'eclipse-temurin:21-jre',
  maven: 'maven:3-eclipse-temurin-21',
  node: 'node:26-slim',
  php: 'php:8.4-apache',
  composer: 'composer:2',
  python: 'python:3.13-slim',
  ruby: 'ruby:3.4-slim',
  rust: 'rust:1-slim-bookworm',
} as const

export type BaseImageName = keyof typeof DEFAULT_BASE_IMAGES
export type BaseImages = Readonly<Record<BaseImageName, string>>

export const BASE_IMAGE_NAMES = Object.keys(DEFAULT_BASE_IMAGES) as BaseImageName[]

/** The defaults, with what the platform and then what the app sets instead. */
export function baseImagesOf(...chosen: readonly Readonly<Partial<Record<string, string>>>[]): BaseImages {
  return Object.assign({ ...DEFAULT_BASE_IMAGES }, ...chosen) as BaseImages
}
