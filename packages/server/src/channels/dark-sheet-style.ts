/** A4, readable in black on white, from a bad printer, by somebody tired; headings of tables on every page, pages numbered. */
export const SHEET_STYLE = `
@page { size: A4 portrait; margin: 12mm 10mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; } @bottom-left { content: "DURE"; font: 9pt sans-serif; } }
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; }
.sheet { color: #000; background: #fff; font: 9.5pt/1.35 "Pretendard GOV", "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif; }
.sheet { max-width: 200mm; min-width: 170mm; margin: 0 auto; padding: 4mm; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2mm 6mm; border-bottom: 1mm solid #000; padding-bottom: 2mm; }
h1 { font-size: 16pt; margin: 0; }
h2 { font-size: 11.5pt; margin: 5mm 0 1.5mm; break-after: avoid; }
p { margin: 1mm 0; }
.desk { font-size: 12pt; font-weight: 700; }
.made { margin-left: auto; }
.rule { border: 0.3mm solid #000; padding: 1.5mm 2mm; margin-top: 2mm; }
.calls { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(60mm, 1fr)); gap: 1mm 4mm; }
.calls strong { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
th, td { border: 0.25mm solid #555; padding: 0.8mm 1.2mm; text-align: left; vertical-align: top; overflow-wrap: break-word; word-break: keep-all; }
thead { display: table-header-group; }
thead th { background: #e6e6e6; font-size: 8.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
tr { break-inside: avoid; }
.requests th[scope="row"] { font-size: 13pt; letter-spacing: 0.04em; white-space: nowrap; }
.requests td:last-child { min-width: 22mm; }
.requests td:nth-child(2), .requests td:nth-child(3), .requests td:nth-child(7), .tel { white-space: nowrap; }
.none { color: #444; }
.written { break-inside: avoid; }
.written td { height: 8mm; }
.written th:nth-child(1), .written th:nth-child(2) { width: 16mm; }
.written th:nth-child(3) { width: 46mm; }
.written th:nth-child(5) { width: 16mm; }
.privacy { margin-top: 3mm; font-size: 8.5pt; }
@media screen and (max-width: 600px) { body { overflow-x: auto; } .sheet { font-size: 11pt; min-width: 230mm; } }
@media print { .sheet { max-width: none; min-width: 0; padding: 0; } }
`
