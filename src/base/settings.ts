/** The only file that reads the environment. An empty variable counts as not set. */

export interface Settings {
  /** `D2FLOW_STORE`: where runs are kept, for example `sqlite:.d2flow/d2flow.db` or `memory:`. */
  readonly store: string | undefined
  /** `D2FLOW_KEY`: the key that seals secrets. */
  readonly key: string | undefined
  /** `D2FLOW_KEY_FILE`: the file that holds the key, when it is not in the user's configuration folder. */
  readonly keyFile: string | undefined
  /** `XDG_CONFIG_HOME`, else `~/.config`. */
  readonly configHome: string | undefined
  /** `D2FLOW_TOKEN`: what a browser or a program shows to a server that others can reach. */
  readonly serverToken: string | undefined
  /** `D2FLOW_TOKEN_FILE`: the file that holds it. */
  readonly serverTokenFile: string | undefined
  /** `D2FLOW_READ_TOKEN`: the same for those who look and change nothing. */
  readonly serverReadToken: string | undefined
  readonly slackWebhookUrl: string | undefined
  /** `CI` is set: no questions, no animations. */
  readonly ci: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

export function readSettings(environment: Environment = process.env): Settings {
  const read = (name: string) => (environment[name] === '' ? undefined : environment[name])
  const home = read('HOME') ?? read('USERPROFILE')
  return {
    store: read('D2FLOW_STORE'),
    key: read('D2FLOW_KEY'),
    keyFile: read('D2FLOW_KEY_FILE'),
    configHome: read('XDG_CONFIG_HOME') ?? (home === undefined ? undefined : `${home}/.config`),
    serverToken: read('D2FLOW_TOKEN'),
    serverTokenFile: read('D2FLOW_TOKEN_FILE'),
    serverReadToken: read('D2FLOW_READ_TOKEN'),
    slackWebhookUrl: read('SLACK_WEBHOOK_URL'),
    ci: read('CI') !== undefined,
  }
}

/** One variable by name, for blocks whose fields may come from the environment. */
export function readVariable(name: string, environment: Environment = process.env): string | undefined {
  return environment[name] === '' ? undefined : environment[name]
}
