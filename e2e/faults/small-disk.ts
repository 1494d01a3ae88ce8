import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A disk of so many bytes, which can be filled to the last. Root only. */
export interface SmallDisk {
  fill(): Promise<void>
  /** What filled it is gone. */
  empty(): Promise<void>
  close(): void
}

const PREFIX = 'dure-faults-'
const PIECE = Buffer.alloc(1024 * 1024)

export const mountSmallDisk = async (place: string, megabytes: number, owner: number): Promise<SmallDisk> => {
  await mkdir(place, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, `${PREFIX}${owner}`, place])
  await chmod(place, 0o711)
  const filler = join(place, 'filler')
  return {
    fill: async () => {
      const file = await open(filler, 'a')
      try {
        for (let size = PIECE.length; size >= 1; size = size > 1 ? Math.floor(size / 16) : 0)
          while (await fits(file, PIECE.subarray(0, size)));
      } finally {
        await file.close()
      }
    },
    empty: () => rm(filler, { force: true }),
    close: () => unmount(place),
  }
}

const fits = (file: { write(bytes: Buffer): Promise<{ bytesWritten: number }> }, bytes: Buffer): Promise<boolean> =>
  file.write(bytes).then(
    ({ bytesWritten }) => bytesWritten === bytes.length,
    () => false,
  )

const unmount = (place: string): void => {
  spawnSync('umount', ['--lazy', place], { stdio: 'ignore' })
}

/** Unmounts the small disks that a process answers for, and those whose process is gone. */
export const sweepDisks = (owner: number): void => {
  if (!existsSync('/proc/mounts')) return
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [name = '', place = ''] = line.split(' ')
    const of = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
    if (of !== undefined && (Number(of) === owner || !existsSync(`/proc/${of}`))) unmount(place)
  }
}
