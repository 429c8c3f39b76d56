import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeBlock } from '../../../src/blocks/describe.ts'
import { dhis2 } from '../../../connectors/dhis2/block.ts'
import { createDhis2Client } from '../../../connectors/dhis2/client.ts'
import { checkDhis2Settings, DEMO_CONNECTION } from '../../../connectors/dhis2/settings.ts'

const TOKEN = 'd2p_iKrAY7sR6rPea1rub181baRzyyui2AW07ymXPRExAgwa051Mei'
const PASSWORD = { username: 'admin', password: 'top-secret' }

describe('the address of a server', () => {
  it.each([
    'https://dhis2.test/hmis',
    'https://dhis2.test/hmis/',
    'https://dhis2.test/hmis/api',
    'https://dhis2.test/hmis/api/',
    'https://dhis2.test/hmis/api/42/',
    ' https://dhis2.test/hmis/dhis-web-dashboard/#/ ',
  ])('D2-006 may be written "%s"', (baseUrl) => {
    const once = checkDhis2Settings({ baseUrl, ...PASSWORD })
    const twice = checkDhis2Settings(once)

    expect([once.baseUrl, twice.baseUrl]).toEqual(['https://dhis2.test/hmis', 'https://dhis2.test/hmis'])
  })

  it.each(['dhis2.test', 'ftp://dhis2.test', '', 'https://admin:top-secret@dhis2.test'])(
    'is refused as "%s", naming the field and no password',
    (baseUrl) => {
      const check = () => checkDhis2Settings({ baseUrl, ...PASSWORD })

      expect(check).toThrow(
        expect.objectContaining({
          code: 'config/block-invalid',
          message: expect.stringContaining('baseUrl: must begin with'),
        }),
      )
      expect(check).not.toThrow(/top-secret/)
    },
  )
})

describe('the way to sign in', () => {
  const baseUrl = 'https://dhis2.test'

  it.each([
    ['nothing', {}, 'username: is missing: give username and password, or token'],
    ['no password', { username: 'admin' }, 'password: is missing beside username'],
    ['no username', { password: 'top-secret' }, 'username: is missing beside password'],
    ['two ways', { ...PASSWORD, token: TOKEN }, 'token: give one way to sign in only'],
  ])('is refused with %s', (_, settings, message) => {
    expect(() => checkDhis2Settings({ baseUrl, ...settings })).toThrow(
      expect.objectContaining({ code: 'config/block-invalid', message: expect.stringContaining(message) }),
    )
  })

  it.each([`${TOKEN.slice(0, -1)}j`, 'd2pat_tooshort', 'top-secret'])(
    'refuses a malformed token before anything is sent, without printing it: %s',
    (token) => {
      const check = () => checkDhis2Settings({ baseUrl, token })

      expect(check).toThrow(
        expect.objectContaining({ code: 'config/block-invalid', message: expect.stringContaining('checksum') }),
      )
      expect(check).not.toThrow(new RegExp(token))
    },
  )

  it('F063 prints no secret', () => {
    const settings = checkDhis2Settings({ baseUrl, ...PASSWORD })
    const client = createDhis2Client({ baseUrl, token: TOKEN })

    for (const text of [inspect(settings), JSON.stringify(settings), inspect(client, { depth: 9 })]) {
      expect(text).not.toMatch(/top-secret|d2p_/)
    }
  })

  it('F069 is known for the demo server, whose fallback masks its password', () => {
    const settings = checkDhis2Settings(DEMO_CONNECTION)

    expect(settings).toMatchObject({ baseUrl: 'https://play.im.dhis2.org/dev', username: 'admin' })
    expect(settings.password?.reveal()).toBe('district')
    expect(inspect(settings)).not.toContain('district')
  })
})

describe('the dhis2 block', () => {
  it('F231 is saved as dhis2-credentials and has a short name', () => {
    expect([dhis2.slug, dhis2.shortName]).toEqual(['dhis2-credentials', 'dhis2'])
  })

  it('describes its fields, and which of them are sealed', () => {
    const { fields, secretPaths } = describeBlock(dhis2)

    expect(fields.filter(({ required }) => required).map(({ path }) => path)).toEqual(['baseUrl'])
    expect(secretPaths).toEqual(['password', 'token', 'bearerToken'])
    expect(fields.find(({ path }) => path === 'timeoutMs')).toMatchObject({ default: 60_000 })
  })
})
