import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CSRF_HEADER, roomEndpoints as e, rosterEndpoints as r, uploadRoomFile } from '@dure/contract'
import { monotonicFactory } from 'ulid'
import { SESSION_COOKIE } from '../platform/http.ts'
import { must, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'

const newId = monotonicFactory()
const SCRIPTS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '{{constructor.constructor("alert(1)")()}}',
]
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d494844520000000300000002080200000012164df40000000049454e44ae426082',
  'hex',
)

const talk = async (w: World, title = '회의') => {
  const id = newId()
  must(await w.desk.call(e.openRoom, { body: { id, title, parties: [{ kind: 'person', personId: w.requester.id }] } }))
  return id
}

const upload = (person: TestPerson, roomId: string, name: string, content: Uint8Array) =>
  person.inject({
    method: 'POST',
    url: `/api/rooms/${roomId}/files?name=${encodeURIComponent(name)}`,
    headers: { 'content-type': 'application/octet-stream' },
    payload: Buffer.from(content),
  })

const sendFile = async (person: TestPerson, roomId: string, fileId: string) =>
  must(
    await person.call(e.postMessage, {
      params: { id: roomId },
      body: { id: newId(), body: { kind: 'files', text: null, fileIds: [fileId] } },
    }),
  )

test('a stored script comes back as text of JSON, from every field it can be put into', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  for (const script of SCRIPTS) {
    const id = newId()
    const parties = [{ kind: 'person' as const, personId: w.requester.id }]
    must(await w.desk.call(e.openRoom, { body: { id, title: script, purpose: script, parties } }))
    const mentions = [{ kind: 'person' as const, personId: w.requester.id }]
    must(
      await w.desk.call(e.postMessage, {
        params: { id },
        body: { id: newId(), body: { kind: 'text', text: script }, mentions },
      }),
    )
    const invited = must(await w.desk.call(e.inviteGuest, { params: { id }, body: { forName: script } }))
    const token = invited.link.split('#')[1] ?? ''
    must(await w.test.call(e.guestEnter, { body: { token, code: invited.code, name: script } }))
    const shift = { place: { kind: 'desk' as const, id: '28' }, duty: 'placement' as const, name: script }
    must(
      await w.desk.call(r.addShift, {
        body: { ...shift, startsAt: '2026-01-05T00:00:00Z', endsAt: '2026-01-05T08:00:00Z' },
      }),
    )
    for (const url of [
      '/api/rooms',
      `/api/rooms/${id}`,
      `/api/rooms/${id}/timeline`,
      `/api/rooms/${id}/members`,
      `/api/rooms/${id}/invitations`,
      `/api/room-search?q=${encodeURIComponent(script)}`,
      '/api/rosters?placeKind=desk&placeId=28',
      '/api/rosters/on-call?placeKind=desk&placeId=28&duty=placement',
    ]) {
      const answer = await w.desk.inject({ method: 'GET', url })
      assert.equal(answer.statusCode, 200, url)
      assert.match(String(answer.headers['content-type']), /^application\/json/)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.match(String(answer.headers['content-security-policy']), /script-src 'self'/)
    }
    const { items } = must(await w.desk.call(e.roomTimeline, { params: { id }, query: {} }))
    assert.ok(items.some((one) => one.type === 'message' && one.body.kind === 'text' && one.body.text === script))
  }
})

test('a file name with a script or a second header in it is one quoted name, and what is served runs nothing', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  for (const name of [...SCRIPTS, 'a"\r\nset-cookie: x=1', '../../x.png', '사진.png', 'x.html', '\u202egnp.exe']) {
    const file = JSON.parse((await upload(w.desk, id, name, PNG)).payload)
    const answer = await w.desk.inject({ method: 'GET', url: file.url })
    assert.equal(answer.statusCode, 200, answer.payload)
    assert.equal(answer.headers['content-type'], 'image/png')
    assert.match(
      String(answer.headers['content-disposition']),
      /^inline; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\x21-\x7e]*$/,
    )
    assert.equal(answer.headers['content-security-policy'], "default-src 'none'; sandbox")
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['set-cookie'], undefined)
  }
})

