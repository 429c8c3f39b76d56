/** Lines of a log, with the moment, the level and the message beside each other. */
import type { LogLine } from '../../model/log-line.ts'
import { html, type Html } from '../html.ts'

export function logView(lines: readonly LogLine[]): Html {
  return html`<div class="log" role="log" tabindex="0">
    ${lines.map(
      ({ at, level, message }) =>
        html`<div class="${level}">
          <time datetime="${at}" title="${at}" data-clock>${at.slice(11, 23)}</time><b>${level}</b
          ><span>${message}</span>
        </div>`,
    )}
  </div>`
}

/** The same as plain text, one line each, for a file. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}\n`).join('')
}
