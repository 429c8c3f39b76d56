// The one script of the pages: times in the reader's zone, a fresh page when something changed, "/" to search, and a
// question before what destroys. Without it everything still works.

const pad = (number) => String(number).padStart(2, '0')

function localText(at) {
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`
}

function showLocalTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    if (time.dataset.clock !== undefined) {
      time.textContent = `${localText(at).slice(11)}.${String(at.getMilliseconds()).padStart(3, '0')}`
    } else if (time.dataset.relative === undefined) {
      time.textContent = localText(at)
    } else {
      time.title = `${localText(at)} · ${time.title}`
    }
  }
  const zone = document.querySelector('[data-zone]')
  if (zone !== null) zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone || 'the zone of this machine'
}

function scrollLogsToEnd(root) {
  for (const log of root.querySelectorAll('.log')) log.scrollTop = log.scrollHeight
}

/** What a person is typing must not be taken from under their hands. */
function isTyping(main) {
  const { activeElement } = document
  if (activeElement !== null && main.contains(activeElement) && activeElement.matches('input, textarea, select'))
    return true
  return [...main.querySelectorAll('input, textarea')].some(
    (field) =>
      field.type !== 'hidden' && (field.value !== field.defaultValue || field.checked !== field.defaultChecked),
  )
}

let fetching = false
let missed = false
/** Something changed while a person was typing. */
let stale = false

async function refresh() {
  if (fetching) {
    missed = true
    return
  }
  const main = document.querySelector('#main')
  stale = isTyping(main)
  if (stale) return
  fetching = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok || answer.redirected) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const next = fresh.querySelector('#main')
    if (next === null || isTyping(main)) return
    const log = main.querySelector('.log')
    const atEnd = log === null || log.scrollHeight - log.scrollTop - log.clientHeight < 40
    const scrolled = log?.scrollTop ?? 0
    const open = [...main.querySelectorAll('details')].map((details) => details.open)
    showLocalTimes(next)
    main.replaceChildren(...next.childNodes)
    document.title = fresh.title
    for (const [at, details] of main.querySelectorAll('details').entries()) details.open = open[at] ?? false
    if (atEnd) scrollLogsToEnd(main)
    else for (const shown of main.querySelectorAll('.log')) shown.scrollTop = scrolled
  } catch {
    // the server is away: the stream tells when it is back
  } finally {
    fetching = false
    if (missed) {
      missed = false
      void refresh()
    }
  }
}

const live = document.body.dataset.live
if (live !== undefined) {
  const stream = new EventSource(live)
  stream.addEventListener('changed', () => void refresh())
}

document.addEventListener('focusout', () => {
  if (stale) void refresh()
})

document.addEventListener('submit', (event) => {
  const question = event.submitter?.dataset.confirm
  if (question !== undefined && !window.confirm(question)) event.preventDefault()
})

document.addEventListener('keydown', (event) => {
  const isField = event.target instanceof Element && event.target.matches('input, textarea, select')
  if (event.key !== '/' || isField || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  document.querySelector('.search input')?.focus()
})

showLocalTimes(document)
scrollLogsToEnd(document)
