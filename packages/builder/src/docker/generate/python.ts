import { looksLikePython, pythonRequirements, pythonWebCommand } from '../../detect/python-app.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

export const python: Generator = {
  title: 'Python',
  fits: looksLikePython,
  generate({ facts, manifest, images }) {
    const requirements = pythonRequirements(facts)
    const web = inContainer(manifest.processes.web ?? pythonWebCommand(facts))
    const text = dockerfileText(
      `FROM ${images.python} AS build`,
      'WORKDIR /app',
      requirements ? VENV : [],
      requirements === 'requirements.txt'
        ? ['COPY requirements.txt ./', 'RUN pip install -r requirements.txt']
        : [],
      'COPY . .',
      requirements === '.' ? 'RUN pip install .' : [],
      buildLines(manifest.build),
      '',
      `FROM ${images.python}`,
      'WORKDIR /app',
      requirements ? ['COPY --from=build /venv /venv', 'ENV PATH=/venv/bin:$PATH'] : [],
      'COPY --from=build /app /app',
      'ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

/** Packages go where they can be copied from as a whole, without the tools that made them. */
const VENV = [
  'ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1',
  'RUN python3 -m venv /venv',
  'ENV PATH=/venv/bin:$PATH',
]

/** Nothing that runs on the server's own Python: the image has its own. */
function inContainer(command: string): string {
  return command.replace(/^python3 -m (gunicorn|uvicorn|flask)\b/, '$1')
}
