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
      'ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1',
      'RUN python3 -m venv /venv',
      'ENV PATH=/venv/bin:$PATH',
      requirements === 'requirements.txt'
        ? ['COPY requirements.txt ./', 'RUN pip install -r requirements.txt']
        : [],
      'COPY . .',
      requirements === '.' ? 'RUN pip install .' : [],
      buildLines(manifest.build),
      '',
      `FROM ${images.python}`,
      'WORKDIR /app',
      'COPY --from=build /venv /venv',
      'COPY --from=build /app /app',
      'ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

/** Nothing that runs on the server's own Python: the image has its own. */
function inContainer(command: string): string {
  return command.replace(/^python3 -m (gunicorn|uvicorn|flask)\b/, '$1')
}