test('HTML and SVG are not taken, whatever they are called; other documents are saved and never shown as pages', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const bytes = (text: string) => new TextEncoder().encode(text)
  for (const [name, content] of [
    ['page.png', '<html><script>alert(1)</script></html>'],
    ['pic.jpg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a.txt', '<?xml version="1.0"?><x/>'],
  ] as const)
    assert.equal((await upload(w.desk, id, name, bytes(content))).statusCode, 415)
  const note = JSON.parse((await upload(w.desk, id, 'note.html', bytes('혈압 90/60'))).payload)
  const answer = await w.desk.inject({ method: 'GET', url: note.url })
  assert.equal(answer.headers['content-type'], 'text/plain')
  assert.match(String(answer.headers['content-disposition']), /^attachment;/)
})

test('a file is fetched by those who read a message with it, and by nobody else', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const uploaded = await uploadRoomFile('', uploadFetch(w, w.desk), { id, name: '흉부 X선.png' }, new Uint8Array(PNG))
  assert.ok(uploaded.ok)
  const get = async (person: TestPerson) => (await person.inject({ method: 'GET', url: uploaded.value.url })).statusCode
  assert.deepEqual([await get(w.desk), await get(w.requester)], [200, 404], 'before it is sent, only who brought it')
  assert.equal(
    refusedAs(
      await w.requester.call(e.postMessage, {
        params: { id },
        body: { id: newId(), body: { kind: 'files', fileIds: [uploaded.value.id] } },
      }),
    ),
    'invalid-input',
    'nobody sends a file another one brought',
  )
  await sendFile(w.desk, id, uploaded.value.id)
  assert.deepEqual([await get(w.requester), await get(w.transport)], [200, 404])
  assert.equal((await w.test.inject({ method: 'GET', url: uploaded.value.url })).statusCode, 401)
  const other = await talk(w)
  const again = JSON.parse((await upload(w.desk, other, 'zweimal.png', PNG)).payload)
  assert.equal(again.sha256, uploaded.value.sha256, 'stored once, however often it is brought')
})

/** As a browser would send it. */
const uploadFetch = (w: World, person: TestPerson): typeof globalThis.fetch =>
  (async (url: string, init: RequestInit = {}) => {
    const answer = await w.test.inject({
      method: 'POST',
      url,
      headers: { ...(init.headers as Record<string, string>), ...person.headers },
      payload: Buffer.from(init.body as Uint8Array),
    })
    return new Response(answer.payload, { status: answer.statusCode })
  }) as typeof globalThis.fetch

test('a file larger than the limit, or without a session or a page of ours, is refused', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  assert.equal((await upload(w.desk, id, 'gross.png', Buffer.alloc(10 * 1024 * 1024 + 1))).statusCode, 413)
  assert.equal((await upload(w.transport, id, 'a.png', PNG)).statusCode, 404)
  const headers = { 'content-type': 'application/octet-stream' }
  const url = `/api/rooms/${id}/files?name=a.png`
  const payload = PNG
  assert.equal(
    (await w.test.inject({ method: 'POST', url, headers: { ...headers, [CSRF_HEADER]: '1' }, payload })).statusCode,
    401,
  )
  const cookie = String(w.desk.headers.cookie)
  assert.equal((await w.test.inject({ method: 'POST', url, headers: { ...headers, cookie }, payload })).statusCode, 403)
})

