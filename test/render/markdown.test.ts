import { describe, expect, it } from 'vitest'
import { markdownTable, markdownToHtml } from '../../src/render/index.ts'

describe('a Markdown table', () => {
  it.each([
    'a | b',
    'line one\nline two',
    '*bold* and _soft_ and `code`',
    '[here](https://example.org)',
    '<b>raw</b> &amp; ~~gone~~',
    'malaria_cases_confirmed',
    String.raw`C:\temp\|`,
    '# heading',
  ])('R41 shows %j as it is, in one cell', async (text) => {
    const html = await markdownToHtml(markdownTable([{ name: text, value: 1 }]))

    const cells = [...html.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell ?? '')
    expect(cells).toHaveLength(2)
    expect(unescape(cells[0] ?? '')).toBe(text.replace('\n', ' '))
  })

  it('R41 has a column for every member that any row has', () => {
    expect(markdownTable([{ a: 1 }, { b: null, a: 2 }])).toBe('| a | b |\n| --- | --- |\n| 1 | – |\n| 2 | – |')
  })

  it('is nothing when there is nothing', () => {
    expect(markdownTable([])).toBe('')
  })
})

describe('Markdown as HTML', () => {
  it('runs nobody’s script', async () => {
    const html = await markdownToHtml(
      '<script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.example) ![d](http://evil.example/x.png "t")',
    )

    expect(html).not.toMatch(/<script|href="(javascript|data|\/\/)/)
  })

  it('keeps links that only lead somewhere', async () => {
    expect(await markdownToHtml('[a](https://example.org) [b](mailto:a@example.org)')).toMatch(
      /href="https:\/\/example\.org".*href="mailto:a@example\.org"/,
    )
  })
})

function unescape(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
