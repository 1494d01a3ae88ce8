import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of CPU for each of so many, Node's and PostgreSQL's apart: the figure that a busy machine does not change much. */
export const cpuWatch = () => {
  const node = process.cpuUsage()
  const database = databaseTicks()
  return (count: number): { readonly node: number; readonly database: number } => {
    const { user, system } = process.cpuUsage(node)
    return { node: (user + system) / count, database: ((databaseTicks() - database) * 10_000) / count }
  }
}

/** CPU time in hundredths of a second of the PostgreSQL that this process started, its backends included. */
export const databaseTicks = (): number => {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8')
        const after = text.slice(text.lastIndexOf(')') + 2).split(' ')
        return [{ pid: Number(name), parent: Number(after[1]), ticks: Number(after[11]) + Number(after[12]) }]
      } catch {
        return []
      }
    })
  const isOurs = (pid: number, depth = 0): boolean => {
    if (pid === process.pid) return true
    const one = stats.find((stat) => stat.pid === pid)
    return one !== undefined && depth < 6 && isOurs(one.parent, depth + 1)
  }
  return stats.filter(({ pid }) => pid !== process.pid && isOurs(pid)).reduce((sum, { ticks }) => sum + ticks, 0)
}