test('a guest enters one room by link and code, reads from then on, writes, and opens nothing else', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const say = async (text: string) =>
    must(await w.desk.call(e.postMessage, { params: { id }, body: { id: newId(), body: { kind: 'text', text } } }))
  await say('손님이 오기 전')
  assert.equal(
    refusedAs(await w.requester.call(e.inviteGuest, { params: { id }, body: { forName: '이전문의' } })),
    'not-allowed',
  )
  const invited = must(await w.desk.call(e.inviteGuest, { params: { id }, body: { forName: '이전문의' } }))
  const token = invited.link.split('#')[1] ?? ''
  const body = { token, code: invited.code, name: '이전문의' }
  const entered = await w.test.inject({
    method: 'POST',
    url: '/api/guest/enter',
    headers: { [CSRF_HEADER]: '1' },
    payload: body,
  })
  assert.equal(entered.statusCode, 200)
  const cookie = /dure_session=([^;]+)/.exec(String(entered.headers['set-cookie']))?.[1] ?? ''
  const guest = { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${cookie}` }
  await say('어서 오십시오')
  const sent = await w.test.inject({
    method: 'POST',
    url: '/api/guest/messages',
    headers: guest,
    payload: { id: newId(), text: '흉관부터 넣으십시오' },
  })
  assert.equal(sent.statusCode, 201)
  const room = JSON.parse((await w.test.inject({ method: 'GET', url: '/api/guest/room', headers: guest })).payload)
  const said = room.items.flatMap((one: { body: { text?: string } }) => one.body.text ?? [])
  assert.deepEqual(said, ['어서 오십시오', '흉관부터 넣으십시오'])
  for (const url of [
    '/api/me',
    '/api/rooms',
    `/api/rooms/${id}`,
    `/api/rooms/${id}/timeline`,
    '/api/requests',
    '/api/rosters/warnings',
  ])
    assert.equal((await w.test.inject({ method: 'GET', url, headers: guest })).statusCode, 401, url)
  assert.equal(refusedAs(await w.test.call(e.guestEnter, { body })), 'link-spent', 'a link is spent once')
  must(await w.desk.call(e.revokeInvitation, { params: { id: invited.invitation.id } }))
  assert.equal((await w.test.inject({ method: 'GET', url: '/api/guest/room', headers: guest })).statusCode, 401)
  const tries = await w.test.cell.deps.db.sql<{ outcome: string }>(
    `select outcome from rooms.invitation_try order by id`,
  )
  assert.deepEqual(
    tries.map(({ outcome }) => outcome),
    ['entered', 'over'],
  )
})

test('a session that was planted in a guest’s browser is not the one they enter with', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const invited = must(await w.desk.call(e.inviteGuest, { params: { id }, body: { forName: '이전문의' } }))
  const planted = 'planted-by-somebody-who-waits-for-it-to-be-used'
  const entered = await w.test.inject({
    method: 'POST',
    url: '/api/guest/enter',
    headers: { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${planted}` },
    payload: { token: invited.link.split('#')[1] ?? '', code: invited.code, name: '이전문의' },
  })
  assert.equal(entered.statusCode, 200)
  const given = /dure_session=([^;]+)/.exec(String(entered.headers['set-cookie']))?.[1] ?? ''
  assert.notEqual(given, planted)
  const look = (token: string) =>
    w.test.inject({ method: 'GET', url: '/api/guest/room', headers: { cookie: `${SESSION_COOKIE}=${token}` } })
  assert.deepEqual([(await look(planted)).statusCode, (await look(given)).statusCode], [401, 200])
})

test('codes are not guessed: five wrong ones void the link, and an address has ten tries a minute', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const invite = async () => {
    const made = must(await w.desk.call(e.inviteGuest, { params: { id }, body: { forName: '손님' } }))
    return { token: made.link.split('#')[1] ?? '', code: made.code, id: made.invitation.id }
  }
  const enter = (token: string, code: string) => w.test.call(e.guestEnter, { body: { token, code, name: '도둑' } })
  const first = await invite()
  const wrong = first.code === '000000' ? '000001' : '000000'
  for (let at = 0; at < 5; at += 1) assert.equal(refusedAs(await enter(first.token, wrong)), 'link-spent')
  assert.equal(refusedAs(await enter(first.token, first.code)), 'link-spent', 'the right code comes too late')
  const { invitations } = must(await w.desk.call(e.listInvitations, { params: { id } }))
  assert.deepEqual(
    invitations.map(({ state }) => state),
    ['locked'],
  )
  for (let at = 0; at < 4; at += 1) assert.equal(refusedAs(await enter('x'.repeat(43), wrong)), 'link-spent')
  const second = await invite()
  assert.equal(refusedAs(await enter(second.token, second.code)), 'too-many-requests')
  w.test.clock.advance(60_000)
  assert.ok((await enter(second.token, second.code)).ok)
  w.test.clock.advance(73 * 3_600_000)
})

test('an invitation ends by itself', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = await talk(w)
  const made = must(await w.desk.call(e.inviteGuest, { params: { id }, body: { forName: '손님', hours: 1 } }))
  w.test.clock.advance(3_600_000)
  const body = { token: made.link.split('#')[1] ?? '', code: made.code, name: '늦은 손님' }
  assert.equal(refusedAs(await w.test.call(e.guestEnter, { body })), 'link-spent')
})

test('no address of a file makes a fault', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  for (const id of ['none', '..%2f..%2fetc%2fpasswd', '%00', '%ED%A0%80', "'%20or%201=1--", 'x'.repeat(199)]) {
    const { statusCode } = await w.desk.inject({ method: 'GET', url: `/api/files/${id}` })
    assert.ok(statusCode === 404 || statusCode === 400, `${id}: ${statusCode}`)
  }
})
