import { describe, expect, it } from 'vitest'
import { readSettings, readVariable } from '../../src/base/settings.ts'

describe('the settings', () => {
  it('come from the environment by their names', () => {
    expect(
      readSettings({
        D2FLOW_STORE: 'memory:',
        D2FLOW_KEY: 'words',
        D2FLOW_KEY_FILE: '/keys/d2flow',
        XDG_CONFIG_HOME: '/config',
        SLACK_WEBHOOK_URL: 'https://hooks.example.org',
        CI: 'true',
      }),
    ).toMatchObject({
      store: 'memory:',
      key: 'words',
      keyFile: '/keys/d2flow',
      configHome: '/config',
      slackWebhookUrl: 'https://hooks.example.org',
      ci: true,
    })
  })

  it('are undefined when nothing was said, or only the empty text', () => {
    expect(readSettings({ D2FLOW_STORE: '', CI: '' })).toMatchObject({
      store: undefined,
      key: undefined,
      configHome: undefined,
      ci: false,
    })
  })

  it('look for the configuration in the home of the user, on Windows too', () => {
    expect(readSettings({ HOME: '/home/amina' }).configHome).toBe('/home/amina/.config')
    expect(readSettings({ USERPROFILE: 'C:/Users/amina' }).configHome).toBe('C:/Users/amina/.config')
  })

  it('have one variable by name for blocks', () => {
    expect(readVariable('DHIS2_TOKEN', { DHIS2_TOKEN: 'd2pat_x' })).toBe('d2pat_x')
    expect(readVariable('DHIS2_TOKEN', { DHIS2_TOKEN: '' })).toBeUndefined()
    expect(readVariable('DHIS2_TOKEN', {})).toBeUndefined()
  })
})
