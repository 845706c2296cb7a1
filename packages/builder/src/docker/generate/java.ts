import type { SourceFacts } from '../../detect/source-facts.ts'
import { buildLines, dockerfileText, type Generator, lastLines } from './generated.ts'

/** Spring reads the property; others read PORT. */
const START = 'java -XX:MaxRAMPercentage=75 -Dserver.port=$PORT -jar /app/app.jar'

export const java: Generator = {
  title: 'Java',
  fits: facts => isMaven(facts) || isGradle(facts),
  generate({ facts, manifest, images }) {
    const web = manifest.processes.web ?? START
    const text = dockerfileText(
      isMaven(facts) ? mavenStage(images.maven) : gradleStage(facts, images.gradle),
      buildLines(
        manifest.build,
        isMaven(facts) ? 'mvn -B -q -DskipTests package' : 'gradle --no-daemon -q assemble',
      ),
      // Of several archives the runnable one has the dependencies in it: it is the largest.
      `RUN cp "$(ls -S ${isMaven(facts) ? 'target' : 'build/libs'}/*.jar | head -n 1)" /app.jar`,
      '',
      `FROM ${images.java}`,
      'WORKDIR /app',
      'COPY --from=build /app.jar /app/app.jar',
      lastLines(web),
    )
    return { text, processes: { ...manifest.processes, web } }
  },
}

const isMaven = ({ entries }: SourceFacts) => entries.includes('pom.xml')
const isGradle = ({ entries }: SourceFacts) =>
  entries.includes('build.gradle') || entries.includes('build.gradle.kts')

function mavenStage(image: string): string[] {
  return [
    `FROM ${image} AS build`,
    'WORKDIR /src',
    'COPY pom.xml ./',
    'RUN mvn -B -q dependency:go-offline',
    'COPY . .',
  ]
}

function gradleStage({ entries }: SourceFacts, image: string): string[] {
  const files = entries.filter(name => /^(build|settings)\.gradle(\.kts)?$|^gradle\.properties$/.test(name))
  return [
    `FROM ${image} AS build`,
    'WORKDIR /src',
    `COPY ${files.join(' ')} ./`,
    'RUN gradle --no-daemon -q dependencies',
    'COPY . .',
  ]
}
