import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './postgres.place.ts'

export interface Postmaster {
  readonly pid: number
  readonly socketDir: string
  readonly ready: boolean
}

/** What postmaster.pid says: pid, data, start, port, socket folder, address, memory key, status. */
export const readPostmaster = async (cluster: string): Promise<Postmaster | undefined> => {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, socketDir: lines[4] ?? '', ready: lines[7]?.startsWith('ready') === true }
}

/**
 * The processes that have the cluster open. Every PostgreSQL process stands in its data folder, so its working directory
 * tells; a zombie has none, and a pid that was given to another program stands elsewhere. (A pid file tells neither.)
 */
export const serverProcesses = async (cluster: string): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)))
  return pids.filter((_, index) => places[index] === cluster).map(Number)
}

/** With no process left on the data, its pid file and socket files speak of the dead. */
export const removeStaleFiles = async (place: Place): Promise<void> => {
  await rm(join(place.cluster, 'postmaster.pid'), { force: true })
  for (const file of await readdir(place.run).catch(() => []))
    if (file.startsWith('.s.PGSQL.')) await rm(join(place.run, file), { force: true })
}
