import { placeholdersOf, resolveTemplate } from 'd2flow/notify'
import { describe, expect, it } from 'vitest'

describe('templates', () => {
  it('F083 fills in subject, body and name', () => {
    const template = { title: '{{subject}}', message: '{{body}}', source: '{{name}}' }

    expect(resolveTemplate(template, { subject: 'S', body: 'B', name: 'template-demo' })).toEqual({
      title: 'S',
      message: 'B',
      source: 'template-demo',
    })
  })

  it('F085 reaches any depth and percent-encodes inside a URL', () => {
    const template = { list: [{ deep: '{{ token }}' }], url: 'https://api.test/notify?token={{token}}', count: 3 }

    expect(resolveTemplate(template, { token: 'a/b c' })).toEqual({
      list: [{ deep: 'a/b c' }],
      url: 'https://api.test/notify?token=a%2Fb%20c',
      count: 3,
    })
  })

  it('F086 fills in several placeholders of one text', () => {
    expect(resolveTemplate('{{subject}}: {{body}}', { subject: 'S', body: 'B' })).toBe('S: B')
  })

  it('F088 does not resolve a value a second time, and keeps quotes and line ends as data', () => {
    const body = 'He said "hi"\nline2 & {{api_token}}'

    expect(resolveTemplate({ text: '{{body}}' }, { body, api_token: 'secret' })).toEqual({ text: body })
  })

  it('leaves an unknown placeholder as it is, also one named like a method', () => {
    expect(resolveTemplate('{{nope}} {{toString}}', {})).toBe('{{nope}} {{toString}}')
    expect(placeholdersOf({ a: '{{x}}', b: ['{{ y }}', 1, null] })).toEqual(['x', 'y'])
  })
})
