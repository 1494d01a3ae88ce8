import { parseArgs } from 'node:util'
import { ROLES } from '@dure/contract'
import { disablePerson, INVITATION_HOURS, insertPerson, invite, listPeople } from './auth.sql.ts'
import type { CommandIo } from './command.ts'
import { makeIds } from './ids.ts'
import { isRole, type Person } from './person.ts'

const USAGE = `usage:
  dure person add --name NAME --role ROLE [--role ROLE…] [--facility ID]   make a person, and a sign-in link
  dure person invite ID                                                    a new sign-in link; the old one is void
  dure person list
  dure person disable ID                                                   ends their sessions at once

ROLE: ${ROLES.join(', ')}
A link works once, within ${INVITATION_HOURS} hours. It is a secret: hand it to this person only.
exit: 0 done · 1 refused · 2 wrong usage`

/** @param argv what follows `dure person` */
export const peopleCommand = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const [action = '', ...rest] = argv
  if (Object.hasOwn(ACTIONS, action)) {
    const status = await ACTIONS[action]?.(rest, io)
    if (status !== undefined) return status
  }
  io.error(USAGE)
  return 2
}

/** Undefined: wrong usage. */
type Action = (argv: readonly string[], io: CommandIo) => Promise<number | undefined>

const add: Action = async (argv, io) => {
  const options = readAdd(argv)
  const name = options?.name?.trim()
  if (options === undefined || name === undefined || name === '' || name.length > 80) return undefined
  const roles = (options.role ?? []).filter(isRole)
  if (roles.length === 0 || roles.length !== options.role?.length) return undefined
  if (roles.includes('hospital_desk') && options.facility === undefined) {
    io.error('A hospital desk works for a hospital: name it with --facility')
    return 1
  }
  const { region } = io.config()
  const now = io.clock.now()
  const id = makeIds(() => now).next()
  const person: Person = { id, name, roles, region, facilityId: options.facility ?? null }
  const db = await io.openDb()
  await insertPerson(db, person, now)
  io.out(`${id}  ${name}  ${roles.join(', ')}`)
  io.out(linkTo(io, await invite(db, id, now)))
  return 0
}

const readAdd = (argv: readonly string[]) => {
  try {
    const options = {
      name: { type: 'string' },
      role: { type: 'string', multiple: true },
      facility: { type: 'string' },
    } as const
    return parseArgs({ args: [...argv], options }).values
  } catch {
    return undefined
  }
}

const inviteAgain: Action = async ([id], io) => {
  if (id === undefined) return undefined
  const db = await io.openDb()
  if (!(await listPeople(db)).some((person) => person.id === id)) return nobody(id, io)
  io.out(linkTo(io, await invite(db, id, io.clock.now())))
  return 0
}

const list: Action = async (_, io) => {
  for (const { id, name, roles, facilityId } of await listPeople(await io.openDb()))
    io.out(`${id}  ${name}  ${roles.join(', ')}${facilityId === null ? '' : `  ${facilityId}`}`)
  return 0
}

const disable: Action = async ([id], io) => {
  if (id === undefined) return undefined
  return (await disablePerson(await io.openDb(), id, io.clock.now())) ? 0 : nobody(id, io)
}

const ACTIONS: Record<string, Action> = { add, invite: inviteAgain, list, disable }

const nobody = (id: string, io: CommandIo): number => {
  io.error(`There is nobody with the id ${id}`)
  return 1
}

/** The token stands after the hash: browsers send that part to no server, so no log has it. */
const linkTo = (io: CommandIo, token: string): string => {
  const { publicUrl, host, port } = io.config()
  return `${publicUrl ?? `http://${host}:${port}`}/sign-in#${token}`
}
