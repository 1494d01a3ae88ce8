import { createHash } from 'node:crypto'
import { ok, ROOM_LIMITS, roomEndpoints } from '@dure/contract'
import type { FastifyInstance } from 'fastify'
import { sha256 } from '../platform/canonical.ts'
import { sendProblem } from '../platform/http.errors.ts'
import { type Http, serve, whoAsks } from '../platform/http.ts'
import type { Person } from '../platform/person.ts'
import { checkFile, dispositionOf, safeName } from './file-check.ts'
import type { Guests } from './guests.service.ts'
import { isLive, keysOf } from './keys.ts'
import { toFileView } from './message-views.ts'
import { insertFile, readableFile } from './messages.sql.ts'
import { noSuchRoom, type Rooms, refuse } from './rooms.service.ts'
import { windowsOf } from './rooms.sql.ts'

/** Bytes as they were sent. In a record of the request stands their digest, not ten megabytes. */
class Upload {
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
  toJSON(): string {
    return createHash('sha256').update(this.bytes).digest('hex')
  }
}

/** Bringing a file and fetching it. */
export const registerFiles = (http: Http, rooms: Rooms, guests: Guests): void => {
  // A body that is not JSON is taken by this one route.
  void http.fastify.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_, bytes, done) =>
      done(null, new Upload(bytes as Buffer)),
    )
    serve({ ...http, fastify: scope })(roomEndpoints.uploadFile, ({ person, params, query, body, now }) =>
      body instanceof Upload
        ? bring(rooms, person, params.id, query.name, body.bytes, now)
        : refuse('unsupported-media', 'application/octet-stream with the file is expected', '/headers/content-type'),
    )
  })
  serveFile(http, rooms, guests)
}

const bring = async (rooms: Rooms, person: Person, roomId: string, name: string, bytes: Buffer, now: Date) => {
  if (!isLive(await windowsOf(rooms.db, roomId, keysOf(person)))) return noSuchRoom
  const checked = await checkFile(bytes)
  if (!checked.ok) return refuse('unsupported-media', checked.error, '/body')
  const digest = sha256(bytes)
  await rooms.files.keep(digest, bytes)
  const { mediaType, image, width, height } = checked.value
  const file = {
    id: rooms.ids.next(),
    room_id: roomId,
    sha256: digest,
    name: safeName(name).slice(0, ROOM_LIMITS.fileNameChars),
    media_type: mediaType,
    bytes: String(bytes.length),
    width,
    height,
    image,
    brought_by: person.id,
  }
  await insertFile(rooms.db, file, now)
  return ok(toFileView(file))
}

/**
 * `GET /api/files/:id`: to those who read a message with it, and to who brought it. Never as a page of ours: pictures of four known
 * kinds may be shown, everything else is saved, and what opens it all the same may run nothing and fetch nothing.
 */
const serveFile = (http: Http, rooms: Rooms, guests: Guests): void => {
  http.fastify.get('/api/files/:id', async (request, reply) => {
    const { id } = request.params as { id: string }
    const person = await whoAsks(http, request)
    const token = request.cookies[http.deps.config.cookieName]
    const guest = person === undefined ? await guests.find(token, http.deps.clock.now()) : undefined
    const reader = person === undefined ? guest : { id: person.id, keys: keysOf(person) }
    if (reader === undefined) return sendProblem(reply, { code: 'sign-in-needed' })
    const file =
      id.includes('\0') || !id.isWellFormed() ? undefined : await readableFile(rooms.db, id, reader.id, reader.keys)
    const content = file === undefined ? undefined : await rooms.files.read(file.sha256)
    if (file === undefined || content === undefined)
      return sendProblem(reply, { code: 'not-found', pointer: '/params/id', detail: 'no such file among yours' })
    return reply
      .headers({
        'content-type': file.media_type,
        'content-length': file.bytes,
        'content-disposition': dispositionOf(file.image ? 'inline' : 'attachment', file.name),
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'private, no-store',
      })
      .send(content)
  })
}
