import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../platform/http.errors.ts'
import type { Http } from '../platform/http.ts'
import type { PackService } from './packs.service.ts'

/** Doors and phones come from pages of anybody's: a pack is public, and what counts is its signatures. */
const PUBLIC = {
  'access-control-allow-origin': '*',
  'content-type': 'application/cbor',
  'x-content-type-options': 'nosniff',
}
const NUMBER = /^[1-9]\d{0,8}$/

/**
 * `GET /packs/current` and `GET /packs/7`: files as any static host would serve them, without a session, with an ETag. `current`
 * is asked about again each time; a number never changes.
 */
export const servePackFiles = ({ fastify }: Http, packs: PackService): void => {
  const send = async (request: FastifyRequest, reply: FastifyReply, number: number | null) => {
    const pack = await packs.file(number)
    if (pack === undefined) return sendProblem(reply, { code: 'not-found', detail: 'no such pack here' })
    const etag = `"${pack.sha256}"`
    void reply.headers({
      ...PUBLIC,
      etag,
      'cache-control': number === null ? 'no-cache' : 'public, max-age=31536000, immutable',
      'x-dure-pack': `${pack.number} ${pack.hash}`,
    })
    if (request.headers['if-none-match']?.split(/\s*,\s*/).some((one) => one.replace(/^W\//, '') === etag) === true)
      return reply.code(304).send()
    return reply.send(pack.file)
  }
  fastify.get('/packs/current', { config: { priority: 'ordinary' } }, (request, reply) => send(request, reply, null))
  fastify.get('/packs/:number', { config: { priority: 'ordinary' } }, (request, reply) => {
    const { number } = request.params as { number: string }
    if (!NUMBER.test(number)) return sendProblem(reply, { code: 'not-found', detail: 'a pack has a number' })
    return send(request, reply, Number(number))
  })
}
