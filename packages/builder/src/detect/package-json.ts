/** What of a `package.json` matters to a build. Fields of a wrong type are left out, as npm itself does. */
export interface PackageJson {
  name?: string
  main?: string
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
  enginesNode?: string
  /** The `packageManager` field: `pnpm@9.1.0`. */
  packageManager?: string
  hasWorkspaces: boolean
}

/** @returns undefined when the text is not a JSON object */
export function parsePackageJson(text: string): PackageJson | undefined {
  const json = parseObject(text)
  if (!json) return undefined
  return {
    name: textOf(json.name),
    main: textOf(json.main),
    scripts: textsOf(json.scripts),
    dependencies: textsOf(json.dependencies),
    devDependencies: textsOf(json.devDependencies),
    optionalDependencies: textsOf(json.optionalDependencies),
    enginesNode: textsOf(json.engines).node,
    packageManager: textOf(json.packageManager),
    hasWorkspaces: json.workspaces !== undefined,
  }
}

export function dependsOn(packageJson: PackageJson | undefined, name: string): boolean {
  if (!packageJson) return false
  return [packageJson.dependencies, packageJson.devDependencies, packageJson.optionalDependencies].some(
    group => Object.hasOwn(group, name),
  )
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function textsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string')) as Record<
    string,
    string
  >
}
