/** The CPUs in a list of the kernel such as `0-3,8` (cpuset(7)), in its order. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter(part => part !== '')
    .flatMap(part => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

/** All of a list but the first, which is left to those who take little. Undefined where there is only one. */
export function withoutSpareCpu(list: string): string | undefined {
  const cpus = parseCpuList(list)
  return cpus.length < 2 ? undefined : cpus.slice(1).join(',')
}
