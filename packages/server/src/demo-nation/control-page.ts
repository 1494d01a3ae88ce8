/** The demo's control page: what runs, what is cut, and buttons to change it. */
export const controlPage = (): string => `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>두레 데모: 망 조작</title>
<style>
 body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 60rem }
 table { border-collapse: collapse } td, th { border: 1px solid #999; padding: .4rem .7rem; text-align: left }
 button { font: inherit; padding: .3rem .7rem; margin: .1rem } .cut { color: #b00 } #said { min-height: 1.5em }
</style></head><body>
<h1>두레 데모: 망 조작</h1>
<p>이 화면은 데모에만 있습니다. 셀을 끊거나 멈추면 각 셀의 화면이 어떻게 바뀌는지 보십시오.</p>
<p id="said" role="status"></p>
<h2>셀</h2><table><thead><tr><th>셀</th><th>화면</th><th>상태</th><th>조작</th></tr></thead><tbody id="cells"></tbody></table>
<h2>연결</h2><table><thead><tr><th>사이</th><th>상태</th><th>조작</th></tr></thead><tbody id="links"></tbody></table>
<p><button id="heal">모든 연결 복구</button></p>
<script>
const said = document.getElementById('said')
const act = async (what, body = {}) => {
  said.textContent = '…'
  const response = await fetch('/' + what, { method: 'POST', headers: { 'x-dure-demo': '1' }, body: JSON.stringify(body) })
  const answer = await response.json()
  said.textContent = answer.said === 'done' ? '완료' : (answer.said ?? answer.error)
  show()
}
const button = (text, go) => { const b = document.createElement('button'); b.textContent = text; b.onclick = go; return b }
const row = (...cells) => {
  const tr = document.createElement('tr')
  for (const cell of cells) { const td = document.createElement('td'); td.append(...[cell].flat()); tr.append(td) }
  return tr
}
const show = async () => {
  const state = await (await fetch('/state')).json()
  const name = (code) => state.cells.find((one) => one.code === code).name
  const regions = state.cells.filter((one) => one.code !== '00')
  document.getElementById('cells').replaceChildren(...state.cells.map((one) => {
    const link = document.createElement('a'); link.href = one.url; link.textContent = one.url
    const neighbours = one.code === '00' ? [] : regions.filter((other) => other.code !== one.code)
    return row(one.name + ' ' + one.code, link, one.running ? '동작' : '멈춤', [
      one.running ? button('강제 종료', () => act('kill', { cell: one.code })) : button('시작', () => act('start', { cell: one.code })),
      button('모두와 끊기', () => act('cut-from-all', { cell: one.code })),
      ...neighbours.map((other) => button(other.name + '이 대신 맡기', () => act('stand-in', { writer: other.code, origin: one.code }))),
      ...(one.code === '00' ? [] : [button('복귀', () => act('return', { cell: one.code }))])])
  }))
  const pairs = state.cells.flatMap((one, at) => state.cells.slice(at + 1).map((other) => [one.code, other.code]))
  document.getElementById('links').replaceChildren(...pairs.map(([one, other]) => {
    const cut = state.cut.some(([a, b]) => a === one && b === other)
    const status = document.createElement('span'); status.textContent = cut ? '끊김' : '연결'; if (cut) status.className = 'cut'
    return row(name(one) + ' – ' + name(other), status, button('끊기', () => act('cut', { one, other })))
  }))
}
document.getElementById('heal').onclick = () => act('heal')
show(); setInterval(show, 3000)
</script></body></html>
`
