/**
 * Okabe and Ito's vermilion and blue first: told apart with every common kind of colour blindness,
 * and by dashes as well.
 */
export const palette = `
:root { color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #1d1f24; --soft: #5b616d; --rule: #dedcd6; --band: #f0ece2;
  --arm-0: #b84a00; --arm-1: #0067a6; --arm-2: #007a59; --arm-3: #9c4a7b; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14161a; --card: #1c1f25; --ink: #e9e7e2; --soft: #a2a7b2; --rule: #353943; --band: #312f2b;
  --arm-0: #f5945c; --arm-1: #66b6f0; --arm-2: #4cc7a0; --arm-3: #e09cc3; } }`;

export const chartStyle = `
.chart text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .axis { stroke: var(--soft); }
.chart .shaded { fill: var(--band); }
.chart .mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; opacity: .8; }
.chart .mark-label { font-size: 11.5px; }
.chart .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.chart .fill { opacity: .1; }
.chart text.end { font-weight: 600; font-size: 13px; }
.chart .end-value { font-variant-numeric: tabular-nums; font-weight: 700; }
.chart .line.arm-1 { stroke-dasharray: 7 3; }
.chart .line.arm-2 { stroke-dasharray: 2 3; }
.chart .line.arm-3 { stroke-dasharray: 10 3 2 3; }
${[0, 1, 2, 3].map((i) => `.chart .line.arm-${i} { stroke: var(--arm-${i}); } .chart .fill.arm-${i}, .chart text.end.arm-${i} { fill: var(--arm-${i}); }`).join('\n')}`;

export const pageStyle = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 48px 28px 80px; }
h1 { font-size: clamp(30px, 4.4vw, 44px); line-height: 1.1; letter-spacing: -.02em; margin: 0 0 14px; text-wrap: balance; }
h2 { font-size: 24px; line-height: 1.25; letter-spacing: -.01em; margin: 64px 0 6px; }
h3 { font-size: 16px; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 68ch; text-wrap: pretty; }
.kicker { color: var(--soft); font-size: 14px; margin-bottom: 10px; }
.lede { font-size: 19px; line-height: 1.5; }
.soft { color: var(--soft); }
code { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.arms { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 18px; margin: 30px 0 0; }
.arm { background: var(--card); border: 1px solid var(--rule); border-top: 5px solid var(--own); border-radius: 6px; padding: 18px 22px 20px; }
.arm h2 { margin: 0; font-size: 18px; color: var(--own); }
.arm .big { font-size: 54px; line-height: 1.05; font-weight: 700; letter-spacing: -.03em; margin: 8px 0 0; font-variant-numeric: tabular-nums; }
.arm .big small { display: block; margin-top: 6px; line-height: 1.3; font-size: 20px; font-weight: 500; letter-spacing: 0; color: var(--soft); }
.arm dl { display: grid; grid-template-columns: 1fr auto; gap: 5px 14px; margin: 14px 0 0; padding-top: 12px; border-top: 1px solid var(--rule); font-size: 15px; }
.arm dt { color: var(--soft); } .arm dd { margin: 0; text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
.control ul { margin: 6px 0 2px; padding-left: 20px; }
.note { color: var(--soft); font-size: 14px; margin-top: 10px; }
.control { border: 1px solid var(--rule); border-left: 5px solid var(--arm-3); padding: 10px 16px; margin: 22px 0 0; background: var(--card); }
figure { margin: 20px 0 0; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 18px 18px 10px; min-width: 0; }
figcaption { margin-bottom: 6px; } figcaption p { font-size: 14px; color: var(--soft); margin: 0; max-width: none; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 13px; font-weight: 600; margin-top: 6px; }
.key span { color: var(--own); } .key svg { width: 26px; height: 8px; margin-right: 6px; }
.chart { display: block; width: 100%; height: auto; }
.small-charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 18px; }
.two-charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; margin-bottom: 22px; }
.small-charts .chart { max-width: 440px; }
@media (max-width: 940px) { .small-charts { grid-template-columns: repeat(2, minmax(0, 1fr)); } .small-charts figure:last-child { grid-column: 1 / -1; } }
@media (max-width: 720px) { .two-charts { grid-template-columns: minmax(0, 1fr); gap: 0; } }
@media (max-width: 560px) { .small-charts { grid-template-columns: minmax(0, 1fr); } }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 14px 0 0; font-size: 15px; }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-bottom: 1px solid var(--rule); }
td.number, th.number { text-align: right; padding-right: 0; padding-left: 18px; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th { font-size: 14px; border-bottom: 2px solid var(--ink); position: static; }
tr.group th { padding-top: 30px; border-bottom: 1px solid var(--ink); font-size: 17px; }
tr.group th span { display: block; font-weight: 400; font-size: 14px; color: var(--soft); }
td.number { font-weight: 600; }
tr.total td, tr.total th { font-weight: 700; }
.verdicts { list-style: none; margin: 14px 0 0; padding: 0; }
.verdicts li { display: grid; grid-template-columns: 96px 1fr; gap: 4px 16px; padding: 11px 0; border-bottom: 1px solid var(--rule); }
.verdict { font-weight: 700; font-size: 14px; padding-top: 1px; }
.verdict.refuted { text-decoration: underline; text-underline-offset: 3px; } .verdict.not-tested { color: var(--soft); }
@media (max-width: 480px) { td.number, .parts th.number { white-space: normal; } }
.checks { color: var(--soft); font-size: 14px; }
details { margin-top: 18px; } summary { cursor: pointer; font-weight: 600; }
details table { font-size: 14px; } .method td:first-child { min-width: 290px; }
@media (max-width: 720px) { main { padding: 28px 18px 56px; } th, td { padding-right: 10px; } td.number, th.number { padding-left: 10px; } .parts { font-size: 14px; } .verdicts li { grid-template-columns: 1fr; } }
@media print { body { background: none; } figure, .arm { break-inside: avoid; } }`;
