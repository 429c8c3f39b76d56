/** The sandbox's own page: where everything is, how to sign in, and what was sent. */
import { escape } from '../render/html-report.ts'
import { STYLE } from '../render/report-style.ts'
import type { SandboxAddresses, SandboxMessages } from './start-sandbox.ts'

export interface HomePage {
  readonly version: string
  readonly addresses: Omit<SandboxAddresses, 'home'>
  readonly messages: SandboxMessages
}

/** How many messages of each kind the page shows; the newest. */
const SHOWN = 20

export function buildHomePage({ version, addresses, messages }: HomePage): Response {
  const services = [
    [`DHIS2 ${version}`, addresses.dhis2, 'sign in as admin with the password district'],
    ['Open-Meteo', addresses.openMeteo, 'air quality and weather by the hour, no key'],
    ['World Bank', addresses.worldBank, 'indicators by country and year, with figures that are made up'],
    ['Object store', addresses.objectStore, 'the bucket exports, with the access key sandbox and any secret'],
    ['WorldPop', addresses.worldPop, 'people in polygons, and the catalogue; the people are made up'],
    ['Slack', addresses.slack, 'every path is a webhook; GET /messages lists what came'],
    ['Webhook', addresses.webhook, 'takes anything; GET /messages lists what came'],
  ]
  const rows = services.map(
    ([name = '', address = '', note = '']) =>
      `<tr><td>${escape(name)}</td><td><a href="${escape(address)}">${escape(address)}</a></td><td>${escape(note)}</td></tr>`,
  )
  const slack = messages.slack
    .slice(-SHOWN)
    .map(({ receivedAt, text, payload }) => `${receivedAt}\n${text ?? JSON.stringify(payload)}`)
  const webhook = messages.webhook
    .slice(-SHOWN)
    .map(({ receivedAt, method, path, body }) => `${receivedAt}  ${method} ${path}\n${body}`)
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>d2flow sandbox</title><style>${STYLE}</style></head>
<body><main>
<header><p class="brand">d2flow</p><h1>Sandbox</h1>
<p class="lead">Fakes of the services that flows talk to, on this machine only. Nothing is kept when it stops.</p></header>
<section><h2>Addresses</h2><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div></section>
<section><h2>Try it</h2><pre>curl -u admin:district '${escape(addresses.dhis2)}/api/organisationUnits?level=2&amp;fields=id,name'
d2flow block create dhis2 sandbox -v baseUrl=${escape(addresses.dhis2)} -v username=admin</pre></section>
${messagesSection('Sent to Slack', slack)}
${messagesSection('Sent to the webhook', webhook)}
</main></body></html>
`
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function messagesSection(title: string, texts: readonly string[]): string {
  const shown = texts.length === 0 ? '<p class="note">Nothing yet.</p>' : `<pre>${escape(texts.join('\n\n'))}</pre>`
  return `<section><h2>${escape(title)}</h2>${shown}</section>`
}
