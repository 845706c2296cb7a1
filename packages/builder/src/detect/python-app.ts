import { DetectionFailed } from '../errors.ts'
import type { SourceFacts } from './source-facts.ts'

const PYTHON_FILES = [
  'requirements.txt',
  'pyproject.toml',
  'Pipfile',
  'manage.py',
  'app.py',
  'main.py',
  'wsgi.py',
  'server.py',
]

export function looksLikePython(facts: SourceFacts): boolean {
  return PYTHON_FILES.some(file => facts.entries.includes(file))
}

/** What pip installs: the file, or the project itself (`.`) for a pyproject.toml. */
export function pythonRequirements(facts: SourceFacts): string | undefined {
  if (facts.entries.includes('requirements.txt')) return 'requirements.txt'
  return /^\[project\]/m.test(facts.texts['pyproject.toml'] ?? '') ? '.' : undefined
}

/**
 * The web command of a Python app that names none itself.
 * @throws {DetectionFailed} when nothing tells
 */
export function pythonWebCommand(facts: SourceFacts): string {
  const command = djangoCommand(facts) ?? moduleCommand(facts)
  if (command) return command
  throw new DetectionFailed(
    'This looks like a Python app, but nothing tells how to start it: no Django manage.py and no app.py, main.py, wsgi.py ' +
      'or server.py was found. Add a Procfile with a line such as "web: gunicorn shop.wsgi --bind $HOST:$PORT".',
  )
}

function djangoCommand(facts: SourceFacts): string | undefined {
  if (!facts.entries.includes('manage.py')) return undefined
  const project = facts.nested.find(path => path.endsWith('/wsgi.py'))?.split('/')[0]
  return project && requires(facts, 'gunicorn')
    ? `python3 -m gunicorn ${project}.wsgi --bind $HOST:$PORT`
    : 'python3 manage.py runserver --noreload $HOST:$PORT'
}

function moduleCommand(facts: SourceFacts): string | undefined {
  const file = ['app.py', 'main.py', 'wsgi.py', 'server.py'].find(name => facts.entries.includes(name))
  if (!file) return undefined
  const name = file.replace('.py', '')
  const asgi = variableOf(facts.texts[file] ?? '', 'FastAPI|Starlette|Quart|Litestar')
  if (asgi) return `python3 -m uvicorn ${name}:${asgi} --host $HOST --port $PORT`
  const wsgi = variableOf(facts.texts[file] ?? '', 'Flask|Bottle|falcon\\.App')
  if (!wsgi) return `python3 ${file}`
  return requires(facts, 'gunicorn')
    ? `python3 -m gunicorn ${name}:${wsgi} --bind $HOST:$PORT`
    : `python3 -m flask --app ${name}:${wsgi} run --host $HOST --port $PORT`
}

/** The name of the top-level variable that holds the app: `app = FastAPI()`. */
function variableOf(text: string, classes: string): string | undefined {
  return new RegExp(`^(\\w+)\\s*(?::[^=\\n]+)?=\\s*(?:\\w+\\.)?(?:${classes})\\(`, 'm').exec(text)?.[1]
}

function requires(facts: SourceFacts, name: string): boolean {
  const listed = new RegExp(`(^|["'\\s])${name}\\b`, 'mi')
  return (
    listed.test(facts.texts['requirements.txt'] ?? '') || listed.test(facts.texts['pyproject.toml'] ?? '')
  )
}
