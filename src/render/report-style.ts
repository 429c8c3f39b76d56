/** How a report looks. Part of the page, because the page must need nothing else. */
export const STYLE = `
:root { --paper: #f6f7f5; --card: #ffffff; --ink: #1d2a26; --soft: #5c6b66; --line: #dfe5e1; --brand: #0c6b58;
  --good: #177245; --good-back: #e2f3e8; --warning: #8a5a00; --warning-back: #fdf1d7; --bad: #a3261f; --bad-back: #fbe5e3;
  --neutral: #44524e; --neutral-back: #e9eeeb; --bar: #4f8f80; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #121816; --card: #1a2220; --ink: #e6ece9; --soft: #9fb0a9; --line: #2e3a36; --brand: #6cc9b2;
    --good: #7fd6a4; --good-back: #173526; --warning: #f0c060; --warning-back: #3a2d10; --bad: #f2958e; --bad-back: #421d1a;
    --neutral: #b7c5bf; --neutral-back: #26302d; --bar: #5fae9c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
header { border-bottom: 3px solid var(--brand); padding-bottom: 1.2rem; margin-bottom: 1.6rem; }
.brand { margin: 0; color: var(--brand); font-weight: 700; letter-spacing: .06em; }
h1 { margin: .2rem 0 .4rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 0 0 .6rem; font-size: 1.2rem; }
h3 { margin: 1rem 0 .4rem; font-size: 1rem; }
.lead { margin: 0 0 .4rem; font-size: 1.15rem; max-width: 52rem; }
.when, .note { color: var(--soft); font-size: .9rem; margin: 0 0 .7rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem; margin: 0 0 1.6rem; }
.fact { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--neutral); border-radius: .5rem; padding: .7rem .9rem; }
.fact.good { border-left-color: var(--good); } .fact.warning { border-left-color: var(--warning); } .fact.bad { border-left-color: var(--bad); }
.fact.good span { color: var(--good); } .fact.warning span { color: var(--warning); } .fact.bad span { color: var(--bad); }
.fact dt { color: var(--soft); font-size: .85rem; } .fact dd { margin: 0; font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.2rem 1.3rem; margin: 0 0 1.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; padding: .42rem .7rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.badge { display: inline-block; white-space: nowrap; border-radius: 1rem; padding: 0 .6rem; font-size: .86rem; font-weight: 600; color: var(--neutral); background: var(--neutral-back); }
.badge.good { color: var(--good); background: var(--good-back); } .badge.warning { color: var(--warning); background: var(--warning-back); }
.badge.bad { color: var(--bad); background: var(--bad-back); }
pre { margin: 0; overflow-x: auto; background: var(--neutral-back); border-radius: .4rem; padding: .8rem 1rem; font: .88rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; }
a { color: var(--brand); }
figure { margin: 0; } .bars svg { width: 100%; max-width: 46rem; height: auto; } .bars text { fill: var(--ink); font-size: 13px; }
.bars rect { fill: var(--bar); } .bars rect.good { fill: var(--good); } .bars rect.warning { fill: var(--warning); } .bars rect.bad { fill: var(--bad); }
.picture img { max-width: 100%; height: auto; }
.text > :first-child { margin-top: 0; } .text > :last-child { margin-bottom: 0; }
footer { color: var(--soft); margin-top: 1.8rem; } footer h2 { font-size: 1rem; }
.list { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
footer .list { font-size: .9rem; } .list dt { color: var(--soft); }
.list dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { background: #fff; } section, .fact { break-inside: avoid; } main { max-width: none; padding: 0; } }
`
