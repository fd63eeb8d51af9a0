/** The style sheet of `report.html`. No url(), no import: the page loads nothing. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--text:#1c2128;--soft:#5b6572;--line:#e1e5ea;--code:#f0f2f5;
--green:#1a7f4b;--green-bg:#e2f5ea;--red:#c4342d;--red-bg:#fdeae8;--amber:#97650a;--amber-bg:#fdf2d8;--blue:#2563c9;--blue-bg:#e6effc;
--add:#e3f6e8;--del:#fdebea;--p0:#4c78d8;--p1:#2ba58f;--p2:#e0972f;--p3:#a564c9;--p4:#d9607c;--p5:#6d8a3a;--p6:#3f9bc7;--p7:#8c7a6b}
@media(prefers-color-scheme:dark){:root{--bg:#0e1116;--card:#161b22;--text:#e4e9ef;--soft:#93a0ae;--line:#2a313b;--code:#1f262f;
--green:#56c98a;--green-bg:#12301f;--red:#ff8078;--red-bg:#3b1917;--amber:#e5b454;--amber-bg:#362a10;--blue:#7fb0ff;--blue-bg:#152846;
--add:#12301f;--del:#3b1917;--p0:#6f98f0;--p1:#45c4ad;--p2:#eeb055;--p3:#be86dd;--p4:#ea839b;--p5:#93b25a;--p6:#63b9e2;--p7:#ad9b8b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1060px;margin:0 auto;padding:32px 20px 56px}
header{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin-bottom:20px}
h1{font-size:22px;margin:0;font-weight:650;letter-spacing:-.01em}
h2{font-size:15px;margin:0 0 12px;font-weight:650;display:flex;gap:8px;align-items:center}
h2 span{color:var(--soft);font-weight:400}
p{margin:0 0 10px}
.said{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:0}
.lead{flex-basis:100%;color:var(--soft);margin:0}
.meta{color:var(--soft);font-size:13px;margin-left:auto}
section,.tile{background:var(--card);border:1px solid var(--line);border-radius:10px}
section{padding:18px 20px;margin-top:16px;overflow-x:auto}
section.bad{border-color:var(--red)}section.warn{border-color:var(--amber)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:12px}
.tile{padding:12px 16px}
.tile b{display:block;font-size:20px;font-weight:650;letter-spacing:-.01em;white-space:nowrap}
.tile i{font-style:normal;color:var(--soft);font-size:12.5px;display:block}
.pill{border-radius:99px;padding:2px 11px;font-size:13px;font-weight:600;background:var(--blue-bg);color:var(--blue);white-space:nowrap}
.green{color:var(--green)}.red{color:var(--red)}.amber{color:var(--amber)}.soft{color:var(--soft)}
.pill.green{background:var(--green-bg)}.pill.red{background:var(--red-bg)}.pill.amber{background:var(--amber-bg)}
.pill.small{font-size:12px;padding:1px 8px}
code,pre{font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{background:var(--code);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere;unicode-bidi:isolate}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:var(--soft);font-weight:500;font-size:12.5px;padding:0 12px 6px 0;white-space:nowrap}
td{border-top:1px solid var(--line);padding:7px 12px 7px 0;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td:last-child,th:last-child{padding-right:0}
td small{display:block;margin-top:3px}
ul{margin:0;padding-left:18px}li{margin:3px 0;overflow-wrap:anywhere}
details{border-top:1px solid var(--line);padding:8px 0}
details:last-child{padding-bottom:0}
summary{cursor:pointer;overflow-wrap:anywhere}
details[open]>summary{margin-bottom:8px}
pre{margin:0;border:1px solid var(--line);border-radius:8px;overflow-x:auto;padding:6px 0;tab-size:4}
pre span{display:block;padding:0 12px;white-space:pre;unicode-bidi:isolate;min-height:1.55em}
pre .a{background:var(--add)}pre .d{background:var(--del)}pre .h{color:var(--blue)}pre .m{color:var(--soft)}
svg{display:block;width:100%;height:auto}
svg text{fill:var(--soft);font-size:11px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:10px;font-size:13px;color:var(--soft)}
.legend svg{display:inline-block;width:10px;height:10px;margin-right:6px}
.f-green{fill:var(--green)}.f-red{fill:var(--red)}.f-amber{fill:var(--amber)}.f-blue{fill:var(--blue)}.f-line{fill:var(--line)}
.f-p0{fill:var(--p0)}.f-p1{fill:var(--p1)}.f-p2{fill:var(--p2)}.f-p3{fill:var(--p3)}.f-p4{fill:var(--p4)}.f-p5{fill:var(--p5)}.f-p6{fill:var(--p6)}.f-p7{fill:var(--p7)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px}
.two section{min-width:0}
footer{color:var(--soft);font-size:12.5px;margin-top:22px}
@media print{body{background:#fff}section,.tile{break-inside:avoid}}
`;
